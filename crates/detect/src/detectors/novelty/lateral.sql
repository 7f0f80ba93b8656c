-- Hours in which an entity opened a port of administration to an address inside.
-- One row: entity, hour, remote address, port, protocol. Which ports those are is decided by the scorer.
        AND protocol = 6
        AND service_port IN (22, 135, 139, 445, 2375, 3389, 5985, 5986, 6443, 10250)
        AND is_public(remote_addr) = FALSE
    GROUP BY entity, hour, remote_addr, service_port, protocol, connection_direction
)
