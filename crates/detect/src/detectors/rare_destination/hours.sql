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
    CAST(NULL AS TIMESTAMP) AS remote_last_seen,
    contacts.remote_net,
    contacts.net_first_seen,
    CAST(NULL AS TIMESTAMP) AS port_last_seen,
    coalesce(others.users, 0) AS peers_using,
    fleet.members - 1 AS peers,
    watched.watched_since,
    contacts.flagged,
    -- A SYN in the hour: a session began.
    CASE WHEN ((contacts.flags_out | contacts.flags_in) & 2) <> 0 THEN 1 ELSE 0 END AS opened
FROM contacts
CROSS JOIN fleet
JOIN watched ON watched.entity = contacts.entity
LEFT JOIN others
    ON others.entity = contacts.entity AND others.hour = contacts.hour AND others.remote_net = contacts.remote_net
ORDER BY contacts.entity, contacts.hour, contacts.remote_addr, contacts.protocol, contacts.service_port
