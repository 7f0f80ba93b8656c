"""Flow logs into one Parquet file by DuckDB, ordered by interface and time: store_duckdb.py LOGS FILE"""

import sys

import duckdb

logs, out = sys.argv[1:]
columns = {name: "VARCHAR" for name in ("version", "account_id", "interface_id", "srcaddr", "dstaddr")}
columns |= {name: "INTEGER" for name in ("srcport", "dstport", "protocol")}
columns |= {name: "BIGINT" for name in ("packets", "bytes", "starts", "ends")}
columns |= {"action": "VARCHAR", "log_status": "VARCHAR"}
duckdb.sql(f"COPY (SELECT * FROM read_csv('{logs}/**/*.log.gz', delim=' ', header=true, columns={columns}, nullstr='-') "
           f"ORDER BY interface_id, starts) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
