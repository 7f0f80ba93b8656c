-- Hours in which an entity used a service that hides or sends: mail, and resolvers by DNS, DNS over TLS, DNS over HTTPS.
-- One row: entity, hour, remote address, port, protocol; ICMP is there for its sizes. The addresses are those that well-known public DNS-over-HTTPS services publish.
        AND protocol IN (1, 6, 17, 58)
        AND (action = 'accept' OR action IS NULL OR service_port = 25)
        AND (
            service_port IN (25, 465, 587, 53, 853)
            OR protocol IN (1, 58)
            OR (service_port = 443 AND remote_addr IN (
                '1.1.1.1', '1.0.0.1', '1.1.1.2', '1.1.1.3', '8.8.8.8', '8.8.4.4', '9.9.9.9', '9.9.9.10', '9.9.9.11', '149.112.112.112',
                '208.67.222.222', '208.67.220.220', '94.140.14.14', '94.140.15.15', '185.228.168.168', '185.228.168.9', '76.76.2.0',
                '76.76.10.0', '194.242.2.2', '45.90.28.0', '45.90.30.0', '2606:4700:4700::1111', '2606:4700:4700::1001',
                '2001:4860:4860::8888', '2001:4860:4860::8844', '2620:fe::fe', '2620:fe::9'
            ))
        )
        AND is_public(remote_addr)
    GROUP BY entity, hour, remote_addr, service_port, protocol, connection_direction
)
