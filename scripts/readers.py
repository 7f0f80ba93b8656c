"""Sums of every table of a lake, as readers that know nothing of Weir see them."""

import json
import sys
from pathlib import Path

import duckdb
import polars
from deltalake import DeltaTable

# Of each table, the columns whose sums must agree.
COUNTS = {
    "flows": ["bytes", "packets"],
    "activity": ["bytes_in", "bytes_out", "packets_in", "packets_out", "flows"],
    "volume": ["bytes", "packets", "flows"],
    "seen": ["bytes", "flows"],
    "objects": ["records", "accepted"],
}


def whole(value):
    return 0 if value is None else int(value)


def by_pandas(path, columns):
    frame = DeltaTable(path).to_pandas(columns=columns)
    return {"rows": len(frame), **{column: whole(frame[column].sum()) for column in columns}}


def by_polars(path, columns):
    frame = polars.scan_delta(path).select([polars.len().alias("rows"), *[polars.col(column).sum() for column in columns]]).collect()
    return {name: whole(value) for name, value in frame.to_dicts()[0].items()}


def by_duckdb(path, columns):
    # DuckDB's own reader of Delta is an extension that is fetched at run time; the log's list of live files does as well.
    files = DeltaTable(path).file_uris()
    sums = ", ".join(f"sum({column}) AS {column}" for column in columns)
    if not files:
        return {"rows": 0, **dict.fromkeys(columns, 0)}
    row = duckdb.sql(f"SELECT count(*) AS rows, {sums} FROM read_parquet({files!r}, hive_partitioning = false)").fetchall()[0]
    return dict(zip(["rows", *columns], map(whole, row), strict=True))


lake = Path(sys.argv[1])
readers = {"pandas": by_pandas, "polars": by_polars, "duckdb": by_duckdb}
print(json.dumps({name: {table: read(str(lake / table), columns) for table, columns in COUNTS.items()} for name, read in readers.items()}))
