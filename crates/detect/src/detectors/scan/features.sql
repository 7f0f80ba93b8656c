-- Fan-out of failing attempts: many ports of one host, one port of many hosts, in an hour and over seven days.
-- One row: record ('scan', 'sweep', 'slow-scan', 'slow-sweep'), entity, hour, and remote address (scans) or protocol and port (sweeps).
-- An attempt is a connection that the entity opened: a SYN was recorded, or, where flags are not reported, a rule told the direction.
-- How it went: success (SYN-ACK, or three packets both ways), failure (rejected; RST without SYN-ACK; nothing came back to at most six
-- packets a record: a SYN is sent again after 1, 3, 7, 15 and 31 seconds), else unknown, which counts for nothing. Of UDP only what was rejected counts.
WITH attempts AS (
    SELECT
        entity,
        hour,
        remote_addr,
        service_port,
        protocol,
        CASE WHEN is_public(remote_addr) THEN 1 ELSE 0 END AS public,
        sum(bytes_in) AS bytes_in,
        sum(bytes_out) AS bytes_out,
        sum(packets_in) AS packets_in,
        sum(packets_out) AS packets_out,
        sum(flows) AS flows,
        sum(CASE WHEN action = 'reject' THEN 0 ELSE flows END) AS accepted,
        bit_or(coalesce(tcp_flags_in, 0)) AS flags_in,
        bit_or(coalesce(tcp_flags_out, 0)) AS flags_out,
        count(tcp_flags_out) AS flagged,
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        max(confidence) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id
    FROM activity
    WHERE date >= CAST(CAST(CAST($from AS TIMESTAMP) - INTERVAL '8 days' AS DATE) AS VARCHAR) AND date <= $to_date
        AND hour < $to
        AND connection_direction = 'outbound'
        AND protocol IN (6, 17)
        AND service_port IS NOT NULL
        AND remote_addr IS NOT NULL
    GROUP BY entity, hour, remote_addr, service_port, protocol
),
judged AS (
    SELECT
        *,
        CASE
            WHEN accepted = 0 THEN 'failure'
            WHEN protocol = 17 THEN 'unknown'
            WHEN (flags_in & 16) <> 0 OR (packets_in >= 3 AND packets_out >= 3) THEN 'success'
            WHEN (flags_in & 4) <> 0 THEN 'failure'
            WHEN packets_in = 0 AND packets_out <= 6 * flows THEN 'failure'
            ELSE 'unknown'
        END AS outcome
    FROM attempts
    WHERE protocol = 17 OR (flagged > 0 AND (flags_out & 2) <> 0) OR (flagged = 0 AND confidence >= 0.6)
),
-- First failures: a health check of a dead target fails every hour, and is no scan.
failures AS (
    SELECT * FROM (
        SELECT
            *,
            row_number() OVER (PARTITION BY entity, remote_addr, service_port, protocol ORDER BY hour) AS turn
        FROM judged
        WHERE outcome = 'failure'
    ) AS ranked
    WHERE turn = 1
),
hourly AS (
    SELECT entity, hour, count(*) AS failed_all
    FROM failures
    GROUP BY entity, hour
),
scans AS (
    SELECT
        entity, hour, remote_addr, public, protocol, count(*) AS failed,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out,
        sum(flows) AS flows, sum(accepted) AS accepted, max(flagged) AS flagged, min(first_time) AS first_time, max(last_time) AS last_time,
        min(confidence) AS confidence, max(remote_country) AS remote_country, max(remote_asn) AS remote_asn, max(account_id) AS account_id,
        min(service_port) AS low_port, max(service_port) AS high_port
    FROM failures
    GROUP BY entity, hour, remote_addr, public, protocol
    HAVING count(*) >= 4
),
sweeps AS (
    SELECT
        entity, hour, service_port, protocol, public, count(*) AS failed,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out,
        sum(flows) AS flows, sum(accepted) AS accepted, max(flagged) AS flagged, min(first_time) AS first_time, max(last_time) AS last_time,
        min(confidence) AS confidence, max(account_id) AS account_id, min(remote_addr) AS remote_addr
    FROM failures
    GROUP BY entity, hour, service_port, protocol, public
    HAVING count(*) >= 4
),
successes AS (
    SELECT entity, hour, remote_addr, service_port, protocol, public FROM judged WHERE outcome = 'success'
),
scan_successes AS (
    SELECT entity, hour, remote_addr, protocol, count(*) AS succeeded FROM successes GROUP BY entity, hour, remote_addr, protocol
),
sweep_successes AS (
    SELECT entity, hour, service_port, protocol, public, count(*) AS succeeded
    FROM successes
    GROUP BY entity, hour, service_port, protocol, public
),
-- Seven days up to and with each day of the range, for what stays below the limit of every hour.
range_days AS (
    SELECT DISTINCT entity, date_trunc('day', hour) AS day FROM failures WHERE hour >= $from
),
slow_sweeps AS (
    SELECT
        days.entity, days.day, failures.service_port, failures.protocol, failures.public, count(*) AS failed,
        count(DISTINCT date_trunc('day', failures.hour)) AS days, max(failures.hour) AS hour, max(hourly.failed_all) AS most_in_hour,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out,
        sum(flows) AS flows, sum(accepted) AS accepted, max(flagged) AS flagged, min(first_time) AS first_time, max(last_time) AS last_time,
        min(confidence) AS confidence, max(account_id) AS account_id, min(remote_addr) AS remote_addr
    FROM range_days AS days
    JOIN failures ON failures.entity = days.entity
    JOIN hourly ON hourly.entity = failures.entity AND hourly.hour = failures.hour
    WHERE failures.hour >= days.day - INTERVAL '6 days' AND failures.hour < days.day + INTERVAL '1 day'
    GROUP BY days.entity, days.day, failures.service_port, failures.protocol, failures.public
    HAVING count(*) >= 10
),
slow_scans AS (
    SELECT
        days.entity, days.day, failures.remote_addr, failures.protocol, failures.public, count(*) AS failed,
        count(DISTINCT date_trunc('day', failures.hour)) AS days, max(failures.hour) AS hour, max(hourly.failed_all) AS most_in_hour,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out,
        sum(flows) AS flows, sum(accepted) AS accepted, max(flagged) AS flagged, min(first_time) AS first_time, max(last_time) AS last_time,
        min(confidence) AS confidence, max(account_id) AS account_id, min(service_port) AS low_port, max(service_port) AS high_port
    FROM range_days AS days
    JOIN failures ON failures.entity = days.entity
    JOIN hourly ON hourly.entity = failures.entity AND hourly.hour = failures.hour
    WHERE failures.hour >= days.day - INTERVAL '6 days' AND failures.hour < days.day + INTERVAL '1 day'
    GROUP BY days.entity, days.day, failures.remote_addr, failures.protocol, failures.public
    HAVING count(*) >= 10
)
SELECT * FROM (
    SELECT
        'scan' AS record, scans.entity, scans.hour, scans.remote_addr, CAST(NULL AS INT) AS service_port, scans.protocol,
        'outbound' AS connection_direction, scans.bytes_in, scans.bytes_out, scans.packets_in, scans.packets_out, scans.flows,
        scans.first_time, scans.last_time, scans.confidence, scans.remote_country, scans.remote_asn, scans.account_id,
        CAST(NULL AS TIMESTAMP) AS remote_last_seen, scans.public, scans.failed, coalesce(scan_successes.succeeded, 0) AS succeeded,
        hourly.failed_all, scans.accepted, scans.flagged, 1 AS days, scans.failed AS most_in_hour, scans.low_port, scans.high_port
    FROM scans
    JOIN hourly ON hourly.entity = scans.entity AND hourly.hour = scans.hour
    LEFT JOIN scan_successes
        ON scan_successes.entity = scans.entity AND scan_successes.hour = scans.hour
        AND scan_successes.remote_addr = scans.remote_addr AND scan_successes.protocol = scans.protocol
    WHERE scans.hour >= $from
    UNION ALL
    SELECT
        'sweep', sweeps.entity, sweeps.hour, sweeps.remote_addr, sweeps.service_port, sweeps.protocol,
        'outbound', sweeps.bytes_in, sweeps.bytes_out, sweeps.packets_in, sweeps.packets_out, sweeps.flows,
        sweeps.first_time, sweeps.last_time, sweeps.confidence, NULL AS remote_country, NULL AS remote_asn, sweeps.account_id,
        CAST(NULL AS TIMESTAMP), sweeps.public, sweeps.failed, coalesce(sweep_successes.succeeded, 0),
        hourly.failed_all, sweeps.accepted, sweeps.flagged, 1 AS days, sweeps.failed AS most_in_hour, sweeps.service_port AS low_port,
        sweeps.service_port AS high_port
    FROM sweeps
    JOIN hourly ON hourly.entity = sweeps.entity AND hourly.hour = sweeps.hour
    LEFT JOIN sweep_successes
        ON sweep_successes.entity = sweeps.entity AND sweep_successes.hour = sweeps.hour
        AND sweep_successes.service_port = sweeps.service_port AND sweep_successes.protocol = sweeps.protocol
        AND sweep_successes.public = sweeps.public
    WHERE sweeps.hour >= $from
    UNION ALL
    SELECT
        'slow-sweep', entity, hour, remote_addr, service_port, protocol,
        'outbound', bytes_in, bytes_out, packets_in, packets_out, flows,
        first_time, last_time, confidence, NULL AS remote_country, NULL AS remote_asn, account_id,
        CAST(NULL AS TIMESTAMP), public, failed, 0 AS succeeded,
        failed AS failed_all, accepted, flagged, days, most_in_hour, service_port AS low_port, service_port AS high_port
    FROM slow_sweeps
    WHERE hour >= $from
    UNION ALL
    SELECT
        'slow-scan', entity, hour, remote_addr, NULL, protocol,
        'outbound', bytes_in, bytes_out, packets_in, packets_out, flows,
        first_time, last_time, confidence, NULL AS remote_country, NULL AS remote_asn, account_id,
        CAST(NULL AS TIMESTAMP), public, failed, 0 AS succeeded,
        failed AS failed_all, accepted, flagged, days, most_in_hour, low_port, high_port
    FROM slow_scans
    WHERE hour >= $from
) AS fans
ORDER BY entity, hour, record, protocol, service_port, remote_addr, public
