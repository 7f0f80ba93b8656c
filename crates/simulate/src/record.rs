//! From a connection to the records that interfaces report of it.
//!
//! A flow log knows no connections. It knows, for every interface, direction and capture window of a minute or ten, how many packets and bytes
//! there were and which of SYN, FIN and RST were seen. A connection inside the network is seen at both ends; one through the NAT gateway
//! also on the two sides of the gateway.

use std::net::IpAddr;

use crate::dice::{Dice, real, whole};
use crate::internet::Service;
use crate::world::{InterfaceKind, World};

/// Length of a capture window in seconds, as machines on the Nitro system have it. Others have ten minutes.
pub(crate) const WINDOW: u64 = 60;
/// IANA numbers.
pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const SYN_ACK: u8 = 18;

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Interface(u32),
    Remote(IpAddr),
}

/// How a connection went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Opened, used and closed.
    Served,
    /// The firewall at the server's interface dropped it.
    Rejected,
    /// It was let in, and nobody listened.
    Refused,
    /// It was let through, and nothing came back: one packet, the extra ones, and those that the payload needs.
    Unanswered,
}

/// What two ends said to each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection {
    pub(crate) client: End,
    pub(crate) server: End,
    pub(crate) protocol: u8,
    pub(crate) client_port: u16,
    pub(crate) server_port: u16,
    /// First packet, epoch seconds.
    pub(crate) start: u64,
    /// Seconds to the last packet.
    pub(crate) secs: u64,
    /// Payload bytes from client to server.
    pub(crate) up: u64,
    /// Payload bytes from server to client.
    pub(crate) down: u64,
    /// Small packets each way beside those that the payload needs: keystrokes and the steps of a handshake.
    pub(crate) extra_packets: u64,
    /// Share of the windows in between that have packets.
    pub(crate) busy: f64,
    pub(crate) outcome: Outcome,
    pub(crate) v6: bool,
    /// The AWS range the remote end belongs to.
    pub(crate) service: Service,
}

/// What one interface reports of one direction in one window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) interface: u32,
    pub(crate) window: u64,
    pub(crate) window_secs: u64,
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) packet_source: IpAddr,
    pub(crate) packet_destination: IpAddr,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) source_service: Service,
    pub(crate) destination_service: Service,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) protocol: u8,
    pub(crate) flags: u8,
    pub(crate) accepted: bool,
    pub(crate) egress: bool,
    /// Code of the way out, 0 for none.
    pub(crate) path: u8,
}

impl Segment {
    /// Last second of the window.
    pub(crate) const fn end(&self) -> u64 {
        self.window + self.window_secs - 1
    }
}

/// Where packets from client to server pass an interface.
#[derive(Clone, Copy)]
struct View {
    interface: u32,
    /// Whether packets from client to server leave through it.
    outward: bool,
    from: IpAddr,
    to: IpAddr,
    packet_from: IpAddr,
    packet_to: IpAddr,
    from_port: u16,
    to_port: u16,
    /// Way out of whichever direction leaves.
    path: u8,
    window_secs: u64,
}

/// Packets and payload of one direction.
#[derive(Clone, Copy)]
struct Load {
    packets: u64,
    payload: u64,
    header: u64,
}

/// Turns connections into segments; keeps its buffers.
#[derive(Default)]
pub(crate) struct Expander {
    windows: Vec<(u64, f64)>,
}

impl Expander {
    /// All segments of a connection, interface by interface.
    pub(crate) fn expand(&mut self, world: &World, connection: &Connection, dice: &mut Dice, sink: &mut dyn FnMut(Segment)) {
        let (views, count) = views(world, connection, dice);
        for (position, view) in views.iter().take(count).enumerate() {
            match connection.outcome {
                Outcome::Served => self.served(world, connection, view, dice, sink),
                Outcome::Rejected => rejected(world, connection, view, position + 1 == count, sink),
                Outcome::Refused => refused(world, connection, view, sink),
                Outcome::Unanswered => self.unanswered(world, connection, view, dice, sink),
            }
        }
    }

