//! One bad day: how a web server is broken into and what is carried away.
//!
//! The steps lie on the last whole day. Times are offsets from its midnight; everything that is written about them in the ground truth is
//! computed from the connections themselves.

use std::net::{IpAddr, Ipv4Addr};

use crate::dice::{Dice, real, whole};
use crate::internet::{self, BRUTE, BRUTE_LISTED, COMMAND, COMMAND_PORT, DROP, GUARDS, Service};
use crate::record::{Connection, End, Outcome, TCP};
use crate::time::{HOUR, Span};
use crate::world::{Role, World};

const MINUTE: u64 = 60;
const MB: u64 = 1_000_000;

/// When port 22 is opened to everyone: two o'clock on the last day.
pub(crate) const fn opened_at(span: Span) -> u64 {
    span.last_day() + 2 * HOUR
}

/// One step of it.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// MITRE ATT&CK technique.
    pub(crate) technique: &'static str,
    pub(crate) text: &'static str,
    pub(crate) connections: Vec<Connection>,
}

impl Step {
    /// First and last second.
    pub(crate) fn time(&self) -> (u64, u64) {
        let from = self.connections.iter().map(|connection| connection.start).min().unwrap_or(0);
        let to = self.connections.iter().map(|connection| connection.start + connection.secs).max().unwrap_or(0);
        (from, to)
    }
}

/// The whole day, step by step.
pub(crate) struct Intrusion {
    pub(crate) steps: Vec<Step>,
    /// Attempts of the same people on other machines, all refused by the firewall.
    pub(crate) elsewhere: Vec<Connection>,
}

/// Puts connections together that have the victim at one end.
struct Scene {
    victim: u32,
    day: u64,
    dice: Dice,
}

impl Scene {
    fn make(&mut self, other: End, inbound: bool, port: u16, start: u64, secs: u64, payload: (u64, u64)) -> Connection {
        let victim = End::Interface(self.victim);
        let (client, server) = if inbound { (other, victim) } else { (victim, other) };
        Connection {
            client,
            server,
            protocol: TCP,
            client_port: if inbound { self.dice.translated() } else { self.dice.ephemeral() },
            server_port: port,
            start: self.day + start,
            secs,
            up: payload.0,
            down: payload.1,
            extra_packets: 0,
            busy: 1.0,
            outcome: Outcome::Served,
            v6: false,
            service: Service::None,
        }
    }

    fn inbound(&mut self, from: Ipv4Addr, port: u16, start: u64, secs: u64, payload: (u64, u64)) -> Connection {
        self.make(End::Remote(IpAddr::V4(from)), true, port, start, secs, payload)
    }

    fn outbound(&mut self, to: Ipv4Addr, port: u16, start: u64, secs: u64, payload: (u64, u64)) -> Connection {
        self.make(End::Remote(IpAddr::V4(to)), false, port, start, secs, payload)
    }

    fn sideways(&mut self, to: u32, port: u16, start: u64, secs: u64, payload: (u64, u64)) -> Connection {
        self.make(End::Interface(to), false, port, start, secs, payload)
    }
}

