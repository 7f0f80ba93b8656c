-- Sessions on ports where passwords are asked for, by hour and the network of the other side.
-- One row: entity, hour, connection direction, network of the remote address, port. The remote address is the one with most sessions.
WITH sessions AS (
    SELECT
        entity,
        hour,
        connection_direction,
        remote_addr,
        CASE WHEN connection_direction = 'inbound' THEN local_port ELSE remote_port END AS service_port,
        CASE WHEN connection_direction = 'inbound' THEN remote_port ELSE local_port END AS client_port,
        sum(CASE WHEN direction = 'inbound' THEN bytes ELSE 0 END) AS bytes_in,
        sum(CASE WHEN direction = 'outbound' THEN bytes ELSE 0 END) AS bytes_out,
        sum(CASE WHEN direction = 'inbound' THEN packets ELSE 0 END) AS packets_in,
        sum(CASE WHEN direction = 'outbound' THEN packets ELSE 0 END) AS packets_out,
        sum(CASE WHEN direction = connection_direction THEN packets ELSE 0 END) AS packets,
        count(*) AS flows,
        min(start_time) AS first_time,
        max(end_time) AS last_time,
        max(CASE direction_rule
            WHEN 'syn-ack' THEN 1.0 WHEN 'syn' THEN 0.99 WHEN 'session' THEN 0.99 WHEN 'inventory' THEN 0.99
            WHEN 'security-group' THEN 0.97 WHEN 'well-known-port' THEN 0.9 WHEN 'registered-port' THEN 0.85
            WHEN 'ephemeral-port' THEN 0.6 ELSE 0.0 END) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id
    FROM flows
    WHERE date >= $from_date AND date <= $to_date
        AND hour >= $from AND hour < $to
        AND protocol = 6
        AND connection_direction IN ('inbound', 'outbound')
        AND (action = 'accept' OR action IS NULL)
        AND CASE WHEN connection_direction = 'inbound' THEN local_port ELSE remote_port END
            IN (21, 22, 23, 445, 1433, 3306, 3389, 5432, 5900, 5985, 5986)
    GROUP BY entity, hour, connection_direction, remote_addr, local_port, remote_port
),
tried AS (
    SELECT
        *, neighbourhood(remote_addr) AS remote_net,
        CASE WHEN packets_in > 0 AND packets_out > 0 THEN 1 ELSE 0 END AS answered,
        -- What the opener sent, where that was recorded.
        CASE WHEN packets > 0 THEN packets END AS packets_sent
    FROM sessions
),
-- Where one session in four was answered, the others were too: records get lost, and a closed port answers nobody.
met AS (
    SELECT * FROM (
        SELECT
            *,
            sum(answered) OVER (PARTITION BY entity, hour, connection_direction, remote_net, service_port) AS group_answered,
            count(*) OVER (PARTITION BY entity, hour, connection_direction, remote_net, service_port) AS group_tried
        FROM tried
    ) AS counted
    WHERE answered = 1 OR 4 * group_answered >= group_tried
),
busiest AS (
    SELECT * FROM (
        SELECT
            entity, hour, connection_direction, remote_net, service_port, remote_addr,
            row_number() OVER (
                PARTITION BY entity, hour, connection_direction, remote_net, service_port ORDER BY count(*) DESC, remote_addr
            ) AS place
        FROM met
        GROUP BY entity, hour, connection_direction, remote_net, service_port, remote_addr
    ) AS ranked
    WHERE place = 1
),
groups AS (
    SELECT
        entity,
        hour,
        connection_direction,
        remote_net,
        service_port,
        sum(bytes_in) AS bytes_in,
        sum(bytes_out) AS bytes_out,
        sum(packets_in) AS packets_in,
        sum(packets_out) AS packets_out,
        sum(flows) AS flows,
        min(first_time) AS first_time,
        max(last_time) AS last_time,
        min(confidence) AS confidence,
        max(remote_country) AS remote_country,
        max(remote_asn) AS remote_asn,
        max(account_id) AS account_id,
        count(*) AS sessions,
        count(DISTINCT remote_addr) AS sources,
        percentile_cont(packets_sent, 0.25) AS packets_low,
        percentile_cont(packets_sent, 0.5) AS packets_median,
        percentile_cont(packets_sent, 0.75) AS packets_high,
        -- A session of some seconds that crosses a mark stands in two windows, each way; windows are a minute long, or ten.
        sum(CASE WHEN last_time - first_time <= INTERVAL '125 seconds' OR flows <= 4 THEN 1 ELSE 0 END) AS short_sessions,
        max(packets) AS packets_most
    FROM met
    GROUP BY entity, hour, connection_direction, remote_net, service_port
),
-- On how many other days the entity both talked with the network and used the port: the habit of an operator, not a guess. Inside, the
-- network alone says nothing, because machines talk with their neighbours all the time.
wanted AS (
    SELECT entity, hour, connection_direction, remote_net, service_port, 'remote_net' AS kind, remote_net AS value
    FROM groups WHERE sessions >= 10
    UNION ALL
    SELECT
        entity, hour, connection_direction, remote_net, service_port,
        CASE WHEN connection_direction = 'inbound' THEN 'local_port' ELSE 'remote_port' END AS kind,
        concat('tcp/', service_port) AS value
    FROM groups WHERE sessions >= 10
),
days AS (
    SELECT DISTINCT entity, kind, value, date
    FROM seen
    WHERE kind IN ('remote_net', 'remote_port', 'local_port') AND date >= $history_date AND date <= $to_date
        AND value IN (SELECT value FROM wanted)
),
habits AS (
    SELECT
        wanted.entity, wanted.hour, wanted.connection_direction, wanted.remote_net, wanted.service_port,
        least(
            count(DISTINCT CASE WHEN wanted.kind = 'remote_net' THEN days.date END),
            count(DISTINCT CASE WHEN wanted.kind <> 'remote_net' THEN days.date END)
        ) AS days_known
    FROM wanted
    JOIN days ON days.entity = wanted.entity AND days.kind = wanted.kind AND days.value = wanted.value
    WHERE days.date < CAST(CAST(wanted.hour AS DATE) AS VARCHAR)
    GROUP BY wanted.entity, wanted.hour, wanted.connection_direction, wanted.remote_net, wanted.service_port
)
SELECT
    groups.entity,
    groups.hour,
    busiest.remote_addr,
    groups.service_port,
    6 AS protocol,
    groups.connection_direction,
    groups.bytes_in,
    groups.bytes_out,
    groups.packets_in,
    groups.packets_out,
    groups.flows,
    groups.first_time,
    groups.last_time,
    groups.confidence,
    groups.remote_country,
    groups.remote_asn,
    groups.account_id,
    CAST(NULL AS TIMESTAMP) AS remote_last_seen,
    groups.remote_net,
    is_public(busiest.remote_addr) IS TRUE AS public,
    groups.sessions,
    groups.sources,
    groups.packets_low,
    groups.packets_median,
    groups.packets_high,
    groups.short_sessions,
    groups.packets_most,
    coalesce(habits.days_known, 0) AS days_known
FROM groups
JOIN busiest
    ON busiest.entity = groups.entity AND busiest.hour = groups.hour AND busiest.connection_direction = groups.connection_direction
    AND busiest.remote_net = groups.remote_net AND busiest.service_port = groups.service_port
LEFT JOIN habits
    ON habits.entity = groups.entity AND habits.hour = groups.hour AND habits.connection_direction = groups.connection_direction
    AND habits.remote_net = groups.remote_net AND habits.service_port = groups.service_port
ORDER BY groups.entity, groups.hour, groups.connection_direction, groups.service_port, groups.remote_net
