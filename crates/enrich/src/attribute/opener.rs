//! Who opened a connection, told from one record.
//!
//! A cascade: the first rule that applies decides. Ports come in the order of their measured error, TCP on a campus capture and on a
//! public cloud host: exactly one registered port, exactly one below 1024, exactly one ephemeral; the last errs in one of four cases at
//! worst, which its confidence says. For UDP only registered ports are believed: ephemeral ports err in three of ten cases there.

use std::sync::LazyLock;

use flow::{Action, Address, Direction, DirectionRule};

use crate::permit::{InterfaceRules, Permit};

const TCP: u8 = 6;
const UDP: u8 = 17;

const SYN: u8 = 2;
const PSH: u8 = 8;
const ACK: u8 = 16;

/// First port of the range that Linux takes client ports from; other systems begin at 49152 (RFC 6335 section 6).
const FIRST_EPHEMERAL: u16 = 32_768;

/// What is asked of one record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) direction: Direction,
    pub(super) protocol: Option<u8>,
    pub(super) flags: u8,
    /// Source and destination.
    pub(super) ports: Option<(u16, u16)>,
    pub(super) remote: Option<Address>,
    pub(super) action: Option<Action>,
}

/// For every port, bit 0 when it is registered for TCP, bit 1 when it is for UDP.
static REGISTERED: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let services = |port: u16| u8::from(flow::is_registered_service(TCP, port)) | u8::from(flow::is_registered_service(UDP, port)) << 1;
    (0..=u16::MAX).map(services).collect()
});

/// Decides who opened a connection.
#[derive(Debug)]
pub(super) struct Opener {
    registered: &'static [u8],
}

impl Opener {
    pub(super) fn new() -> Self {
        Self { registered: &REGISTERED }
    }

    /// The direction of the connection, and the rule that told. `rules` is asked only when flags do not tell.
    #[inline]
    pub(super) fn decide<'a>(&self, question: &Question, rules: impl FnOnce() -> Option<&'a InterfaceRules>) -> (Direction, DirectionRule) {
        const UNKNOWN: (Direction, DirectionRule) = (Direction::Unknown, DirectionRule::Unknown);
        // Without knowing which side is the entity's, who opened the connection says nothing about it.
        let sent = match question.direction {
            Direction::Outbound => true,
            Direction::Inbound => false,
            Direction::Unknown => return UNKNOWN,
        };
        let opened = |by_entity: bool| if by_entity { Direction::Outbound } else { Direction::Inbound };
        let Some(protocol @ (TCP | UDP)) = question.protocol else { return UNKNOWN };
        if protocol == TCP && question.flags & SYN != 0 {
            if question.flags & ACK == 0 {
                return (opened(sent), DirectionRule::Syn);
            }
            // AWS reports ACK only together with SYN. A segment that shows PSH comes from a source that reports every flag, where a
            // client's segment of SYN, ACK and data looks the same as a server's.
            if question.flags & PSH == 0 {
                return (opened(!sent), DirectionRule::SynAck);
            }
        }
        let Some((source, destination)) = question.ports else { return UNKNOWN };
        let (local, remote) = if sent { (source, destination) } else { (destination, source) };
        if question.action == Some(Action::Accept)
            && let Some(remote_address) = question.remote
            && let Some(rules) = rules()
        {
            let towards = rules.inbound.permit(protocol, local, remote_address);
            let away = rules.outbound.permit(protocol, remote, remote_address);
            // Security groups are stateful: an accepted packet belongs to a connection that some rule let in.
            let told = match (towards, away) {
                (Permit::No, Permit::Yes | Permit::Unclear) => Some(Direction::Outbound),
                (Permit::Yes | Permit::Unclear, Permit::No) => Some(Direction::Inbound),
                _ => None,
            };
            // A connection outlives the rule that let it in. Where a registered port says the opposite, the rules are not believed.
            if let Some(told) = told
                && !matches!(self.by_ports(protocol, local, remote), (other, DirectionRule::RegisteredPort) if other != told)
            {
                return (told, DirectionRule::SecurityGroup);
            }
        }
        self.by_ports(protocol, local, remote)
    }

    /// What the ports alone tell.
    fn by_ports(&self, protocol: u8, local: u16, remote: u16) -> (Direction, DirectionRule) {
        const UNKNOWN: (Direction, DirectionRule) = (Direction::Unknown, DirectionRule::Unknown);
        let opened = |by_entity: bool| if by_entity { Direction::Outbound } else { Direction::Inbound };
        let bit = if protocol == TCP { 1 } else { 2 };
        let registered = |port: u16| self.registered[usize::from(port)] & bit != 0;
        if registered(local) != registered(remote) {
            return (opened(registered(remote)), DirectionRule::RegisteredPort);
        }
        if protocol == UDP {
            return UNKNOWN;
        }
        if (local < 1024) != (remote < 1024) {
            return (opened(remote < 1024), DirectionRule::WellKnownPort);
        }
        if (local >= FIRST_EPHEMERAL) != (remote >= FIRST_EPHEMERAL) {
            return (opened(local >= FIRST_EPHEMERAL), DirectionRule::EphemeralPort);
        }
        UNKNOWN
    }
}