/// Plans the day.
pub(crate) fn plan(world: &World, span: Span) -> Intrusion {
    let mut scene = Scene { victim: world.victim(), day: span.last_day(), dice: Dice::new(&[world.seed, 0xbad]) };
    let steps = vec![
        Step {
            name: "probes",
            technique: "T1595.001",
            text: "Several addresses of one network try port 22, which the firewall still drops.",
            connections: probes(&mut scene),
        },
        Step {
            name: "brute force",
            technique: "T1110.001",
            text: "Port 22 is open now; the same network guesses passwords, a dozen packets each time.",
            connections: brute_force(&mut scene),
        },
        Step {
            name: "entry",
            technique: "T1078",
            text: "One guess fits: a first session that stays open.",
            connections: entry(&mut scene),
        },
        Step { name: "tor", technique: "T1090.003", text: "The web server connects to three Tor guards.", connections: tor(&mut scene) },
        Step {
            name: "tools",
            technique: "T1105",
            text: "Tools are fetched from the command host, and a first archive goes back to it.",
            connections: vec![
                scene.outbound(COMMAND, COMMAND_PORT, 10 * HOUR + 21 * MINUTE, 640, (3 * MB, 480 * MB)),
                scene.outbound(COMMAND, COMMAND_PORT, 10 * HOUR + 36 * MINUTE, 800, (900 * MB, 2 * MB)),
            ],
        },
        Step {
            name: "command",
            technique: "T1571",
            text: "Sessions to the command host on a port that nobody in the company uses.",
            connections: command(&mut scene),
        },
        Step {
            name: "sideways",
            technique: "T1021.004",
            text: "The web server tries ssh on application servers, in vain, and then finds that the database lets it in.",
            connections: sideways(world, &mut scene),
        },
        Step {
            name: "collection",
            technique: "T1213",
            text: "Tables are read from the primary database.",
            connections: {
                let apps = world.members(Role::App).len() as u64;
                let database = world.members(Role::Db)[0];
                vec![scene.sideways(database, 5432, 13 * HOUR + 4 * MINUTE, 1560, (2 * MB, (90 * apps).min(820) * MB))]
            },
        },
        Step {
            name: "exfiltration",
            technique: "T1048",
            text: "The data leaves for a host that nobody ever talked to.",
            connections: exfiltration(&mut scene),
        },
    ];
    Intrusion { steps, elsewhere: elsewhere(world, &mut scene) }
}

fn probes(scene: &mut Scene) -> Vec<Connection> {
    (0..48)
        .map(|_| {
            let source = scene.dice.pick(&BRUTE);
            let start = scene.dice.between(40 * MINUTE, 2 * HOUR - 5 * MINUTE);
            Connection { outcome: Outcome::Rejected, ..scene.inbound(source, 22, start, 0, (0, 0)) }
        })
        .collect()
}

fn brute_force(scene: &mut Scene) -> Vec<Connection> {
    let (from, to) = (2 * HOUR + 20 * MINUTE, 9 * HOUR + 32 * MINUTE);
    let mut all = Vec::new();
    let mut start = from;
    while start < to {
        // The first addresses work harder than the last.
        let rank = internet::skewed(&mut scene.dice, BRUTE.len() as u64, 1.3);
        let source = BRUTE[usize::try_from(rank).unwrap_or(0)];
        let secs = scene.dice.between(2, 9);
        let session = scene.inbound(source, 22, start, secs, (2_300, 2_700));
        // Handshake, keys, one password, goodbye: 11 to 17 packets from the client.
        let extra_packets = scene.dice.between(5, 9);
        all.push(Connection { extra_packets, ..session });
        start += scene.dice.between(8, 44);
    }
    all
}

fn entry(scene: &mut Scene) -> Vec<Connection> {
    [(9 * HOUR + 34 * MINUTE, 2280, 900), (11 * HOUR + 48 * MINUTE, 3300, 1_400), (15 * HOUR + 52 * MINUTE, 1500, 500)]
        .map(|(start, secs, extra_packets)| {
            let session = scene.inbound(BRUTE_LISTED, 22, start, secs, (140_000, 900_000));
            Connection { extra_packets, busy: 0.8, ..session }
        })
        .to_vec()
}

fn tor(scene: &mut Scene) -> Vec<Connection> {
    let mut all = Vec::new();
    for (number, (guard, port)) in (0_u64..).zip(GUARDS) {
        for round in 0..4 {
            let start = 10 * HOUR + 6 * MINUTE + number * 7 * MINUTE + round * 95 * MINUTE + scene.dice.between(0, 300);
            let secs = scene.dice.between(1_400, 4_200);
            let payload = (scene.dice.between(MB, 4 * MB), scene.dice.between(4 * MB, 16 * MB));
            all.push(Connection { busy: 0.9, ..scene.outbound(guard, port, start, secs, payload) });
        }
    }
    all
}

fn command(scene: &mut Scene) -> Vec<Connection> {
    (0..20)
        .map(|round| {
            let start = 10 * HOUR + 55 * MINUTE + round * 19 * MINUTE + scene.dice.between(0, 240);
            let payload = (scene.dice.between(2 * MB, 14 * MB), scene.dice.between(MB, 6 * MB));
            let secs = scene.dice.between(120, 700);
            scene.outbound(COMMAND, COMMAND_PORT, start, secs, payload)
        })
        .collect()
}

