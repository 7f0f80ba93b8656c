-- First contact, as the client, with a country or an autonomous system. One row: entity, hour, kind, value; the remote address is the one
-- with most bytes.
WITH hours AS (
    SELECT
        entity, hour, remote_addr, service_port, protocol, remote_country, remote_asn,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out,
        sum(flows) AS flows, min(first_time) AS first_time, max(last_time) AS last_time, max(confidence) AS confidence,
        max(account_id) AS account_id
    FROM activity
    WHERE date >= $from_date AND date <= $to_date
        AND hour >= $from AND hour < $to
        AND connection_direction = 'outbound'
        AND (action = 'accept' OR action IS NULL)
        AND (remote_country IS NOT NULL OR remote_asn IS NOT NULL)
    GROUP BY entity, hour, remote_addr, service_port, protocol, remote_country, remote_asn
),
spread AS (
    SELECT 'country' AS kind, remote_country AS value, hours.* FROM hours WHERE remote_country IS NOT NULL
    UNION ALL
    SELECT 'asn', CAST(remote_asn AS VARCHAR), hours.* FROM hours WHERE remote_asn IS NOT NULL
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY entity, hour, kind, value ORDER BY bytes_in + bytes_out DESC, remote_addr, protocol, service_port
        ) AS place,
        sum(bytes_in + bytes_out) OVER (PARTITION BY entity, hour, kind, value) AS bytes_all
    FROM spread
),
firsts AS (
    SELECT entity, kind, value, min(first_time) AS first_time
    FROM seen
    WHERE kind IN ('country', 'asn') AND date >= $history_date AND date <= $to_date
    GROUP BY entity, kind, value
),
contacts AS (
    SELECT ranked.*, firsts.first_time AS value_first_seen
    FROM ranked
    JOIN firsts ON firsts.entity = ranked.entity AND firsts.kind = ranked.kind AND firsts.value = ranked.value
    WHERE ranked.place = 1 AND firsts.first_time >= ranked.hour - INTERVAL '1 day'
),
others AS (
    SELECT contacts.entity, contacts.hour, contacts.kind, contacts.value, count(*) AS users
    FROM contacts
    JOIN firsts ON firsts.kind = contacts.kind AND firsts.value = contacts.value
    WHERE firsts.entity <> contacts.entity AND firsts.first_time < contacts.hour + INTERVAL '1 hour'
    GROUP BY contacts.entity, contacts.hour, contacts.kind, contacts.value
),
known AS (
    SELECT contacts.entity, contacts.hour, contacts.kind, contacts.value, count(*) AS known
    FROM contacts
    JOIN firsts ON firsts.entity = contacts.entity AND firsts.kind = contacts.kind
    WHERE firsts.first_time < contacts.hour AND firsts.value <> contacts.value
    GROUP BY contacts.entity, contacts.hour, contacts.kind, contacts.value
),
watched AS (
    SELECT entity, min(hour) AS watched_since FROM volume WHERE date >= $history_date AND date <= $to_date GROUP BY entity
),
fleet AS (
    SELECT count(*) AS members FROM watched
)
SELECT
    contacts.entity,
    contacts.hour,
    contacts.remote_addr,
    contacts.service_port,
    contacts.protocol,
    'outbound' AS connection_direction,
    contacts.bytes_in,
    contacts.bytes_out,
    contacts.packets_in,
    contacts.packets_out,
    contacts.flows,
    contacts.first_time,
    contacts.last_time,
    contacts.confidence,
    contacts.remote_country,
    contacts.remote_asn,
    contacts.account_id,
    CAST(NULL AS TIMESTAMP) AS remote_last_seen,
    contacts.kind,
    contacts.value,
    contacts.value_first_seen,
    contacts.bytes_all,
    coalesce(others.users, 0) AS peers_using,
    fleet.members - 1 AS peers,
    coalesce(known.known, 0) AS known,
    watched.watched_since
FROM contacts
CROSS JOIN fleet
JOIN watched ON watched.entity = contacts.entity
LEFT JOIN others
    ON others.entity = contacts.entity AND others.hour = contacts.hour AND others.kind = contacts.kind AND others.value = contacts.value
LEFT JOIN known
    ON known.entity = contacts.entity AND known.hour = contacts.hour AND known.kind = contacts.kind AND known.value = contacts.value
ORDER BY contacts.entity, contacts.hour, contacts.kind, contacts.value
