//! Syslog: strict readers of RFC 5424 over UDP, TCP and TLS.

use std::collections::BTreeMap;
use std::time::Duration;

use deliver::{Facility, Kind, Notice, Settings, State};
use detect::FindingType;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout;

use crate::authority::authority;
use crate::world::{NOW, notice, notice_of, notices, send_all, settings, target};

const SOON: Duration = Duration::from_secs(60);

/// A message, taken apart by the grammar of RFC 5424, section 6.
#[derive(Debug)]
struct Message {
    priority: u32,
    time: String,
    hostname: String,
    app_name: String,
    process: String,
    id: String,
    element: String,
    parameters: BTreeMap<String, String>,
    text: String,
}

impl Message {
    fn parse(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap();
        let (priority, rest) = text.strip_prefix('<').unwrap().split_once('>').unwrap();
        assert!(!priority.starts_with('0') && priority.len() <= 3);
        let mut words = rest.splitn(7, ' ');
        assert_eq!(words.next(), Some("1"), "the version");
        let mut word = |cap: usize| {
            let word = words.next().unwrap().to_owned();
            assert!((1..=cap).contains(&word.len()) && word.bytes().all(|byte| (33..=126).contains(&byte)), "{word:?}");
            word
        };
        let (time, hostname, app_name, process, id) = (word(32), word(255), word(48), word(128), word(32));
        chrono::DateTime::parse_from_rfc3339(&time).unwrap();
        let fraction = time.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('Z'));
        assert!(fraction.len() <= 6 && time.contains('T') && time.ends_with('Z'), "{time}");
        let (element, parameters, rest) = structured(words.next().unwrap());
        let text = rest.strip_prefix(" \u{feff}").expect("a byte order mark before the text").to_owned();
        Self { priority: priority.parse().unwrap(), time, hostname, app_name, process, id, element, parameters, text }
    }
}

/// One element of structured data, and what stands behind it.
fn structured(text: &str) -> (String, BTreeMap<String, String>, &str) {
    let mut parameters = BTreeMap::new();
    let (element, mut rest) = text.strip_prefix('[').unwrap().split_at(text.find(' ').unwrap() - 1);
    assert!(element.len() <= 32 && !element.contains(['=', ']', '"']), "{element}");
    loop {
        if let Some(end) = rest.strip_prefix(']') {
            return (element.to_owned(), parameters, end);
        }
        let (name, value) = rest.strip_prefix(' ').unwrap().split_once("=\"").unwrap();
        assert!((1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
        let mut plain = String::new();
        let mut letters = value.char_indices();
        let end = loop {
            match letters.next().unwrap() {
                (_, '\\') => {
                    let (_, escaped) = letters.next().unwrap();
                    assert!(matches!(escaped, '"' | '\\' | ']'), "{escaped}");
                    plain.push(escaped);
                }
                (at, '"') => break at + 1,
                (_, ']') => panic!("a bracket that is not escaped: {value}"),
                (_, letter) => plain.push(letter),
            }
        };
        assert!(parameters.insert(name.to_owned(), plain).is_none(), "{name} twice");
        rest = &value[end..];
    }
}

/// The next message of a stream: its length in bytes, a space, the message.
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> Message {
    let mut length = String::new();
    loop {
        match stream.read_u8().await.unwrap() {
            b' ' => break,
            digit => length.push(char::from(digit)),
        }
    }
    assert!(length.bytes().all(|byte| byte.is_ascii_digit()) && !length.starts_with('0'), "{length:?}");
    let mut bytes = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut bytes).await.unwrap();
    Message::parse(&bytes)
}

async fn datagram(socket: &UdpSocket) -> (usize, Message) {
    let mut bytes = vec![0; 65_536];
    let length = timeout(SOON, socket.recv(&mut bytes)).await.unwrap().unwrap();
    (length, Message::parse(&bytes[..length]))
}

fn syslog(address: String) -> Settings {
    let mut settings = settings(Kind::Syslog);
    settings.address = Some(address);
    settings
}

fn hostile() -> Notice {
    let mut finding = notice("a").finding().clone();
    finding.entity = "a\"b\\c]d\ne".to_owned();
    finding.title = "Zürich\r\n<0>1 forged".to_owned();
    Notice::new(finding, true, flow::Timestamp::from_secs(NOW))
}

#[tokio::test]
async fn datagrams_can_be_read_strictly() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut settings = syslog(format!("udp://{}", socket.local_addr().unwrap()));
    settings.facility = Some(Facility::Auth);
    settings.hostname = Some("weir-1.example.net".to_owned());
    settings.app_name = Some("weir-prod".to_owned());
    settings.enterprise_id = Some(99);
    let target = target(&settings);
    let critical = notice_of(FindingType::TorClient, "b", 9.5);
    send_all(&target, &[critical.clone(), hostile()]).await;
    let (_, message) = datagram(&socket).await;
    assert_eq!(message.priority, 4 * 8 + 2);
    assert_eq!((message.hostname.as_str(), message.app_name.as_str(), message.id.as_str()), ("weir-1.example.net", "weir-prod", "finding"));
    assert_eq!((message.element.as_str(), message.process), ("weir@99", std::process::id().to_string()));
    assert_eq!(message.time.parse::<flow::Timestamp>().unwrap(), critical.updated_at());
    assert_eq!(message.parameters["id"], critical.finding().id);
    assert_eq!(message.parameters["event"], critical.event_id());
    assert_eq!(message.parameters["type"], "UnauthorizedAccess:EC2/TorClient");
    assert!(!message.parameters.contains_key("cut"));
    assert!(message.text.starts_with(&critical.finding().title) && message.text.ends_with(&critical.finding().id), "{}", message.text);
    let (_, message) = datagram(&socket).await;
    assert_eq!(message.parameters["entity"], "a\"b\\c]d e");
    assert!(message.text.starts_with("Zürich  <0>1 forged: ") && !message.text.contains(char::is_control));
    assert_eq!(target.health().report().delivered, 2);
}

