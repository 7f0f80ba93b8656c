//! Protocols, ports and the services behind them (IANA registries; the common ones).

/// The usual name of an IANA protocol number, upper case; `None` for the rare ones.
pub fn protocol_name(number: u8) -> Option<&'static str> {
    PROTOCOLS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// The IANA number of a protocol given by name (any case) or by number.
pub fn protocol_number(text: &str) -> Option<u8> {
    text.parse().ok().or_else(|| PROTOCOLS.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(number, _)| *number))
}

/// Whether the protocol has ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
pub const fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 6 | 17 | 33 | 132 | 136)
}

/// The service that a port is registered or commonly used for, `None` when no common one is.
pub fn service_name(protocol: u8, port: u16) -> Option<&'static str> {
    let index = SERVICES.binary_search_by_key(&port, |(known, ..)| *known).ok()?;
    let (_, transport, name) = SERVICES[index];
    let fits = match protocol {
        6 => transport != Transport::Udp,
        17 => transport != Transport::Tcp,
        _ => false,
    };
    fits.then_some(name)
}

/// Whether a port is registered for a common service on this protocol; see [`service_name`].
pub fn is_registered_service(protocol: u8, port: u16) -> bool {
    service_name(protocol, port).is_some()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Tcp,
    Udp,
    Both,
}
use Transport::{Both, Tcp, Udp};

const PROTOCOLS: &[(u8, &str)] = &[
    (1, "ICMP"),
    (2, "IGMP"),
    (4, "IPIP"),
    (6, "TCP"),
    (17, "UDP"),
    (33, "DCCP"),
    (41, "IPV6"),
    (47, "GRE"),
    (50, "ESP"),
    (51, "AH"),
    (58, "ICMPV6"),
    (89, "OSPF"),
    (103, "PIM"),
    (112, "VRRP"),
    (132, "SCTP"),
    (136, "UDPLITE"),
];

