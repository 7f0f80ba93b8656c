,
-- From which ports records without flags came, by the hour: one port for hours is one connection.
clients AS (
    SELECT entity, hour, remote_addr, remote_port AS service_port, protocol, min(local_port) AS lowest, max(local_port) AS highest
    FROM flows
    WHERE date >= CAST(CAST(CAST($from AS TIMESTAMP) - INTERVAL '1 day' AS DATE) AS VARCHAR) AND date <= $to_date
        AND hour < $to
        AND connection_direction = 'outbound'
        AND (action = 'accept' OR action IS NULL)
        AND protocol = 6
        AND tcp_flags IS NULL
        AND remote_addr IN (SELECT remote_addr FROM contacts WHERE flagged = 0)
    GROUP BY entity, hour, remote_addr, remote_port, protocol
)
