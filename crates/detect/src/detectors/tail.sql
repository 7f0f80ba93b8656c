    own.remote_last_seen,
    contacts.remote_net,
    own.net_first_seen,
    own.port_last_seen,
    coalesce(others.users, 0) AS peers_using,
    fleet.members - 1 AS peers,
    watched.watched_since
FROM contacts
CROSS JOIN fleet
JOIN watched ON watched.entity = contacts.entity
LEFT JOIN own
    ON own.entity = contacts.entity AND own.hour = contacts.hour AND own.remote_addr = contacts.remote_addr
    AND own.port_value = contacts.port_value
LEFT JOIN others
    ON others.entity = contacts.entity AND others.hour = contacts.hour AND others.remote_net = contacts.remote_net
ORDER BY contacts.entity, contacts.hour, contacts.remote_addr, contacts.protocol, contacts.service_port
