-- Hourly bytes of entities that moved at least 50 MB one way in an hour of the range, 45 days back; the remote hosts that carried the large
-- hours, with what they carried before; and which hours are covered. Four sorts of rows, told apart by `record`:
--   series     entity, hour, public: bytes both ways; hours without traffic have no row
--   remote     entity, hour, public, remote: one of the five largest of an hour of at least 50 MB one way, and its history
--   reporting  account, hour: someone in the account reported something, even that there was nothing
--   lost       entity, hour: records of this hour were lost
-- Internal and public traffic are series of their own, so that a backup inside does not hide an upload outside.
WITH hourly AS (
    SELECT *,
        max(CASE WHEN hour >= $from THEN greatest(bytes_in, bytes_out) ELSE 0 END) OVER (PARTITION BY entity) AS peak
    FROM (
        SELECT
            entity,
            hour,
            public,
            sum(bytes_in) AS bytes_in,
            sum(bytes_out) AS bytes_out,
            max(account_id) AS account_id
        FROM (
            SELECT entity, hour, coalesce(is_public(remote_addr), false) AS public, bytes_in, bytes_out, account_id
            FROM activity
            WHERE date >= $history_date AND date <= $to_date
                AND hour >= $history AND hour < $to
                AND (action = 'accept' OR action IS NULL)
        ) AS accepted
        GROUP BY entity, hour, public
    ) AS sums
),
-- The hours of the range that are large enough to look into.
busy AS (
    SELECT DISTINCT entity, hour
    FROM hourly
    WHERE hour >= $from AND (bytes_in >= 50000000 OR bytes_out >= 50000000)
),
-- The services of each remote host in each of those hours, then the host with its largest service.
services AS (
    SELECT
        activity.entity,
        activity.hour,
        remote_addr,
        service_port,
        protocol,
        connection_direction,
        sum(bytes_in) AS bytes_in,
        sum(bytes_out) AS bytes_out,
        sum(packets_in) AS packets_in,
        sum(packets_out) AS packets_out,
        sum(flows) AS flows,
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        max(confidence) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id
    FROM activity
    JOIN busy ON busy.entity = activity.entity AND busy.hour = activity.hour
    WHERE date >= $from_date AND date <= $to_date
        AND activity.hour >= $from AND activity.hour < $to
        AND (action = 'accept' OR action IS NULL)
        AND remote_addr IS NOT NULL
    GROUP BY activity.entity, activity.hour, remote_addr, service_port, protocol, connection_direction
),
hosts AS (
    SELECT *, is_public(remote_addr) AS public
    FROM (
        SELECT
            entity,
            hour,
            remote_addr,
            first_value(service_port ORDER BY bytes_in + bytes_out DESC, service_port, protocol, connection_direction) AS service_port,
            first_value(protocol ORDER BY bytes_in + bytes_out DESC, service_port, protocol, connection_direction) AS protocol,
            first_value(connection_direction ORDER BY bytes_in + bytes_out DESC, service_port, protocol, connection_direction)
                AS connection_direction,
            sum(bytes_in) AS bytes_in,
            sum(bytes_out) AS bytes_out,
            sum(packets_in) AS packets_in,
            sum(packets_out) AS packets_out,
            sum(flows) AS flows,
            min(first_time) AS first_time,
            max(last_time) AS last_time,
            max(confidence) AS confidence,
            max(remote_country) AS remote_country,
            max(remote_asn) AS remote_asn,
            max(account_id) AS account_id
        FROM services
        GROUP BY entity, hour, remote_addr
    ) AS sums
),
ranked AS (
    SELECT *,
        sum(bytes_in) OVER (PARTITION BY entity, hour, public) AS total_in,
        sum(bytes_out) OVER (PARTITION BY entity, hour, public) AS total_out,
        row_number() OVER (PARTITION BY entity, hour, public ORDER BY bytes_in DESC, remote_addr) AS place_in,
        row_number() OVER (PARTITION BY entity, hour, public ORDER BY bytes_out DESC, remote_addr) AS place_out
    FROM hosts
),
large AS (
    SELECT *,
        place_in <= 5 AND total_in >= 50000000 AND bytes_in * 20 >= total_in AS large_in,
        place_out <= 5 AND total_out >= 50000000 AND bytes_out * 20 >= total_out AS large_out
    FROM ranked
    WHERE (place_in <= 5 AND total_in >= 50000000 AND bytes_in * 20 >= total_in)
        OR (place_out <= 5 AND total_out >= 50000000 AND bytes_out * 20 >= total_out)
),
-- What those hosts carried in each hour. `carried` is used twice, for the hours before the range and for those in it, because one sum
-- over all hours before is cheap and a running sum is not.
carried AS (
    SELECT
        activity.entity,
        activity.remote_addr,
        activity.hour,
        sum(activity.bytes_in) AS bytes_in,
        sum(activity.bytes_out) AS bytes_out
    FROM (SELECT DISTINCT entity, remote_addr FROM large) AS pairs
    JOIN activity ON activity.entity = pairs.entity AND activity.remote_addr = pairs.remote_addr
    WHERE activity.date >= $history_date AND activity.date <= $to_date
        AND activity.hour >= $history AND activity.hour < $to
        AND (activity.action = 'accept' OR activity.action IS NULL)
    GROUP BY activity.entity, activity.remote_addr, activity.hour
),
past AS (
    SELECT
        entity,
        remote_addr,
        max(bytes_in) AS max_in,
        max(bytes_out) AS max_out,
        sum(bytes_in) AS sum_in,
        sum(bytes_out) AS sum_out,
        count(*) AS hours,
        max(hour) AS last_hour
    FROM carried
    WHERE hour < $from
    GROUP BY entity, remote_addr
),
present AS (
    SELECT
        entity,
        remote_addr,
        hour,
        max(bytes_in) OVER earlier AS max_in,
        max(bytes_out) OVER earlier AS max_out,
        sum(bytes_in) OVER earlier AS sum_in,
        sum(bytes_out) OVER earlier AS sum_out,
        count(*) OVER earlier AS hours,
        max(hour) OVER earlier AS last_hour
    FROM carried
    WHERE hour >= $from
    WINDOW earlier AS (PARTITION BY entity, remote_addr ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
-- From 45 days before the range up to the hour.
before AS (
    SELECT
        present.entity,
        present.remote_addr,
        present.hour,
        greatest(coalesce(past.max_in, 0), coalesce(present.max_in, 0)) AS max_in,
        greatest(coalesce(past.max_out, 0), coalesce(present.max_out, 0)) AS max_out,
        coalesce(past.sum_in, 0) + coalesce(present.sum_in, 0) AS sum_in,
        coalesce(past.sum_out, 0) + coalesce(present.sum_out, 0) AS sum_out,
        coalesce(past.hours, 0) + present.hours AS hours,
        coalesce(present.last_hour, past.last_hour) AS last_hour
    FROM present
    LEFT JOIN past ON past.entity = present.entity AND past.remote_addr = present.remote_addr
),
remotes AS (
    SELECT
        large.*,
        before.max_in,
        before.max_out,
        before.sum_in,
        before.sum_out,
        before.hours,
        before.last_hour
    FROM large
    JOIN before ON before.entity = large.entity AND before.remote_addr = large.remote_addr AND before.hour = large.hour
),
reporting AS (
    SELECT account, hour
    FROM (
        SELECT coalesce(account_id, '') AS account, hour
        FROM volume
        WHERE date >= $history_date AND date <= $to_date
        UNION
        SELECT coalesce(account_id, '') AS account, date_trunc('hour', start_time) AS hour
        FROM coverage
        WHERE date >= $history_date AND date <= $to_date AND kind = 'nodata'
    ) AS reports
    WHERE hour >= $history AND hour < $to
),
lost AS (
    SELECT entity, hour
    FROM (
        SELECT entity, date_trunc('hour', start_time) AS hour
        FROM coverage
        WHERE date >= $history_date AND date <= $to_date AND kind = 'skipdata'
        UNION
        SELECT entity, date_trunc('hour', end_time - INTERVAL '1 second') AS hour
        FROM coverage
        WHERE date >= $history_date AND date <= $to_date AND kind = 'skipdata'
    ) AS losses
    WHERE hour >= $history AND hour < $to AND entity IS NOT NULL
)
SELECT
    record, entity, account_id, hour, public, bytes_in, bytes_out, large_in, large_out,
    remote_addr, service_port, protocol, connection_direction, packets_in, packets_out, flows, first_time, last_time, confidence,
    remote_country, remote_asn, before_max_in, before_max_out, before_sum_in, before_sum_out, before_hours, remote_last_seen
FROM (
    SELECT
        'series' AS record, entity, coalesce(account_id, '') AS account_id, hour, public, bytes_in, bytes_out,
        NULL AS large_in, NULL AS large_out, NULL AS remote_addr, NULL AS service_port, NULL AS protocol, NULL AS connection_direction,
        NULL AS packets_in, NULL AS packets_out, NULL AS flows, NULL AS first_time, NULL AS last_time, NULL AS confidence,
        NULL AS remote_country, NULL AS remote_asn, NULL AS before_max_in, NULL AS before_max_out,
        NULL AS before_sum_in, NULL AS before_sum_out, NULL AS before_hours, NULL AS remote_last_seen
    FROM hourly
    WHERE peak >= 50000000
    UNION ALL
    SELECT
        'remote', entity, coalesce(account_id, ''), hour, public, bytes_in, bytes_out,
        large_in, large_out, remote_addr, service_port, protocol, connection_direction,
        packets_in, packets_out, flows, first_time, last_time, confidence,
        remote_country, remote_asn, max_in, max_out, sum_in, sum_out, hours, last_hour
    FROM remotes
    UNION ALL
    SELECT
        'reporting', NULL, account, hour, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM reporting
    UNION ALL
    SELECT
        'lost', entity, NULL, hour, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM lost
) AS features
ORDER BY record, account_id, entity, public, hour, remote_addr
