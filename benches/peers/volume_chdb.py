"""Hourly volume of every interface by chDB: volume_chdb.py INTERFACES LOGS"""

import sys

import chdb

interfaces, logs = sys.argv[1:]
structure = ("version String, account_id String, interface_id String, srcaddr String, dstaddr String, srcport Nullable(Int32), "
             "dstport Nullable(Int32), protocol Nullable(Int32), packets Nullable(Int64), bytes Nullable(Int64), starts Int64, ends Int64, "
             "action String, log_status String")
settings = ("format_custom_escaping_rule = 'CSV', format_custom_field_delimiter = ' ', format_custom_row_after_delimiter = '\\n', "
            "format_csv_null_representation = '-', input_format_with_names_use_header = 0")
answer = chdb.query(f"""
    WITH own AS (SELECT interface, address FROM file('{interfaces}', 'CustomSeparated', 'interface String, address String'))
    SELECT interface_id, intDiv(starts, 3600) * 3600 AS hour,
           multiIf((interface_id, srcaddr) IN own, 'outbound', (interface_id, dstaddr) IN own, 'inbound', 'unknown') AS direction,
           lower(action) AS action, sum(bytes), sum(packets)
    FROM file('{logs}/**/*.log.gz', 'CustomSeparatedWithNames', '{structure}')
    WHERE log_status = 'OK'
    GROUP BY ALL
    SETTINGS {settings}""", "TSV")
print(str(answer).replace("\t", " "), end="")
