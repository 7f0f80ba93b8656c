//! Syslog: RFC 5424 over UDP (RFC 5426), TCP (RFC 6587, octet counting) or TLS (RFC 5425).

mod message;
mod transport;

use std::time::Duration;

use tokio::sync::Mutex;
use url::Url;

use crate::target::{Put, Trouble, Verdict};
use crate::{DeliverError, Notice, Settings};
use message::Look;
use transport::{Link, Protocol};

/// The largest datagram, bytes, that no Ethernet has to cut, with room for tunnels.
const DATAGRAM: usize = 1_400;
/// The largest message over a stream, bytes. Receivers take 8 KiB at least as they are delivered.
const STREAM_MESSAGE: usize = 8_192;
/// Messages written at once over a stream.
const AT_ONCE: usize = 100;
/// Private enterprise number reserved for examples (RFC 5612).
const EXAMPLE_ENTERPRISE: u32 = 32_473;

/// Where a receiver listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    protocol: Protocol,
    host: String,
    port: u16,
}

impl Address {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "`address` must be udp://host:port, tcp://host:port or tls://host:port".to_owned();
        let url = Url::parse(text).map_err(|_| wrong())?;
        let (protocol, port) = match url.scheme() {
            "udp" => (Protocol::Udp, 514),
            "tcp" => (Protocol::Tcp, 601),
            "tls" => (Protocol::Tls, 6_514),
            _ => return Err(wrong()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
        if more {
            return Err(wrong());
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { protocol, host, port: url.port().unwrap_or(port) })
    }
}

/// What is wrong with settings of this kind that have an `address`.
pub(crate) fn problem(settings: &Settings) -> Option<String> {
    let address = match Address::parse(settings.address.as_deref().unwrap_or_default()) {
        Ok(address) => address,
        Err(problem) => return Some(problem),
    };
    if settings.ca_file.is_some() && address.protocol != Protocol::Tls {
        return Some("`ca_file` belongs to an address of tls://".to_owned());
    }
    if settings.max_datagram_bytes.is_some() && address.protocol != Protocol::Udp {
        return Some("`max_datagram_bytes` belongs to an address of udp://".to_owned());
    }
    for (setting, text, cap) in [("app_name", &settings.app_name, 48), ("hostname", &settings.hostname, 255)] {
        if text.as_ref().is_some_and(|text| !message::is_name(text, cap)) {
            return Some(format!("`{setting}` must be 1 to {cap} visible ASCII characters without space"));
        }
    }
    None
}

#[derive(Debug)]
pub(crate) struct Syslog {
    address: Address,
    look: Look,
    limit: usize,
    timeout: Duration,
    tls: Option<transport::Tls>,
    link: Mutex<Option<Link>>,
}

impl Syslog {
    pub(crate) fn new(settings: &Settings) -> Result<Self, DeliverError> {
        let address = Address::parse(settings.address.as_deref().unwrap_or_default())
            .map_err(|problem| DeliverError::setting(&settings.name, problem))?;
        let tls = match address.protocol {
            Protocol::Tls => Some(transport::Tls::new(&settings.name, &address.host, settings.ca_file.as_deref())?),
            Protocol::Udp | Protocol::Tcp => None,
        };
        let limit = match address.protocol {
            Protocol::Udp => settings.max_datagram_bytes.unwrap_or(DATAGRAM),
            Protocol::Tcp | Protocol::Tls => STREAM_MESSAGE,
        };
        let look = Look {
            facility: settings.facility.unwrap_or_default() as u8,
            hostname: settings.hostname.clone().or_else(system_name).unwrap_or_else(|| "-".to_owned()),
            app_name: settings.app_name.clone().unwrap_or_else(|| "weir".to_owned()),
            process: std::process::id(),
            enterprise: settings.enterprise_id.unwrap_or(EXAMPLE_ENTERPRISE),
            console: settings.console_url.clone(),
        };
        Ok(Self { address, look, limit, timeout: Duration::from_secs(settings.timeout_secs), tls, link: Mutex::default() })
    }

    pub(crate) fn place(&self) -> String {
        let Address { protocol, host, port } = &self.address;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        format!("{}://{host}:{port}", protocol.as_str())
    }

    /// Over UDP each message is settled for itself; over a stream some are written together and settled together, since a receiver that
    /// went away is only noticed afterwards.
    pub(crate) async fn put(&self, notices: &[&Notice]) -> Put {
        let messages: Vec<Vec<u8>> = notices.iter().take(AT_ONCE).map(|notice| message::message(notice, &self.look, self.limit)).collect();
        let mut link = self.link.lock().await;
        let mut open = match link.take().and_then(Link::if_alive) {
            Some(open) => open,
            None => match Link::open(&self.address, self.tls.as_ref(), self.timeout).await {
                Ok(open) => open,
                Err(error) => return Put::failed(Trouble::new(error)),
            },
        };
        let (sent, error) = open.send(&messages, self.timeout).await;
        let taken = vec![Verdict::Delivered; sent];
        match error {
            None => {
                *link = Some(open);
                Put { taken, trouble: None }
            }
            Some(error) => Put { taken, trouble: Some(Trouble::new(error)) },
        }
    }
}

/// The name that the system gives this machine, if it can stand in a message.
fn system_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname")).ok()?;
    Some(name.trim().to_owned()).filter(|name| message::is_name(name, 255))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_three_schemes_with_a_usual_port_each() {
        for (text, protocol, host, port) in [
            ("udp://siem.example", Protocol::Udp, "siem.example", 514),
            ("tcp://siem.example:1514", Protocol::Tcp, "siem.example", 1_514),
            ("tls://[2001:db8::1]", Protocol::Tls, "2001:db8::1", 6_514),
        ] {
            assert_eq!(Address::parse(text), Ok(Address { protocol, host: host.to_owned(), port }));
        }
        for text in ["", "siem", "siem:514", "http://siem", "udp://", "udp://siem/path", "tcp://siem?x", "tcp://user@siem"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