/// Sorted by port.
const SERVICES: &[(u16, Transport, &str)] = &[
    (20, Tcp, "ftp-data"),
    (21, Tcp, "ftp"),
    (22, Tcp, "ssh"),
    (23, Tcp, "telnet"),
    (25, Tcp, "smtp"),
    (49, Tcp, "tacacs"),
    (53, Both, "dns"),
    (67, Udp, "dhcp-server"),
    (68, Udp, "dhcp-client"),
    (69, Udp, "tftp"),
    (80, Both, "http"),
    (88, Both, "kerberos"),
    (110, Tcp, "pop3"),
    (111, Both, "rpcbind"),
    (119, Tcp, "nntp"),
    (123, Udp, "ntp"),
    (135, Tcp, "msrpc"),
    (137, Udp, "netbios-ns"),
    (138, Udp, "netbios-dgm"),
    (139, Tcp, "netbios-ssn"),
    (143, Tcp, "imap"),
    (161, Udp, "snmp"),
    (162, Udp, "snmp-trap"),
    (179, Tcp, "bgp"),
    (389, Both, "ldap"),
    (443, Both, "https"),
    (445, Tcp, "smb"),
    (464, Both, "kpasswd"),
    (465, Tcp, "smtps"),
    (500, Udp, "isakmp"),
    (514, Both, "syslog"),
    (515, Tcp, "lpd"),
    (546, Udp, "dhcpv6-client"),
    (547, Udp, "dhcpv6-server"),
    (554, Both, "rtsp"),
    (587, Tcp, "submission"),
    (636, Tcp, "ldaps"),
    (853, Both, "dns-over-tls"),
    (873, Tcp, "rsync"),
    (902, Tcp, "vmware"),
    (989, Tcp, "ftps-data"),
    (990, Tcp, "ftps"),
    (993, Tcp, "imaps"),
    (995, Tcp, "pop3s"),
    (1080, Tcp, "socks"),
    (1194, Both, "openvpn"),
    (1389, Tcp, "ldap-alt"),
    (1433, Tcp, "mssql"),
    (1434, Udp, "mssql-browser"),
    (1521, Tcp, "oracle"),
    (1701, Udp, "l2tp"),
    (1723, Tcp, "pptp"),
    (1883, Tcp, "mqtt"),
    (1900, Udp, "ssdp"),
    (2049, Both, "nfs"),
    (2181, Tcp, "zookeeper"),
    (2375, Tcp, "docker"),
    (2376, Tcp, "docker-tls"),
    (2379, Tcp, "etcd"),
    (2380, Tcp, "etcd-peer"),
    (3128, Tcp, "http-proxy"),
    (3268, Tcp, "global-catalog"),
    (3269, Tcp, "global-catalog-tls"),
    (3306, Tcp, "mysql"),
    (3333, Tcp, "stratum"),
    (3389, Both, "rdp"),
    (3478, Both, "stun"),
    (4500, Udp, "ipsec-nat-t"),
    (4789, Udp, "vxlan"),
    (5000, Tcp, "upnp"),
    (5060, Both, "sip"),
    (5061, Tcp, "sips"),
    (5201, Both, "iperf"),
    (5222, Tcp, "xmpp"),
    (5353, Udp, "mdns"),
    (5355, Udp, "llmnr"),
    (5432, Tcp, "postgresql"),
    (5601, Tcp, "kibana"),
    (5671, Tcp, "amqps"),
    (5672, Tcp, "amqp"),
    (5900, Tcp, "vnc"),
    (5985, Tcp, "winrm"),
    (5986, Tcp, "winrm-tls"),
    (6379, Tcp, "redis"),
    (6443, Tcp, "kubernetes-api"),
    (6514, Tcp, "syslog-tls"),
    (6667, Tcp, "irc"),
    (8000, Tcp, "http-alt"),
    (8008, Tcp, "http-alt"),
    (8080, Tcp, "http-alt"),
    (8086, Tcp, "influxdb"),
    (8088, Tcp, "yarn"),
    (8125, Udp, "statsd"),
    (8126, Tcp, "datadog-apm"),
    (8140, Tcp, "puppet"),
    (8200, Tcp, "vault"),
    (8300, Tcp, "consul"),
    (8333, Tcp, "bitcoin"),
    (8443, Tcp, "https-alt"),
    (8500, Tcp, "consul"),
    (8530, Tcp, "wsus"),
    (8883, Tcp, "mqtts"),
    (8888, Tcp, "http-alt"),
    (9000, Tcp, "http-alt"),
    (9001, Tcp, "tor-or"),
    (9030, Tcp, "tor-dir"),
    (9042, Tcp, "cassandra"),
    (9050, Tcp, "tor-socks"),
    (9090, Tcp, "prometheus"),
    (9092, Tcp, "kafka"),
    (9093, Tcp, "alertmanager"),
    (9094, Tcp, "kafka-tls"),
    (9100, Tcp, "node-exporter"),
    (9200, Tcp, "elasticsearch"),
    (9300, Tcp, "elasticsearch-node"),
    (9418, Tcp, "git"),
    (10250, Tcp, "kubelet"),
    (11211, Both, "memcached"),
    (15672, Tcp, "rabbitmq-admin"),
    (27017, Tcp, "mongodb"),
    (27018, Tcp, "mongodb"),
    (50000, Tcp, "db2"),
    (51820, Udp, "wireguard"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_sorted_and_found() {
        assert!(SERVICES.windows(2).all(|pair| pair[0].0 < pair[1].0), "binary search needs order");
        assert_eq!(service_name(6, 22), Some("ssh"));
        assert_eq!(service_name(17, 22), None);
        assert_eq!(service_name(17, 53), Some("dns"));
        assert_eq!(service_name(1, 53), None);
        assert_eq!(service_name(6, 49_152), None);
    }

    #[test]
    fn protocols_by_name_and_number() {
        assert_eq!(protocol_number("tcp"), Some(6));
        assert_eq!(protocol_number("47"), Some(47));
        assert_eq!(protocol_number("256"), None);
        assert_eq!(protocol_name(58), Some("ICMPV6"));
        assert_eq!(protocol_name(253), None);
    }
}
