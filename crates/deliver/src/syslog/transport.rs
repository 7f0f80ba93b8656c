//! How messages get there.

use std::fmt::{self, Debug, Formatter};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::Address;
use crate::DeliverError;
use crate::error::chain;

/// After writing, the receiver has this long to say that it went away.
const LOOK: Duration = Duration::from_millis(20);

/// What carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Udp,
    Tcp,
    Tls,
}

impl Protocol {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }
}

/// Whom to trust, and the name that the receiver has to prove.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Debug for Tls {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Tls {
    pub(super) fn new(target: &str, host: &str, ca_file: Option<&Path>) -> Result<Self, DeliverError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| DeliverError::Tls { name: target.to_owned(), source };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| failed(error.into()))?;
        let config = match ca_file {
            Some(path) => builder.with_root_certificates(authorities(path).map_err(failed)?).with_no_client_auth(),
            None => {
                let verifier = Verifier::new(provider).map_err(|error| failed(error.into()))?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
            }
        };
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.into()))?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }
}

fn authorities(path: &Path) -> Result<RootCertStore, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path)? {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        return Err(Box::new(rustls::Error::General(format!("there is no certificate in {}", path.display()))));
    }
    Ok(roots)
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A way to the receiver that is open.
pub(super) enum Link {
    Datagrams(UdpSocket),
    Stream(Box<dyn Stream>),
}

impl Debug for Link {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Datagrams(_) => "Datagrams",
            Self::Stream(_) => "Stream",
        })
    }
}

impl Link {
    pub(super) async fn open(address: &Address, tls: Option<&Tls>, limit: Duration) -> Result<Self, String> {
        let Address { protocol, host, port } = address;
        let opening = async {
            match (protocol, tls) {
                (Protocol::Udp, _) => {
                    let mut error = None;
                    for place in tokio::net::lookup_host((host.as_str(), *port)).await? {
                        let own = if place.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                        let socket = UdpSocket::bind(own).await?;
                        match socket.connect(place).await {
                            Ok(()) => return Ok(Self::Datagrams(socket)),
                            Err(failed) => error = Some(failed),
                        }
                    }
                    Err(error.unwrap_or_else(|| std::io::Error::other("the name has no address")))
                }
                (Protocol::Tcp, _) | (Protocol::Tls, None) => Ok(Self::Stream(Box::new(TcpStream::connect((host.as_str(), *port)).await?))),
                (Protocol::Tls, Some(tls)) => {
                    let stream = TcpStream::connect((host.as_str(), *port)).await?;
                    Ok(Self::Stream(Box::new(tls.connector.connect(tls.name.clone(), stream).await?)))
                }
            }
        };
        match timeout(limit, opening).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(format!("cannot connect: {}", chain(&error))),
            Err(_) => Err(format!("cannot connect within {} seconds", limit.as_secs())),
        }
    }

    /// Itself, unless the receiver has closed it since it was used last. What it says is thrown away: syslog knows no answers.
    pub(super) fn if_alive(mut self) -> Option<Self> {
        let Self::Stream(stream) = &mut self else { return Some(self) };
        let mut said = [0; 1_024];
        loop {
            match stream.read(&mut said).now_or_never() {
                None => return Some(self),
                Some(Ok(0) | Err(_)) => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Sends the messages. Says how many of the first ones are on their way, and what went wrong; after an error it is of no more use.
    pub(super) async fn send(&mut self, messages: &[Vec<u8>], limit: Duration) -> (usize, Option<String>) {
        match self {
            Self::Datagrams(socket) => {
                for (sent, message) in messages.iter().enumerate() {
                    match timeout(limit, socket.send(message)).await {
                        Ok(Ok(_)) => {}
                        // A refusal is the answer to an earlier datagram, which was not kept.
                        Ok(Err(error)) => return (sent, Some(format!("cannot send: {}", chain(&error)))),
                        Err(_) => return (sent, Some("cannot send in time".to_owned())),
                    }
                }
                (messages.len(), None)
            }
            Self::Stream(stream) => {
                let mut bytes = Vec::new();
                for message in messages {
                    bytes.extend_from_slice(format!("{} ", message.len()).as_bytes());
                    bytes.extend_from_slice(message);
                }
                let writing = async {
                    stream.write_all(&bytes).await?;
                    stream.flush().await
                };
                match timeout(limit, writing).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return (0, Some(format!("cannot write: {}", chain(&error)))),
                    Err(_) => return (0, Some("cannot write in time".to_owned())),
                }
                let mut said = [0; 1_024];
                loop {
                    match timeout(LOOK, stream.read(&mut said)).await {
                        Err(_) => return (messages.len(), None),
                        Ok(Ok(0)) => return (0, Some("the receiver closed the connection".to_owned())),
                        Ok(Ok(_)) => {}
                        Ok(Err(error)) => return (0, Some(format!("the connection broke: {}", chain(&error)))),
                    }
                }
            }
        }
    }
}