fn sideways(world: &World, scene: &mut Scene) -> Vec<Connection> {
    let mut all = Vec::new();
    for (number, app) in (0_u64..).zip(world.members(Role::App).iter().take(3)) {
        for attempt in 0..2 {
            let connection = scene.sideways(*app, 22, 12 * HOUR + 20 * MINUTE + number * 95 + attempt * 40, 0, (0, 0));
            all.push(Connection { outcome: Outcome::Rejected, ..connection });
        }
    }
    for attempt in 0..4 {
        let start = 12 * HOUR + 41 * MINUTE + attempt * 150;
        all.push(scene.sideways(world.members(Role::Db)[0], 5432, start, 20, (6_000, 90_000)));
    }
    all
}

/// About 4.7 GB in three hours, in pieces.
fn exfiltration(scene: &mut Scene) -> Vec<Connection> {
    let mut all = Vec::new();
    for (hour, first, pieces, total) in [(13, 12, 5, 1_900), (14, 2, 6, 1_700), (15, 2, 4, 1_100)] {
        for piece in 0..pieces {
            let start = hour * HOUR + (first + 8 * piece) * MINUTE;
            let bytes = whole(real(total * MB / pieces) * scene.dice.factor(0.95, 1.05));
            let secs = scene.dice.between(300, 460);
            all.push(scene.outbound(DROP, 443, start, secs, (bytes, bytes / 2_000)));
        }
    }
    all
}

/// The same network tries the neighbours as well; their firewall has no such hole.
fn elsewhere(world: &World, scene: &mut Scene) -> Vec<Connection> {
    let neighbours: Vec<u32> =
        world.members(Role::Web).iter().chain(world.members(Role::Bastion)).copied().filter(|index| *index != world.victim()).collect();
    let mut all = Vec::new();
    for neighbour in neighbours {
        for _ in 0..5 {
            let start = scene.dice.between(2 * HOUR + 20 * MINUTE, 5 * HOUR);
            let source = if scene.dice.chance(0.5) { BRUTE_LISTED } else { scene.dice.pick(&BRUTE) };
            let attempt = scene.inbound(source, 22, start, 0, (0, 0));
            all.push(Connection { server: End::Interface(neighbour), outcome: Outcome::Rejected, ..attempt });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Expander;

    fn planned() -> (World, Intrusion) {
        let span = Span { start: 1_792_540_800, end: 1_795_132_800 };
        let world = World::new(1, 40, span, Some(opened_at(span)));
        let plan = plan(&world, span);
        (world, plan)
    }

    #[test]
    fn guesses_have_the_size_of_guesses() {
        let (world, plan) = planned();
        let brute = plan.steps.iter().find(|step| step.name == "brute force").unwrap();
        assert!(brute.connections.len() > 600);
        for guess in &brute.connections {
            let mut packets = 0;
            Expander::default()
                .expand(&world, guess, &mut Dice::new(&[1]), &mut |segment| packets += if segment.egress { 0 } else { segment.packets });
            assert!((11..=17).contains(&packets), "{packets} packets");
        }
        assert!(brute.connections.iter().any(|guess| guess.client == End::Remote(IpAddr::V4(BRUTE_LISTED))));
    }

    #[test]
    fn the_firewall_agrees_with_every_step() {
        let (world, plan) = planned();
        for connection in plan.steps.iter().flat_map(|step| &step.connections).chain(&plan.elsewhere) {
            if let (End::Remote(_), End::Interface(target)) = (connection.client, connection.server) {
                let open = world.open_to_all(target, connection.server_port, connection.start);
                assert_eq!(open, connection.outcome == Outcome::Served);
            }
        }
    }

    #[test]
    fn several_gigabytes_leave_within_three_hours() {
        let (_, plan) = planned();
        let step = plan.steps.iter().find(|step| step.name == "exfiltration").unwrap();
        let bytes: u64 = step.connections.iter().map(|connection| connection.up).sum();
        assert!((3_000 * MB..6_000 * MB).contains(&bytes));
        let (from, to) = step.time();
        assert!(to - from <= 3 * HOUR);
    }
}
