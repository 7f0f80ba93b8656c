,
-- Who is worth looking at by the minute: pairs that the gate of popularity lets through, whole days.
pairs AS (
    SELECT
        contacts.entity, contacts.date, contacts.remote_addr, contacts.remote_net, contacts.service_port, contacts.protocol,
        min(contacts.net_first_seen) AS net_first_seen, max(contacts.confidence) AS confidence,
        max(contacts.remote_country) AS remote_country, max(contacts.remote_asn) AS remote_asn, max(contacts.account_id) AS account_id,
        max(coalesce(others.users, 0)) AS peers_using
    FROM contacts
    LEFT JOIN others
        ON others.entity = contacts.entity AND others.hour = contacts.hour AND others.remote_net = contacts.remote_net
    WHERE contacts.date >= $from_date
    GROUP BY contacts.entity, contacts.date, contacts.remote_addr, contacts.remote_net, contacts.service_port, contacts.protocol
    HAVING sum(contacts.flows) >= 8 AND max(coalesce(others.users, 0)) <= 5
),
minutes AS (
    SELECT
        entity,
        date,
        remote_addr,
        remote_port AS service_port,
        protocol,
        date_trunc('minute', start_time) AS minute,
        count(DISTINCT local_port) AS sessions,
        sum(CASE WHEN direction = 'inbound' THEN bytes ELSE 0 END) AS bytes_in,
        sum(CASE WHEN direction = 'outbound' THEN bytes ELSE 0 END) AS bytes_out,
        sum(CASE WHEN direction = 'inbound' THEN packets ELSE 0 END) AS packets_in,
        sum(CASE WHEN direction = 'outbound' THEN packets ELSE 0 END) AS packets_out,
        count(*) AS flows,
        min(start_time) AS first_time,
        max(end_time) AS last_time,
        min(hour) AS hour
    FROM flows
    WHERE date >= $from_date AND date <= $to_date
        AND hour < $to
        AND connection_direction = 'outbound'
        AND (action = 'accept' OR action IS NULL)
        AND remote_addr IN (SELECT remote_addr FROM pairs)
    GROUP BY entity, date, remote_addr, remote_port, protocol, date_trunc('minute', start_time)
)
SELECT
    minutes.entity,
    minutes.hour,
    minutes.remote_addr,
    minutes.service_port,
    minutes.protocol,
    'outbound' AS connection_direction,
    minutes.bytes_in,
    minutes.bytes_out,
    minutes.packets_in,
    minutes.packets_out,
    minutes.flows,
    minutes.first_time,
    minutes.last_time,
    pairs.confidence,
    pairs.remote_country,
    pairs.remote_asn,
    pairs.account_id,
    CAST(NULL AS TIMESTAMP) AS remote_last_seen,
    pairs.remote_net,
    pairs.net_first_seen,
    CAST(NULL AS TIMESTAMP) AS port_last_seen,
    pairs.peers_using,
    fleet.members - 1 AS peers,
    watched.watched_since,
    minutes.minute,
    minutes.sessions
FROM minutes
CROSS JOIN fleet
JOIN pairs
    ON pairs.entity = minutes.entity AND pairs.date = minutes.date AND pairs.remote_addr = minutes.remote_addr
    AND pairs.service_port = minutes.service_port AND pairs.protocol = minutes.protocol
JOIN watched ON watched.entity = minutes.entity
ORDER BY minutes.entity, minutes.minute, minutes.remote_addr, minutes.protocol, minutes.service_port
