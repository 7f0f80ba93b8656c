-- First uses of remote ports, the traffic of their first 24 hours, and what the entity and its peers did in the 45 days before.
-- One row: entity, remote port, hour, remote address. A first use is one without any use, sure or unsure, in the 45 days before it.
-- Hours from a day before $from are delivered too, because traffic adds up from the first use on.
WITH used AS (
    SELECT
        entity,
        value,
        date,
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        sum(flows) AS flows
    FROM seen
    WHERE kind = 'remote_port' AND date >= $history_date AND date <= $to_date
    GROUP BY entity, value, date
),
-- Which entities reported on which day, and whose they are.
watched AS (
    SELECT entity, date, min(hour) AS first_hour, max(coalesce(account_id, '')) AS account
    FROM volume
    WHERE date >= $history_date AND date <= $to_date
    GROUP BY entity, date
),
debuts AS (
    SELECT firsts.entity, firsts.value, firsts.first_time AS since, firsts.date, watched.account
    FROM (
        SELECT *, lag(last_time) OVER (PARTITION BY entity, value ORDER BY date) AS used_before
        FROM used
    ) AS firsts
    JOIN watched ON watched.entity = firsts.entity AND watched.date = firsts.date
    WHERE (firsts.used_before IS NULL OR firsts.used_before < firsts.first_time - INTERVAL '45 days')
        AND firsts.first_time >= CAST($from AS TIMESTAMP) - INTERVAL '24 hours'
        AND firsts.first_time < $to
),
-- How long the entity was watched before the day of the first use.
age AS (
    SELECT days.entity, days.date, count(*) AS days_watched, min(watched.first_hour) AS watched_since
    FROM (SELECT DISTINCT entity, date, date_trunc('day', since) AS day FROM debuts) AS days
    JOIN watched ON watched.entity = days.entity
    WHERE watched.date < days.date AND watched.first_hour >= days.day - INTERVAL '45 days'
    GROUP BY days.entity, days.date
),
-- How its flows spread over remote ports before that day: all flows, ports, and ports with a single flow.
habits AS (
    SELECT
        entity,
        date,
        sum(flows) AS port_flows,
        count(*) AS ports,
        sum(CASE WHEN flows = 1 THEN 1 ELSE 0 END) AS ports_once
    FROM (
        SELECT days.entity, days.date, used.value, sum(used.flows) AS flows
        FROM (SELECT DISTINCT entity, date, date_trunc('day', since) AS day FROM debuts) AS days
        JOIN used ON used.entity = days.entity
        WHERE used.date < days.date AND used.first_time >= days.day - INTERVAL '45 days'
        GROUP BY days.entity, days.date, used.value
    ) AS ports_before
    GROUP BY entity, date
),
-- The other entities of the account that reported in the 45 days up to that day.
peers AS (
    SELECT days.account, days.date, count(DISTINCT watched.entity) AS members
    FROM (SELECT DISTINCT account, date, date_trunc('day', since) AS day FROM debuts) AS days
    JOIN watched ON watched.account = days.account
    WHERE watched.date <= days.date AND watched.first_hour >= days.day - INTERVAL '45 days'
    GROUP BY days.account, days.date
),
-- Those among them that used the port up to the hour of the first use.
users AS (
    SELECT debuts.entity, debuts.value, debuts.since, count(DISTINCT used.entity) AS users
    FROM debuts
    JOIN used ON used.value = debuts.value
    JOIN watched ON watched.entity = used.entity AND watched.date = used.date AND watched.account = debuts.account
    WHERE used.entity <> debuts.entity
        AND used.first_time < date_trunc('hour', debuts.since) + INTERVAL '1 hour'
        AND used.last_time >= debuts.since - INTERVAL '45 days'
    GROUP BY debuts.entity, debuts.value, debuts.since
),
-- A machine that was no client before has no habits to judge by.
candidates AS (
    SELECT
        debuts.entity, debuts.value, debuts.since, debuts.date, debuts.account,
        age.days_watched, age.watched_since, habits.port_flows, habits.ports, habits.ports_once
    FROM debuts
    JOIN age ON age.entity = debuts.entity AND age.date = debuts.date
    JOIN habits ON habits.entity = debuts.entity AND habits.date = debuts.date
),
contacts AS (
    SELECT
        candidates.entity,
        candidates.value,
        candidates.since,
        candidates.date,
        candidates.account,
        candidates.days_watched,
        candidates.watched_since,
        candidates.port_flows,
        candidates.ports,
        candidates.ports_once,
        activity.hour,
        activity.remote_addr,
        activity.service_port,
        activity.protocol,
        sum(activity.bytes_in) AS bytes_in,
        sum(activity.bytes_out) AS bytes_out,
        sum(activity.packets_in) AS packets_in,
        sum(activity.packets_out) AS packets_out,
        sum(activity.flows) AS flows,
        min(activity.first_time) AS first_time,
        max(activity.last_time) AS last_time,
        max(activity.confidence) AS confidence,
        max(activity.remote_country) AS remote_country,
        max(activity.remote_asn) AS remote_asn,
        max(activity.account_id) AS account_id
    FROM candidates
    JOIN activity
        ON activity.entity = candidates.entity
        AND candidates.value
            = concat(lower(coalesce(protocol_name(activity.protocol), CAST(activity.protocol AS VARCHAR))), '/', activity.service_port)
    WHERE activity.date >= CAST(CAST(CAST($from AS TIMESTAMP) - INTERVAL '24 hours' AS DATE) AS VARCHAR)
        AND activity.date <= $to_date
        AND activity.hour >= date_trunc('hour', candidates.since)
        AND activity.hour < candidates.since + INTERVAL '24 hours'
        AND activity.hour < $to
        AND activity.connection_direction = 'outbound'
        AND activity.service_port IS NOT NULL
        AND activity.remote_addr IS NOT NULL
        AND (activity.action = 'accept' OR activity.action IS NULL)
    GROUP BY
        candidates.entity, candidates.value, candidates.since, candidates.date, candidates.account,
        candidates.days_watched, candidates.watched_since, candidates.port_flows, candidates.ports, candidates.ports_once,
        activity.hour, activity.remote_addr, activity.service_port, activity.protocol
),
-- When the remote address, its network, its system and its country were last seen by the entity before the first use.
keys AS (
    SELECT
        entity,
        since,
        remote_addr,
        kind,
        CASE kind
            WHEN 'remote_addr' THEN remote_addr
            WHEN 'remote_net' THEN neighbourhood(remote_addr)
            WHEN 'asn' THEN CAST(remote_asn AS VARCHAR)
            ELSE remote_country
        END AS value
    FROM (SELECT DISTINCT entity, since, remote_addr, remote_asn, remote_country FROM contacts) AS remotes
    CROSS JOIN (VALUES ('remote_addr'), ('remote_net'), ('asn'), ('country')) AS kinds (kind)
),
-- Days on which the entities saw those. A day may stand in several rows of `seen`, one for each batch that brought some of it.
days AS (
    SELECT entity, kind, value, date, min(first_time) AS first_time, max(last_time) AS last_time
    FROM seen
    WHERE kind IN ('remote_addr', 'remote_net', 'asn', 'country')
        AND date >= $history_date AND date <= $to_date
        AND value IN (SELECT value FROM keys)
    GROUP BY entity, kind, value, date
),
known AS (
    SELECT
        entity,
        since,
        remote_addr,
        max(CASE WHEN kind = 'remote_addr' THEN last_seen END) AS remote_last_seen,
        max(CASE WHEN kind = 'remote_net' THEN last_seen END) AS net_last_seen,
        max(CASE WHEN kind = 'asn' THEN last_seen END) AS asn_last_seen,
        max(CASE WHEN kind = 'country' THEN last_seen END) AS country_last_seen
    FROM (
        SELECT
            keys.entity,
            keys.since,
            keys.remote_addr,
            keys.kind,
            CASE WHEN days.last_time <= keys.since THEN days.last_time ELSE days.first_time END AS last_seen
        FROM keys
        JOIN days ON days.entity = keys.entity AND days.kind = keys.kind AND days.value = keys.value
        WHERE days.first_time < keys.since
            AND days.last_time >= keys.since - INTERVAL '45 days'
    ) AS sightings
    GROUP BY entity, since, remote_addr
)
SELECT
    contacts.entity,
    contacts.since,
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
    neighbourhood(contacts.remote_addr) AS remote_net,
    known.remote_last_seen,
    known.net_last_seen,
    known.asn_last_seen,
    known.country_last_seen,
    contacts.days_watched,
    contacts.watched_since,
    contacts.port_flows,
    contacts.ports,
    contacts.ports_once,
    greatest(coalesce(peers.members, 1) - 1, 0) AS peers,
    coalesce(users.users, 0) AS peers_using
FROM contacts
LEFT JOIN peers ON peers.account = contacts.account AND peers.date = contacts.date
LEFT JOIN users ON users.entity = contacts.entity AND users.value = contacts.value AND users.since = contacts.since
LEFT JOIN known
    ON known.entity = contacts.entity AND known.since = contacts.since AND known.remote_addr = contacts.remote_addr
ORDER BY contacts.entity, contacts.since, contacts.protocol, contacts.service_port, contacts.hour, contacts.remote_addr
