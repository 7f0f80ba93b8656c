    CAST(NULL AS TIMESTAMP) AS remote_last_seen,
    contacts.remote_net,
    contacts.net_first_seen,
    CAST(NULL AS TIMESTAMP) AS port_last_seen,
    coalesce(others.users, 0) AS peers_using,
    fleet.members - 1 AS peers,
    watched.watched_since,
    contacts.flagged,
    -- A SYN in the hour: a session began.
    CASE WHEN ((contacts.flags_out | contacts.flags_in) & 2) <> 0 THEN 1 ELSE 0 END AS opened,
    -- The client's port of the hour, where there was one only; told for records without flags, of the last day.
    CASE WHEN clients.lowest = clients.highest THEN clients.lowest END AS client_port
FROM contacts
CROSS JOIN fleet
JOIN watched ON watched.entity = contacts.entity
LEFT JOIN others
    ON others.entity = contacts.entity AND others.hour = contacts.hour AND others.remote_net = contacts.remote_net
LEFT JOIN clients
    ON clients.entity = contacts.entity AND clients.hour = contacts.hour AND clients.remote_addr = contacts.remote_addr
    AND clients.service_port = contacts.service_port AND clients.protocol = contacts.protocol
ORDER BY contacts.entity, contacts.hour, contacts.remote_addr, contacts.protocol, contacts.service_port
