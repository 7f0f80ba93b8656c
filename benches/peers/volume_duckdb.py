"""Hourly volume of every interface by DuckDB: volume_duckdb.py INTERFACES LOGS"""

import sys

import duckdb

interfaces, logs = sys.argv[1:]
names = ("version", "account_id", "interface_id", "srcaddr", "dstaddr")
columns = {name: "VARCHAR" for name in names} | {name: "INTEGER" for name in ("srcport", "dstport", "protocol")}
columns |= {name: "BIGINT" for name in ("packets", "bytes", "starts", "ends")} | {"action": "VARCHAR", "log_status": "VARCHAR"}
duckdb.sql(f"CREATE TABLE own AS FROM read_csv('{interfaces}', delim=' ', header=false, columns={{'interface': 'VARCHAR', 'address': 'VARCHAR'}})")
rows = duckdb.sql(f"""
    SELECT interface_id, starts // 3600 * 3600,
           CASE WHEN s.address IS NOT NULL THEN 'outbound' WHEN d.address IS NOT NULL THEN 'inbound' ELSE 'unknown' END AS direction,
           lower(action), sum(bytes)::BIGINT, sum(packets)::BIGINT
    FROM read_csv('{logs}/**/*.log.gz', delim=' ', header=true, columns={columns}, nullstr='-')
    LEFT JOIN own s ON s.interface = interface_id AND s.address = srcaddr
    LEFT JOIN own d ON d.interface = interface_id AND d.address = dstaddr
    WHERE log_status = 'OK'
    GROUP BY ALL""").fetchall()
print("\n".join(" ".join(map(str, row)) for row in rows))
