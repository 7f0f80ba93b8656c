"""Hourly volume of every interface by Polars, streaming: volume_polars.py INTERFACES LOGS"""

import sys

import polars

interfaces, logs = sys.argv[1:]
text, number = polars.String, polars.Int64
names = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status".split()
schema = {name: text if name in ("version", "account-id", "interface-id", "srcaddr", "dstaddr", "action", "log-status") else number for name in names}
own = polars.read_csv(interfaces, separator=" ", has_header=False, new_columns=["interface-id", "address"]).lazy()
rows = polars.scan_csv(f"{logs}/**/*.log.gz", separator=" ", schema=schema, null_values="-").filter(polars.col("log-status") == "OK")
rows = rows.join(own.with_columns(sends=True), how="left", left_on=["interface-id", "srcaddr"], right_on=["interface-id", "address"])
rows = rows.join(own.with_columns(takes=True), how="left", left_on=["interface-id", "dstaddr"], right_on=["interface-id", "address"])
direction = polars.when(polars.col("sends")).then(polars.lit("outbound")).when(polars.col("takes")).then(polars.lit("inbound")).otherwise(
    polars.lit("unknown"))
rows = rows.group_by("interface-id", (polars.col("start") // 3600 * 3600).alias("hour"), direction.alias("direction"),
                     polars.col("action").str.to_lowercase()).agg(polars.col("bytes").sum(), polars.col("packets").sum())
print("\n".join(" ".join(map(str, row)) for row in rows.collect(engine="streaming").iter_rows()))