    fn served(&mut self, world: &World, connection: &Connection, view: &View, dice: &mut Dice, sink: &mut dyn FnMut(Segment)) {
        self.split(world.interface(view.interface).offset, world.window, connection, dice);
        let (up, down) = loads(connection, self.windows.len() as u64);
        let total: f64 = self.windows.iter().map(|(_, weight)| weight).sum();
        let last = self.windows.len() - 1;
        let closing = if connection.protocol == TCP { FIN | if connection.client_port.is_multiple_of(23) { RST } else { 0 } } else { 0 };
        let mut before = 0.0;
        for (index, (window, weight)) in self.windows.iter().enumerate() {
            // The last share ends at exactly 1, whatever the rounding did.
            let after = if index == last { 1.0 } else { before + weight / total };
            for (load, opening, reverse) in [(up, SYN, false), (down, SYN_ACK, true)] {
                // One packet in every window, the others by share; bytes follow packets.
                let rest = load.packets - self.windows.len() as u64;
                let packets = 1 + whole(real(rest) * after) - whole(real(rest) * before);
                let payload = whole(real(load.payload) * after) - whole(real(load.payload) * before);
                let mut flags = 0;
                if connection.protocol == TCP {
                    flags |= if index == 0 { opening } else { 0 };
                    flags |= if index == last { closing & if reverse { FIN } else { FIN | RST } } else { 0 };
                }
                sink(segment(connection, view, *window, reverse, packets, payload + packets * load.header, flags, true));
            }
            before = after;
        }
    }

    fn unanswered(&mut self, world: &World, connection: &Connection, view: &View, dice: &mut Dice, sink: &mut dyn FnMut(Segment)) {
        self.split(world.interface(view.interface).offset, world.window, connection, dice);
        let windows = self.windows.len() as u64;
        let packets = (1 + connection.extra_packets + connection.up.div_ceil(1400)).max(windows);
        let header = if connection.protocol == TCP { 40 } else { 28 };
        let flags = if connection.protocol == TCP { SYN } else { 0 };
        for (number, (window, _)) in (0_u64..).zip(&self.windows) {
            let part = |whole: u64| whole * (number + 1) / windows - whole * number / windows;
            let packets = part(packets).max(1);
            sink(segment(connection, view, *window, false, packets, part(connection.up) + packets * header, flags, true));
        }
    }

    /// The capture windows of an interface in which the connection has packets, with their weight.
    fn split(&mut self, offset: u64, length: u64, connection: &Connection, dice: &mut Dice) {
        self.windows.clear();
        let start = connection.start;
        let end = start + connection.secs;
        let first = start - (start - offset) % length;
        let last = end - (end - offset) % length;
        let mut window = first;
        while window <= last {
            if window == first || window == last || connection.busy >= 1.0 || dice.chance(connection.busy) {
                let covered = (end + 1).min(window + length) - start.max(window);
                self.windows.push((window, real(covered) * dice.factor(0.8, 1.2)));
            }
            window += length;
        }
    }
}

/// Packets follow from payload: full-sized data packets, an acknowledgement for every second one, and a few to open and close.
fn loads(connection: &Connection, windows: u64) -> (Load, Load) {
    let v6 = if connection.v6 { 20 } else { 0 };
    if connection.protocol != TCP {
        let header = 28 + v6;
        let load = |payload: u64| Load { packets: payload.div_ceil(1400).max(windows), payload, header };
        return (load(connection.up), load(connection.down));
    }
    let internal = matches!((connection.client, connection.server), (End::Interface(_), End::Interface(_)));
    // Segment sizes of 1,500 and 9,001 byte links with time stamps.
    let size = if internal { 8949 } else { 1448 };
    let (up, down) = (connection.up.div_ceil(size), connection.down.div_ceil(size));
    let load = |own: u64, other: u64, fixed: u64, payload: u64| Load {
        packets: fixed + own + other / 2 + windows + connection.extra_packets,
        payload,
        header: 52 + v6,
    };
    (load(up, down, 3, connection.up), load(down, up, 2, connection.down))
}

fn rejected(world: &World, connection: &Connection, view: &View, at_server: bool, sink: &mut dyn FnMut(Segment)) {
    let packets = 1 + u64::from(connection.client_port) % 3;
    let size = if connection.protocol == TCP { 40 + 4 * (u64::from(connection.client_port) % 6) } else { 28 + connection.up.max(20) };
    let window = opening_window(world, connection, view);
    let flags = if connection.protocol == TCP { SYN } else { 0 };
    sink(segment(connection, view, window, false, packets, packets * size, flags, !at_server));
}

