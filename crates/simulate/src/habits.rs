//! What machines do every hour of every week: one table, and how a row becomes connections.
//!
//! A row's volume is a budget for the hour, whatever the number of connections it is cut into. So the number of records can be turned up
//! and down without touching what is usual for a machine, and no hour is an outlier because of a few connections more or less.

use std::net::IpAddr;

use crate::dice::{Dice, at, low16, mix, real, whole, wobble};
use crate::internet::{self, Place, Service};
use crate::record::{Connection, End, ICMP, Outcome, TCP, UDP};
use crate::time::{HOUR, Rhythm};
use crate::world::{Role, World};

/// Who takes part.
#[derive(Clone, Copy)]
pub(crate) enum Party {
    /// Any machine of the role.
    Any(Role),
    /// The first machine of the role.
    First(Role),
    /// The machine that the other's number leads to, the first one left out when there are several: a replica.
    Replica(Role),
    /// Any machine of these roles.
    OneOf(&'static [Role]),
    /// Every machine.
    Every,
    /// The load balancer.
    Balancer,
    /// Visitors of the site.
    Visitors,
    /// A place outside.
    Outside(&'static Place),
}

/// Payload from client to server and back, in bytes.
#[derive(Clone, Copy)]
pub(crate) enum Volume {
    /// Of each client (or server, when the clients are outside) in a busy hour.
    Hourly(f64, f64),
    /// Of each connection.
    Each(f64, f64),
}
use Volume::{Each, Hourly};

/// Whose number of connections the rate gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Client,
    Server,
}
use Anchor::{Client, Server};

/// One row.
struct Habit {
    client: Party,
    server: Party,
    anchor: Anchor,
    protocol: u8,
    port: u16,
    /// Connections in a busy hour at scale 1.
    rate: f64,
    volume: Volume,
    rhythm: Rhythm,
    /// Shortest and longest connection in seconds.
    secs: (u64, u64),
    /// Share of a long connection's windows that have packets.
    busy: f64,
}

#[expect(clippy::too_many_arguments, reason = "the columns of the table")]
const fn tcp(
    client: Party,
    server: Party,
    anchor: Anchor,
    port: u16,
    rate: f64,
    volume: Volume,
    rhythm: Rhythm,
    secs: (u64, u64),
) -> Habit {
    Habit { client, server, anchor, protocol: TCP, port, rate, volume, rhythm, secs, busy: 1.0 }
}

const MB: f64 = 1e6;
const KB: f64 = 1e3;
const BEHIND_BASTION: &[Role] = &[Role::Web, Role::App, Role::Db, Role::Cache, Role::Batch];

static HABITS: &[Habit] = &[
    // The public site and what stands behind it.
    tcp(Party::Visitors, Party::Any(Role::Web), Server, 443, 24.0, Hourly(10.0 * MB, 200.0 * MB), Rhythm::Public, (1, 50)),
    tcp(Party::Visitors, Party::Any(Role::Web), Server, 80, 1.5, Each(500.0, 400.0), Rhythm::Public, (0, 1)),
    tcp(Party::Outside(&internet::UPTIME), Party::Any(Role::Web), Server, 443, 0.6, Each(900.0, 6.0 * KB), Rhythm::Flat, (0, 1)),
    tcp(Party::Any(Role::Web), Party::Any(Role::App), Client, 8080, 8.0, Hourly(8.0 * MB, 35.0 * MB), Rhythm::Public, (1, 30)),
    tcp(Party::Any(Role::Web), Party::Outside(&internet::S3), Client, 443, 1.2, Hourly(0.5 * MB, 5.0 * MB), Rhythm::Public, (1, 20)),
    tcp(Party::Any(Role::App), Party::First(Role::Db), Client, 5432, 4.0, Hourly(25.0 * MB, 220.0 * MB), Rhythm::Public, (5, 90)),
    tcp(Party::Any(Role::App), Party::Replica(Role::Db), Client, 5432, 2.0, Hourly(10.0 * MB, 70.0 * MB), Rhythm::Public, (5, 90)),
    tcp(Party::Any(Role::App), Party::Any(Role::Cache), Client, 6379, 5.0, Hourly(15.0 * MB, 40.0 * MB), Rhythm::Public, (2, 60)),
    tcp(Party::Any(Role::App), Party::Outside(&internet::S3), Client, 443, 1.2, Hourly(20.0 * MB, 10.0 * MB), Rhythm::Public, (2, 40)),
    tcp(Party::Any(Role::Batch), Party::Replica(Role::Db), Client, 5432, 2.0, Hourly(5.0 * MB, 90.0 * MB), Rhythm::Flat, (20, 110)),
    tcp(Party::Any(Role::Batch), Party::Outside(&internet::S3), Client, 443, 2.0, Hourly(180.0 * MB, 20.0 * MB), Rhythm::Flat, (20, 110)),
    tcp(Party::Any(Role::Batch), Party::Outside(&internet::MAIL), Client, 587, 1.0, Each(300.0 * KB, 8.0 * KB), Rhythm::Office, (1, 8)),
    // People: from the office to the bastion, from there onwards; sessions with long silences.
    Habit {
        busy: 0.35,
        ..tcp(
            Party::Outside(&internet::OFFICE),
            Party::Any(Role::Bastion),
            Server,
            22,
            2.5,
            Each(0.3 * MB, 1.2 * MB),
            Rhythm::Office,
            (240, 2400),
        )
    },
    Habit {
        busy: 0.35,
        ..tcp(
            Party::Any(Role::Bastion),
            Party::OneOf(BEHIND_BASTION),
            Client,
            22,
            2.5,
            Each(0.2 * MB, 0.8 * MB),
            Rhythm::Office,
            (120, 1500),
        )
    },
    // Staging.
    tcp(Party::Outside(&internet::OFFICE), Party::Balancer, Server, 443, 7.0, Hourly(3.0 * MB, 40.0 * MB), Rhythm::Office, (1, 40)),
    tcp(Party::Balancer, Party::Any(Role::StagingWeb), Client, 8080, 7.0, Hourly(3.0 * MB, 40.0 * MB), Rhythm::Office, (1, 40)),
    tcp(
        Party::Any(Role::StagingWeb),
        Party::Any(Role::StagingApp),
        Client,
        8080,
        2.5,
        Hourly(2.0 * MB, 20.0 * MB),
        Rhythm::Office,
        (1, 40),
    ),
    tcp(
        Party::Any(Role::StagingApp),
        Party::Replica(Role::StagingDb),
        Client,
        5432,
        2.0,
        Hourly(2.0 * MB, 15.0 * MB),
        Rhythm::Office,
        (5, 90),
    ),
    // Building.
    tcp(Party::Any(Role::Ci), Party::Outside(&internet::GIT), Client, 443, 2.5, Hourly(4.0 * MB, 40.0 * MB), Rhythm::Office, (2, 40)),
    tcp(Party::Any(Role::Ci), Party::Outside(&internet::S3), Client, 443, 1.5, Hourly(25.0 * MB, 15.0 * MB), Rhythm::Office, (2, 30)),
    // Every machine: agents, clocks, packages, metrics.
    tcp(Party::Every, Party::Outside(&internet::AGENT), Client, 443, 0.9, Hourly(3.0 * MB, 0.3 * MB), Rhythm::Flat, (1, 20)),
    Habit { protocol: UDP, ..tcp(Party::Every, Party::Outside(&internet::NTP), Client, 123, 0.25, Each(48.0, 48.0), Rhythm::Flat, (0, 0)) },
    tcp(Party::Every, Party::Outside(&internet::MIRROR), Client, 443, 0.08, Each(20.0 * KB, 5.0 * MB), Rhythm::Flat, (1, 15)),
    tcp(Party::First(Role::Monitor), Party::Every, Server, 9100, 0.9, Each(2.0 * KB, 60.0 * KB), Rhythm::Flat, (0, 2)),
    Habit { protocol: ICMP, ..tcp(Party::First(Role::Monitor), Party::Every, Server, 0, 0.05, Each(168.0, 168.0), Rhythm::Flat, (0, 2)) },
    Habit { protocol: ICMP, ..tcp(Party::Visitors, Party::Any(Role::Web), Server, 0, 0.2, Each(56.0, 56.0), Rhythm::Public, (0, 0)) },
];

/// The connections that begin in the hour at `hour`, of all habits. `scale` multiplies their number.
pub(crate) fn hour(world: &World, hour: u64, scale: f64, dice: &mut Dice, out: &mut Vec<Connection>) {
    for (number, habit) in (0_u64..).zip(HABITS) {
        let anchored = if habit.anchor == Client { habit.client } else { habit.server };
        for (position, anchor) in members(world, anchored).into_iter().enumerate() {
            habit.run(world, number, position, anchor, hour, scale, dice, out);
        }
    }
}

impl Habit {
    #[expect(clippy::too_many_arguments, reason = "one caller, and all of it is the context of one machine's hour")]
    fn run(
        &self,
        world: &World,
        number: u64,
        position: usize,
        anchor: u32,
        hour: u64,
        scale: f64,
        dice: &mut Dice,
        out: &mut Vec<Connection>,
    ) {
        let factor = self.rhythm.at(hour);
        let expected = self.rate * scale * factor;
        let mut count = dice.count(expected);
        let steady = wobble(0.08, &[world.seed, 0xb0, number, u64::from(anchor), hour]);
        let (up, down) = match self.volume {
            Each(up, down) => (up, down),
            // When there is less than one connection in an hour, each carries the budget of several hours.
            Hourly(up, down) if expected < 1.0 => (up * steady / (self.rate * scale), down * steady / (self.rate * scale)),
            Hourly(up, down) => {
                count = count.max(1);
                (up * factor * steady / real(count), down * factor * steady / real(count))
            }
        };
        let first = out.len();
        let mut shares = 0.0;
        for _ in 0..count {
            let Some((client, server, service)) = self.ends(world, position, anchor, dice) else { continue };
            let share = match self.volume {
                Each(..) => dice.factor(0.8, 1.2),
                // Sizes of transfers are spread widely; the sum is put right below.
                Hourly(..) => 0.1 - dice.factor(0.01, 1.0).ln(),
            };
            shares += share;
            // The clock's own protocol has fixed messages, and so does a ping.
            let exact = self.protocol == UDP || self.protocol == ICMP;
            let v6 =
                self.protocol == TCP && matches!(server, End::Interface(index) if world.interface(index).v6.is_some() && dice.chance(0.15));
            let (client, v6) = match (client, self.client) {
                (End::Remote(IpAddr::V4(address)), Party::Visitors) if v6 => {
                    (End::Remote(IpAddr::V6(internet::visitor_v6(world.seed, u64::from(u32::from(address))))), true)
                }
                (client, _) => (client, false),
            };
            out.push(Connection {
                client,
                server,
                protocol: self.protocol,
                client_port: self.client_port(client, dice),
                server_port: self.port,
                start: hour + dice.between(0, HOUR - 1),
                secs: dice.between(self.secs.0, self.secs.1),
                up: whole(if exact { up } else { up * share }),
                down: whole(if exact { down } else { down * share }),
                extra_packets: if self.port == 22 { dice.between(40, 400) } else { 0 },
                busy: self.busy,
                outcome: Outcome::Served,
                v6,
                service,
            });
        }
        if let Hourly(..) = self.volume
            && shares > 0.0
        {
            let made = real((out.len() - first) as u64);
            for connection in &mut out[first..] {
                connection.up = whole(real(connection.up) * made / shares);
                connection.down = whole(real(connection.down) * made / shares);
                // A large transfer takes its time: no more than about 50 MB/s.
                connection.secs = connection.secs.max((connection.up + connection.down) / 50_000_000);
            }
        }
    }

