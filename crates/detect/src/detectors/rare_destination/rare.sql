-- Connections to public networks that the entity first talked to within seven days, from a week before the range on.
-- How many others know the network is told as of the end of each hour.
WITH firsts AS (
    SELECT entity, value, min(first_time) AS first_time
    FROM seen
    WHERE kind = 'remote_net' AND date >= $history_date AND date <= $to_date
    GROUP BY entity, value
),
contacts AS (
    SELECT
        hours.*,
        firsts.first_time AS net_first_seen
    FROM (
        SELECT
            entity,
            hour,
            date,
            remote_addr,
            neighbourhood(remote_addr) AS remote_net,
            service_port,
            protocol,
            connection_direction,
            sum(bytes_in) AS bytes_in,
            sum(bytes_out) AS bytes_out,
            sum(packets_in) AS packets_in,
            sum(packets_out) AS packets_out,
            sum(flows) AS flows,
            bit_or(coalesce(tcp_flags_out, 0)) AS flags_out,
            bit_or(coalesce(tcp_flags_in, 0)) AS flags_in,
            count(tcp_flags_out) AS flagged,
            min(first_time) AS first_time,
            max(last_time) AS last_time,
            max(confidence) AS confidence,
            max(remote_country) AS remote_country,
            max(remote_asn) AS remote_asn,
            max(account_id) AS account_id
        FROM activity
        WHERE date >= CAST(CAST(CAST($from AS TIMESTAMP) - INTERVAL '7 days' AS DATE) AS VARCHAR) AND date <= $to_date
            AND hour < $to
            AND connection_direction = 'outbound'
            AND (action = 'accept' OR action IS NULL)
            AND service_port IS NOT NULL
            AND service_port NOT IN (53, 123)
            AND is_public(remote_addr)
        GROUP BY entity, hour, date, remote_addr, service_port, protocol, connection_direction
    ) AS hours
    JOIN firsts ON firsts.entity = hours.entity AND firsts.value = hours.remote_net
    WHERE firsts.first_time >= CAST($from AS TIMESTAMP) - INTERVAL '7 days'
        AND hours.hour < firsts.first_time + INTERVAL '7 days'
),
others AS (
    SELECT keys.hour, keys.entity, keys.remote_net, count(DISTINCT firsts.entity) AS users
    FROM (SELECT DISTINCT entity, hour, remote_net FROM contacts) AS keys
    JOIN firsts ON firsts.value = keys.remote_net
    WHERE firsts.first_time < keys.hour + INTERVAL '1 hour' AND firsts.entity <> keys.entity
    GROUP BY keys.hour, keys.entity, keys.remote_net
),
watched AS (
    SELECT entity, min(hour) AS watched_since FROM volume WHERE date >= $history_date AND date <= $to_date GROUP BY entity
),
fleet AS (
    SELECT count(*) AS members FROM watched
)