fn refused(world: &World, connection: &Connection, view: &View, sink: &mut dyn FnMut(Segment)) {
    let window = opening_window(world, connection, view);
    sink(segment(connection, view, window, false, 1, 44, SYN, true));
    sink(segment(connection, view, window, true, 1, 40, RST, true));
}

fn opening_window(world: &World, connection: &Connection, view: &View) -> u64 {
    let offset = world.interface(view.interface).offset;
    connection.start - (connection.start - offset) % world.window
}

#[expect(clippy::too_many_arguments, reason = "the columns of a record, from three callers beside it")]
fn segment(
    connection: &Connection,
    view: &View,
    window: u64,
    reverse: bool,
    packets: u64,
    bytes: u64,
    flags: u8,
    accepted: bool,
) -> Segment {
    let egress = view.outward != reverse;
    let service_of = |end: End| if matches!(end, End::Remote(_)) { connection.service } else { Service::None };
    let base = Segment {
        interface: view.interface,
        window,
        window_secs: view.window_secs,
        source: view.from,
        destination: view.to,
        packet_source: view.packet_from,
        packet_destination: view.packet_to,
        source_port: view.from_port,
        destination_port: view.to_port,
        source_service: service_of(connection.client),
        destination_service: service_of(connection.server),
        packets,
        bytes,
        protocol: connection.protocol,
        flags,
        accepted,
        egress,
        path: if egress { view.path } else { 0 },
    };
    if !reverse {
        return base;
    }
    Segment {
        source: base.destination,
        destination: base.source,
        packet_source: base.packet_destination,
        packet_destination: base.packet_source,
        source_port: base.destination_port,
        destination_port: base.source_port,
        source_service: base.destination_service,
        destination_service: base.source_service,
        ..base
    }
}

/// The interfaces that see a connection, from client to server.
fn views(world: &World, connection: &Connection, dice: &mut Dice) -> ([View; 3], usize) {
    let address = |end: End| match end {
        End::Interface(index) => world.address(index, connection.v6),
        End::Remote(address) => address,
    };
    let (client, server) = (address(connection.client), address(connection.server));
    let path = path(world, connection);
    let base = View {
        interface: 0,
        outward: true,
        from: client,
        to: server,
        packet_from: client,
        packet_to: server,
        from_port: connection.client_port,
        to_port: connection.server_port,
        path,
        window_secs: world.window,
    };
    let mut all = [base; 3];
    let count = match (connection.client, connection.server) {
        (End::Interface(client_index), End::Interface(server_index)) => {
            all[0].interface = client_index;
            all[1] = View { interface: server_index, outward: false, ..base };
            2
        }
        (End::Interface(index), End::Remote(_)) if needs_nat(world, connection) => {
            let gateway = world.nat[world.interface(index).account];
            let nat = world.address(gateway, false);
            all[0].interface = index;
            all[1] = View { interface: gateway, outward: false, to: nat, ..base };
            all[2] = View { interface: gateway, from: nat, packet_from: nat, from_port: dice.translated(), path: 8, ..base };
            // Inside, what comes back leaves the gateway for a machine in the same network.
            all[1].path = 1;
            3
        }
        (End::Interface(index), End::Remote(_)) => {
            all[0].interface = index;
            1
        }
        (End::Remote(_), End::Interface(index)) => {
            all[0] = View { interface: index, outward: false, ..base };
            1
        }
        (End::Remote(_), End::Remote(_)) => 0,
    };
    (all, count)
}

fn needs_nat(world: &World, connection: &Connection) -> bool {
    let End::Interface(index) = connection.client else { return false };
    let interface = world.interface(index);
    interface.kind == InterfaceKind::Instance && interface.public.is_none() && !uses_endpoint(world, connection)
}

/// The private machines of the first account reach S3 through a gateway endpoint; the other account has none.
fn uses_endpoint(world: &World, connection: &Connection) -> bool {
    let End::Interface(index) = connection.client else { return false };
    let interface = world.interface(index);
    connection.service == Service::S3 && interface.account == crate::world::PROD && interface.public.is_none()
}

