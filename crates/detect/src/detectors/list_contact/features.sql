-- Hours of accepted traffic, whoever opened the connection, with an address on any list; the columns of names tell on which.
-- One row: entity, hour, remote address, service port, protocol, connection direction.
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
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        max(confidence) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id
    FROM activity
    WHERE date >= $from_date AND date <= $to_date
        AND hour >= $from AND hour < $to
        AND (action = 'accept' OR action IS NULL)
        AND (
            in_list(remote_addr, 'tor-guard') OR in_list(remote_addr, 'tor-relay') OR in_list(remote_addr, 'threat')
            OR in_list(remote_addr, 'c2') OR in_list(remote_addr, 'mining') OR in_list(remote_addr, 'black-hole')
            OR in_list(remote_addr, 'drop-point')
        )
    GROUP BY entity, hour, remote_addr, service_port, protocol, connection_direction
),
-- Days on which the entities saw those addresses. A day may stand in several rows of `seen`, one for each batch that brought some of it.
days AS (
    SELECT entity, value, date, min(first_time) AS first_time, max(last_time) AS last_time
    FROM seen
    WHERE kind = 'remote_addr'
        AND date >= $history_date AND date <= $to_date
        AND value IN (SELECT remote_addr FROM contacts)
    GROUP BY entity, value, date
),
-- When each of those addresses was last seen by the entity before the hour, at most 45 days back.
earlier AS (
    SELECT
        contacts.entity,
        contacts.hour,
        contacts.remote_addr,
        max(CASE WHEN days.last_time <= contacts.hour THEN days.last_time ELSE days.first_time END) AS remote_last_seen
    FROM (SELECT DISTINCT entity, hour, remote_addr FROM contacts) AS contacts
    JOIN days ON days.entity = contacts.entity AND days.value = contacts.remote_addr
    WHERE days.first_time < contacts.hour
        AND days.last_time >= contacts.hour - INTERVAL '45 days'
    GROUP BY contacts.entity, contacts.hour, contacts.remote_addr
)
SELECT
    contacts.entity,
    contacts.hour,
    contacts.remote_addr,
    contacts.service_port,
    contacts.protocol,
    contacts.connection_direction,
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
    earlier.remote_last_seen,
    nullif(concat_ws(',', list_names(contacts.remote_addr, 'tor-guard'), list_names(contacts.remote_addr, 'tor-relay')), '') AS tor_names,
    list_names(contacts.remote_addr, 'threat') AS threat_names,
    list_names(contacts.remote_addr, 'c2') AS c2_names,
    list_names(contacts.remote_addr, 'mining') AS mining_names,
    list_names(contacts.remote_addr, 'black-hole') AS black_hole_names,
    list_names(contacts.remote_addr, 'drop-point') AS drop_point_names
FROM contacts
LEFT JOIN earlier
    ON earlier.entity = contacts.entity AND earlier.hour = contacts.hour AND earlier.remote_addr = contacts.remote_addr
ORDER BY contacts.entity, contacts.hour, contacts.remote_addr, contacts.protocol, contacts.service_port, contacts.connection_direction
