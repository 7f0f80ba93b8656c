-- Floods, out and in. One row: record ('out', 'in'), entity, hour, protocol, port, and for 'out' the remote address.
-- Out: traffic with next to nothing coming back. In: many sources, next to nothing going back, or answers that nobody asked for.
WITH contacts AS (
    SELECT
        entity,
        hour,
        remote_addr,
        service_port,
        protocol,
        connection_direction,
        sum(bytes_in) AS bytes_in,
        sum(bytes_out) AS bytes_out,
        sum(packets_in) AS packets_in,
        sum(packets_out) AS packets_out,
        sum(flows) AS flows,
        bit_or(coalesce(tcp_flags_in, 0)) AS flags_in,
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        max(confidence) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id
    FROM activity
    WHERE date >= CAST(CAST(CAST($from AS TIMESTAMP) - INTERVAL '7 days' AS DATE) AS VARCHAR) AND date <= $to_date
        AND hour < $to
        AND (action = 'accept' OR action IS NULL)
        AND remote_addr IS NOT NULL
    GROUP BY entity, hour, remote_addr, service_port, protocol, connection_direction
),
-- Of TCP: packets without a handshake. Packets full of data are only sent once the other side has acknowledged some, so a few records of
-- them without an answer mean that the answers were lost from the log; of ten records one would have been left.
outward AS (
    SELECT * FROM contacts
    WHERE hour >= $from
        AND connection_direction <> 'inbound'
        AND (bytes_out >= 1000000 OR packets_out >= 2000)
        AND (
            (protocol <> 6 AND bytes_out >= 5 * bytes_in)
            OR (protocol = 6 AND packets_out >= 5 * packets_in AND (flags_in & 16) = 0
                AND (bytes_out <= 100 * packets_out OR flows >= 10))
        )
),
-- The most that the entity sent one way to any one host in an hour of the week before: like is compared with like.
usual_hours AS (
    SELECT entity, protocol, hour, max(bytes_out) AS bytes_out, max(packets_out) AS packets_out
    FROM contacts
    WHERE entity IN (SELECT entity FROM outward)
        AND connection_direction <> 'inbound'
        AND (
            (protocol <> 6 AND bytes_out >= 5 * bytes_in)
            OR (protocol = 6 AND packets_out >= 5 * packets_in AND (flags_in & 16) = 0
                AND (bytes_out <= 100 * packets_out OR flows >= 10))
        )
    GROUP BY entity, protocol, hour
),
usual AS (
    SELECT
        flood.entity, flood.hour, flood.protocol,
        max(usual_hours.bytes_out) AS usual_bytes, max(usual_hours.packets_out) AS usual_packets
    FROM (SELECT DISTINCT entity, hour, protocol FROM outward) AS flood
    JOIN usual_hours ON usual_hours.entity = flood.entity AND usual_hours.protocol = flood.protocol
    WHERE usual_hours.hour < flood.hour - INTERVAL '2 hours' AND usual_hours.hour >= flood.hour - INTERVAL '7 days'
    GROUP BY flood.entity, flood.hour, flood.protocol
),
inward_hours AS (
    SELECT
        entity, hour, service_port, protocol,
        CASE WHEN connection_direction = 'outbound' THEN 1 ELSE 0 END AS reflected,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out,
        sum(flows) AS flows, min(first_time) AS first_time, max(last_time) AS last_time, max(confidence) AS confidence,
        max(account_id) AS account_id, count(*) AS sources, min(remote_addr) AS remote_addr
    FROM contacts
    WHERE is_public(remote_addr)
        AND (connection_direction = 'inbound' OR (protocol = 17 AND service_port IN (53, 123, 389, 1900, 11211) AND bytes_out = 0))
    GROUP BY entity, hour, service_port, protocol, CASE WHEN connection_direction = 'outbound' THEN 1 ELSE 0 END
),
inward AS (
    SELECT * FROM inward_hours
    WHERE hour >= $from AND sources >= 50 AND packets_in >= 2000 AND packets_in >= 5 * packets_out
),
usual_sources AS (
    SELECT flood.entity, flood.hour, flood.service_port, flood.protocol, flood.reflected, max(before.sources) AS usual
    FROM inward AS flood
    JOIN inward_hours AS before
        ON before.entity = flood.entity AND before.protocol = flood.protocol AND before.reflected = flood.reflected
        AND coalesce(before.service_port, -1) = coalesce(flood.service_port, -1)
    WHERE before.hour < flood.hour - INTERVAL '2 hours' AND before.hour >= flood.hour - INTERVAL '7 days'
    GROUP BY flood.entity, flood.hour, flood.service_port, flood.protocol, flood.reflected
)
SELECT * FROM (
    SELECT
        'out' AS record, outward.entity, outward.hour, outward.remote_addr, outward.service_port, outward.protocol,
        'outbound' AS connection_direction, outward.bytes_in, outward.bytes_out, outward.packets_in, outward.packets_out, outward.flows,
        outward.first_time, outward.last_time, outward.confidence, outward.remote_country, outward.remote_asn, outward.account_id,
        CAST(NULL AS TIMESTAMP) AS remote_last_seen, 1 AS sources, 0 AS usual_sources, 0 AS reflected,
        coalesce(usual.usual_bytes, 0) AS usual_bytes, coalesce(usual.usual_packets, 0) AS usual_packets
    FROM outward
    LEFT JOIN usual ON usual.entity = outward.entity AND usual.hour = outward.hour AND usual.protocol = outward.protocol
    UNION ALL
    SELECT
        'in', inward.entity, inward.hour, inward.remote_addr, inward.service_port, inward.protocol,
        'inbound', inward.bytes_in, inward.bytes_out, inward.packets_in, inward.packets_out, inward.flows,
        inward.first_time, inward.last_time, inward.confidence, NULL, NULL, inward.account_id,
        CAST(NULL AS TIMESTAMP), inward.sources, coalesce(usual_sources.usual, 0), inward.reflected, 0, 0
    FROM inward
    LEFT JOIN usual_sources
        ON usual_sources.entity = inward.entity AND usual_sources.hour = inward.hour AND usual_sources.protocol = inward.protocol
        AND usual_sources.reflected = inward.reflected
        AND coalesce(usual_sources.service_port, -1) = coalesce(inward.service_port, -1)
) AS floods
ORDER BY entity, hour, record, protocol, service_port, remote_addr, reflected
