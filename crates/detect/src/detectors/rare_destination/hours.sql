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