    fn client_port(&self, client: End, dice: &mut Dice) -> u16 {
        match (self.protocol, client) {
            (ICMP, _) => 0,
            (_, End::Interface(_)) => dice.ephemeral(),
            (_, End::Remote(_)) => dice.translated(),
        }
    }

    fn ends(&self, world: &World, position: usize, anchor: u32, dice: &mut Dice) -> Option<(End, End, Service)> {
        let (other, service) = match if self.anchor == Client { self.server } else { self.client } {
            Party::Visitors => {
                let crowd = 4_000 + 150 * world.instances.len() as u64;
                let number = internet::some_visitor(dice, crowd);
                (End::Remote(IpAddr::V4(internet::visitor(world.seed, number))), Service::None)
            }
            Party::Outside(place) => {
                // A machine keeps to the few addresses that its resolver gave it, mostly to one.
                let own = low16(mix(&[world.seed, 0xad, u64::from(anchor), u64::from(self.port)]));
                let choice = if dice.chance(0.8) { usize::from(own) } else { at(dice.translated().into()) };
                (End::Remote(IpAddr::V4(place.addresses[choice % place.addresses.len()])), place.service)
            }
            Party::Replica(role) => {
                let all = world.members(role);
                let replicas = if all.len() > 1 { &all[1..] } else { all };
                (End::Interface(replicas[position % replicas.len()]), Service::None)
            }
            party => (End::Interface(dice.pick(&members(world, party))), Service::None),
        };
        if other == End::Interface(anchor) {
            return None;
        }
        let anchor = End::Interface(anchor);
        Some(if self.anchor == Client { (anchor, other, service) } else { (other, anchor, service) })
    }
}

/// The interfaces that a party inside stands for.
fn members(world: &World, party: Party) -> Vec<u32> {
    match party {
        Party::Any(role) => world.members(role).to_vec(),
        Party::First(role) => world.members(role)[..1].to_vec(),
        Party::Replica(role) => world.members(role)[1..].to_vec(),
        Party::OneOf(roles) => roles.iter().flat_map(|role| world.members(*role)).copied().collect(),
        Party::Every => (0..crate::dice::index32(world.instances.len())).collect(),
        Party::Balancer => vec![world.balancer],
        Party::Visitors | Party::Outside(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn the_number_of_connections_does_not_change_what_is_usual() {
        let world = World::new(1, 40, Span { start: 1_792_540_800, end: 1_795_132_800 }, None);
        let noon = 1_792_540_800 + 12 * HOUR;
        let sent = |scale: f64| {
            let mut all = Vec::new();
            hour(&world, noon, scale, &mut Dice::new(&[3]), &mut all);
            let of_victim = all.iter().filter(|connection| connection.server == End::Interface(world.victim()));
            (all.len(), of_victim.map(|connection| connection.down).sum::<u64>())
        };
        let ((few, small), (many, large)) = (sent(1.0), sent(8.0));
        assert!(many > 6 * few);
        assert!((real(small) / real(large) - 1.0).abs() < 0.1, "{small} against {large}");
    }

    #[test]
    fn remote_ports_are_a_small_set() {
        let world = World::new(1, 40, Span { start: 1_792_540_800, end: 1_795_132_800 }, None);
        let mut all = Vec::new();
        for step in 0..24 {
            hour(&world, 1_792_540_800 + step * HOUR, 1.0, &mut Dice::new(&[3, step]), &mut all);
        }
        let mut ports: Vec<u16> = all
            .iter()
            .filter(|connection| matches!(connection.client, End::Interface(_)))
            .map(|connection| connection.server_port)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports, [0, 22, 123, 443, 587, 5432, 6379, 8080, 9100]);
    }
}
