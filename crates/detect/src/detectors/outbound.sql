-- Hours of connections that an entity opened, one row for each remote address, port and protocol. The conditions and the grouping follow.
WITH contacts AS (
    SELECT
        entity,
        hour,
        remote_addr,
        neighbourhood(remote_addr) AS remote_net,
        concat(lower(coalesce(protocol_name(protocol), CAST(protocol AS VARCHAR))), '/', service_port) AS port_value,
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
        AND connection_direction = 'outbound'
