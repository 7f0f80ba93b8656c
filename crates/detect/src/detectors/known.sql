,
-- How well the entity and the others know the remote address and its network, as of each hour. A day may stand in several rows of `seen`.
wanted AS (
    SELECT entity, hour, remote_addr, port_value, 'remote_addr' AS kind, remote_addr AS value FROM contacts
    UNION
    SELECT entity, hour, remote_addr, port_value, 'remote_net' AS kind, remote_net AS value FROM contacts
    UNION
    SELECT entity, hour, remote_addr, port_value, 'remote_port' AS kind, port_value AS value FROM contacts
),
sightings AS (
    SELECT entity, kind, value, date, min(first_time) AS first_time, max(last_time) AS last_time
    FROM seen
    WHERE kind IN ('remote_addr', 'remote_net', 'remote_port') AND date >= $history_date AND date <= $to_date
        AND value IN (SELECT value FROM wanted)
    GROUP BY entity, kind, value, date
),
own AS (
    SELECT
        wanted.entity, wanted.hour, wanted.remote_addr, wanted.port_value,
        max(CASE WHEN wanted.kind = 'remote_addr' THEN
            CASE WHEN last_time <= wanted.hour THEN last_time ELSE first_time END END) AS remote_last_seen,
        min(CASE WHEN wanted.kind = 'remote_net' THEN first_time END) AS net_first_seen,
        max(CASE WHEN wanted.kind = 'remote_port' THEN
            CASE WHEN last_time <= wanted.hour THEN last_time ELSE first_time END END) AS port_last_seen
    FROM wanted
    JOIN sightings ON sightings.entity = wanted.entity AND sightings.kind = wanted.kind AND sightings.value = wanted.value
    WHERE sightings.first_time < wanted.hour AND sightings.last_time >= wanted.hour - INTERVAL '45 days'
    GROUP BY wanted.entity, wanted.hour, wanted.remote_addr, wanted.port_value
),
firsts AS (
    SELECT entity, kind, value, min(first_time) AS first_time FROM sightings GROUP BY entity, kind, value
),
-- The other entities that had talked with the network by the end of the hour.
others AS (
    SELECT keys.hour, keys.entity, keys.remote_net, count(DISTINCT firsts.entity) AS users
    FROM (SELECT DISTINCT entity, hour, remote_net FROM contacts) AS keys
    JOIN firsts ON firsts.kind = 'remote_net' AND firsts.value = keys.remote_net
    WHERE firsts.first_time < keys.hour + INTERVAL '1 hour' AND firsts.entity <> keys.entity
    GROUP BY keys.hour, keys.entity, keys.remote_net
),
watched AS (
    SELECT entity, min(hour) AS watched_since FROM volume WHERE date >= $history_date AND date <= $to_date GROUP BY entity
),
fleet AS (
    SELECT count(*) AS members FROM watched
)