/// Code of the way that packets take out of the network.
fn path(world: &World, connection: &Connection) -> u8 {
    match (connection.client, connection.server) {
        (End::Interface(client), End::Interface(server)) if world.interface(client).account != world.interface(server).account => 4,
        (End::Interface(_), End::Interface(_)) => 1,
        _ if needs_nat(world, connection) => 1,
        _ if uses_endpoint(world, connection) => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::time::Span;
    use crate::world::Role;

    fn world() -> World {
        World::new(1, 20, Span { start: 1_792_540_800, end: 1_795_132_800 }, None)
    }

    fn connection(client: End, server: End) -> Connection {
        Connection {
            client,
            server,
            protocol: TCP,
            client_port: 40_001,
            server_port: 443,
            start: 1_792_540_830,
            secs: 200,
            up: 20_000,
            down: 3_000_000,
            extra_packets: 0,
            busy: 1.0,
            outcome: Outcome::Served,
            v6: false,
            service: Service::None,
        }
    }

    fn segments(world: &World, connection: &Connection) -> Vec<Segment> {
        let mut all = Vec::new();
        Expander::default().expand(world, connection, &mut Dice::new(&[1]), &mut |segment| all.push(segment));
        all
    }

    const REMOTE: End = End::Remote(IpAddr::V4(Ipv4Addr::new(185, 125, 190, 36)));

    #[test]
    fn a_long_connection_shows_flags_only_at_its_ends() {
        let world = world();
        let all = segments(&world, &connection(REMOTE, End::Interface(world.victim())));
        let (ingress, egress): (Vec<Segment>, Vec<Segment>) = all.iter().partition(|segment| !segment.egress);
        assert!(ingress.len() >= 4 && ingress.len() == egress.len());
        assert_eq!(ingress.iter().map(|segment| segment.flags).collect::<Vec<_>>()[..2], [2, 0]);
        assert_eq!(egress[0].flags, 18);
        assert!(ingress.last().unwrap().flags & FIN == FIN && egress.last().unwrap().flags == FIN);
        assert_eq!(egress.iter().map(|segment| segment.bytes - 52 * segment.packets).sum::<u64>(), 3_000_000);
        assert!(all.iter().all(|segment| segment.bytes <= segment.packets * 1500));
    }

    #[test]
    fn a_short_connection_folds_its_flags() {
        let world = world();
        let mut short = connection(REMOTE, End::Interface(world.victim()));
        let offset = world.interface(world.victim()).offset;
        (short.start, short.secs, short.client_port) = (1_792_540_800 + 60 + offset, 3, 40_000);
        let flags: Vec<_> = segments(&world, &short).iter().map(|segment| segment.flags).collect();
        assert_eq!(flags, [3, 19]);
    }

    #[test]
    fn both_ends_inside_count_the_same_bytes() {
        let world = world();
        let (web, app) = (world.victim(), world.members(Role::App)[0]);
        let all = segments(&world, &connection(End::Interface(web), End::Interface(app)));
        let payload = |interface: u32, egress: bool| {
            let own = all.iter().filter(|segment| segment.interface == interface && segment.egress == egress);
            own.map(|segment| segment.bytes - 52 * segment.packets).sum::<u64>()
        };
        assert_eq!(payload(web, true), 20_000);
        assert_eq!(payload(app, false), 20_000);
        assert_eq!(payload(web, false), payload(app, true));
    }

    #[test]
    fn the_gateway_shows_both_of_its_sides() {
        let world = world();
        let app = world.members(Role::App)[0];
        let nat = world.nat[0];
        let mut short = connection(End::Interface(app), REMOTE);
        short.secs = 0;
        let all = segments(&world, &short);
        assert_eq!(all.len(), 6);
        let own = world.address(app, false);
        let gateway = world.address(nat, false);
        let shown: Vec<_> =
            all.iter().map(|segment| (segment.source, segment.destination, segment.packet_source, segment.packet_destination)).collect();
        let remote = IpAddr::V4(Ipv4Addr::new(185, 125, 190, 36));
        assert_eq!(shown[0], (own, remote, own, remote));
        assert_eq!(shown[2], (own, gateway, own, remote), "in from the machine");
        assert_eq!(shown[3], (gateway, own, remote, own), "back to the machine");
        assert_eq!(shown[4], (gateway, remote, gateway, remote), "out to the internet");
        assert!(all[2..].iter().all(|segment| segment.interface == nat));
    }

    #[test]
    fn a_rejected_one_has_no_answer() {
        let world = world();
        let mut refused = connection(REMOTE, End::Interface(world.victim()));
        refused.outcome = Outcome::Rejected;
        let all = segments(&world, &refused);
        assert_eq!(all.len(), 1);
        assert!(!all[0].accepted && all[0].flags == 2 && !all[0].egress);
    }
}