#[tokio::test]
async fn a_datagram_has_a_limit_and_says_when_it_was_cut() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut settings = syslog(format!("udp://{}", socket.local_addr().unwrap()));
    settings.max_datagram_bytes = Some(600);
    let mut finding = notice("a").finding().clone();
    finding.title = "ü".repeat(1_000);
    let long = Notice::new(finding, true, flow::Timestamp::from_secs(NOW));
    send_all(&target(&settings), std::slice::from_ref(&long)).await;
    let (length, message) = datagram(&socket).await;
    assert!((590..=600).contains(&length), "{length}");
    assert_eq!(message.parameters["cut"], "true");
    assert_eq!(message.parameters["id"], long.finding().id);
    assert!(message.text.ends_with("ü [cut]"));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_noticed() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let target = target(&syslog(format!("udp://{address}")));
    // The refusal is the answer to the first datagram; it is seen when the next is sent.
    let progress = target.send(&notices(3)).await;
    assert!(progress.settled < 3 && progress.wait.is_some(), "{progress:?}");
    let report = target.health().report();
    assert!(report.last_error.unwrap().message.contains("cannot send"));
}

#[tokio::test]
async fn a_stream_counts_octets_and_survives_the_receivers_restart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let target = target(&syslog(format!("tcp://{address}")));
    let all = notices(8);
    send_all(&target, &all[..3]).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    for notice in &all[..3] {
        assert_eq!(timeout(SOON, frame(&mut stream)).await.unwrap().parameters["id"], notice.finding().id);
    }
    send_all(&target, &[hostile()]).await;
    assert!(timeout(SOON, frame(&mut stream)).await.unwrap().text.starts_with("Zürich"));
    drop((stream, listener));
    let progress = target.send(&all[3..]).await;
    assert!(progress.settled == 0 && progress.wait.is_some(), "{progress:?}");
    assert_eq!(target.health().report().state, State::Failing);
    let listener = TcpListener::bind(address).await.unwrap();
    send_all(&target, &all[3..]).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    for notice in &all[3..] {
        assert_eq!(timeout(SOON, frame(&mut stream)).await.unwrap().parameters["id"], notice.finding().id);
    }
    assert_eq!((target.health().report().delivered, target.health().report().state), (9, State::Running));
}

#[tokio::test]
async fn a_receiver_that_closes_on_what_it_reads_settles_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = target(&syslog(format!("tcp://{}", listener.local_addr().unwrap())));
    let closing = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut some = [0; 16];
        stream.read_exact(&mut some).await.unwrap();
    };
    let all = notices(3);
    let (progress, ()) = tokio::join!(target.send(&all), closing);
    assert!(progress.settled == 0 && progress.wait.is_some(), "{progress:?}");
    let reading = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        for notice in &all {
            assert_eq!(frame(&mut stream).await.parameters["id"], notice.finding().id);
        }
    };
    let (_, read) = tokio::join!(send_all(&target, &all), timeout(SOON, reading));
    read.unwrap();
}

#[tokio::test]
async fn tls_trusts_the_authority_that_it_is_given_and_no_other_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, good) in [("localhost", true), ("elsewhere.example", false)] {
        let (acceptor, pem) = authority(name);
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, pem).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = syslog(format!("tls://localhost:{}", listener.local_addr().unwrap().port()));
        settings.ca_file = Some(ca_file);
        let target = target(&settings);
        let all = notices(2);
        let reading = async {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { return (Vec::new(), None) };
            let mut ids = Vec::new();
            for _ in &all {
                ids.push(frame(&mut stream).await.parameters["id"].clone());
            }
            // It stays open, or what was written would count as lost.
            (ids, Some(stream))
        };
        let (progress, read) = tokio::join!(target.send(&all), timeout(SOON, reading));
        let (ids, _stream) = read.unwrap();
        let expected: Vec<String> = all.iter().map(|notice| notice.finding().id.clone()).collect();
        let report = target.health().report();
        if good {
            assert_eq!((progress.settled, ids), (2, expected), "{report:?}");
        } else {
            assert_eq!((progress.settled, ids.len(), report.delivered), (0, 0, 0));
            assert!(report.last_error.unwrap().message.contains("certificate"));
        }
    }
}
