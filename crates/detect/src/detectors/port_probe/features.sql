-- Open ports that scanners reach. One row: entity, hour, protocol, port; the remote address is the scanner with most bytes.
-- A network of sources is a scanner from the hour on in which it has tried enough closed (machine, port) pairs of the fleet on the day.
WITH inbound AS (
    SELECT
        entity,
        hour,
        date,
        remote_addr,
        neighbourhood(remote_addr) AS remote_net,
        service_port,
        protocol,
        sum(bytes_in) AS bytes_in,
        sum(bytes_out) AS bytes_out,
        sum(packets_in) AS packets_in,
        sum(packets_out) AS packets_out,
        sum(flows) AS flows,
        sum(CASE WHEN action = 'reject' THEN 0 ELSE flows END) AS accepted,
        bit_or(coalesce(tcp_flags_out, 0)) AS flags_out,
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        max(confidence) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id
    FROM activity
    WHERE date >= $from_date AND date <= $to_date
        AND hour < $to
        AND connection_direction = 'inbound'
        AND protocol = 6
        AND service_port IS NOT NULL
        AND is_public(remote_addr)
    GROUP BY entity, hour, date, remote_addr, service_port, protocol
),
judged AS (
    SELECT
        *,
        CASE
            WHEN accepted > 0 AND ((flags_out & 16) <> 0 OR (packets_in >= 3 AND packets_out >= 3)) THEN 'success'
            WHEN accepted = 0 OR (flags_out & 4) <> 0 OR packets_out = 0 THEN 'failure'
            ELSE 'unknown'
        END AS outcome
    FROM inbound
),
closed AS (
    SELECT remote_net, date, hour, count(*) AS fresh
    FROM (
        SELECT remote_net, date, entity, service_port, min(hour) AS hour
        FROM judged
        WHERE outcome = 'failure'
        GROUP BY remote_net, date, entity, service_port
    ) AS firsts
    GROUP BY remote_net, date, hour
),
scanners AS (
    SELECT remote_net, date, hour, sum(fresh) OVER (PARTITION BY remote_net, date ORDER BY hour) AS failed
    FROM closed
),
-- The first hour of the day from which on a network counts as a scanner.
flagged AS (
    SELECT remote_net, date, min(hour) AS hour, min(failed) AS failed
    FROM scanners
    WHERE failed >= 4
    GROUP BY remote_net, date
),
reached AS (
    SELECT
        judged.*,
        CASE WHEN in_list(judged.remote_addr, 'scanner') OR in_list(judged.remote_addr, 'threat') THEN 1 ELSE 0 END AS listed,
        coalesce(flagged.failed, 0) AS failed
    FROM judged
    LEFT JOIN flagged ON flagged.remote_net = judged.remote_net AND flagged.date = judged.date AND flagged.hour <= judged.hour
    WHERE judged.outcome = 'success' AND judged.hour >= $from AND NOT coalesce(in_list(judged.remote_addr, 'trusted'), false)
),
probes AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY entity, hour, service_port ORDER BY bytes_in + bytes_out DESC, remote_addr) AS place
    FROM reached
    WHERE listed = 1 OR failed >= 4
)
SELECT
    entity,
    hour,
    max(CASE WHEN place = 1 THEN remote_addr END) AS remote_addr,
    service_port,
    protocol,
    'inbound' AS connection_direction,
    sum(bytes_in) AS bytes_in,
    sum(bytes_out) AS bytes_out,
    sum(packets_in) AS packets_in,
    sum(packets_out) AS packets_out,
    sum(flows) AS flows,
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    max(confidence) AS confidence,
    max(CASE WHEN place = 1 THEN remote_country END) AS remote_country,
    max(CASE WHEN place = 1 THEN remote_asn END) AS remote_asn,
    max(account_id) AS account_id,
    CAST(NULL AS TIMESTAMP) AS remote_last_seen,
    count(*) AS sources,
    sum(listed) AS listed,
    max(failed) AS failed
FROM probes
GROUP BY entity, hour, service_port, protocol
ORDER BY entity, hour, protocol, service_port
