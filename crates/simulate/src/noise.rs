//! The weather of the internet: strangers who try every door of every public address.

use std::net::IpAddr;

use crate::dice::{Dice, index32, low16};
use crate::internet::{self, Service};
use crate::record::{Connection, End, Outcome, TCP, UDP};
use crate::time::HOUR;
use crate::world::World;

/// Attempts that an address sees in an hour at scale 1.
const RATE: f64 = 10.0;
/// Ports that are tried by UDP.
const UDP_PORTS: &[u16] = &[53, 123, 161, 389, 1900, 3478, 5060, 11_211];

/// The attempts of the hour at `hour`. `new_port` is the port that the site listens on since lately, if it does.
pub(crate) fn hour(world: &World, hour: u64, scale: f64, new_port: Option<u16>, dice: &mut Dice, out: &mut Vec<Connection>) {
    let crowd = 900 + 40 * world.instances.len() as u64;
    for index in 0..index32(world.interfaces.len()) {
        if world.interface(index).public.is_none() {
            continue;
        }
        for _ in 0..dice.count(RATE * scale) {
            let source = internet::scanner(world.seed, internet::skewed(dice, crowd, 1.6));
            let start = hour + dice.between(0, HOUR - 1);
            out.push(attempt(world, index, source.into(), start, new_port, dice));
        }
    }
}

fn attempt(world: &World, target: u32, source: IpAddr, start: u64, new_port: Option<u16>, dice: &mut Dice) -> Connection {
    let udp = dice.chance(0.08);
    let port = if udp {
        dice.pick(UDP_PORTS)
    } else if dice.chance(0.75) {
        let common = internet::skewed(dice, internet::SCANNED.len() as u64, 2.0);
        internet::SCANNED[usize::from(low16(common))]
    } else {
        // Never the port that the intruder will use: that one shall be seen nowhere else.
        low16(match dice.between(1, 65_000) {
            port if port == u64::from(internet::COMMAND_PORT) => 1_024,
            port => port,
        })
    };
    let denied = matches!(source, IpAddr::V4(address) if address.octets()[..3] == [45, 143, 203]);
    let open = !udp && !denied && world.open_to_all(target, port, start);
    let listens = matches!(port, 22 | 80 | 443) || Some(port) == new_port;
    let outcome = match (open, listens) {
        (false, _) => Outcome::Rejected,
        (true, true) => Outcome::Served,
        (true, false) => Outcome::Refused,
    };
    Connection {
        client: End::Remote(source),
        server: End::Interface(target),
        protocol: if udp { UDP } else { TCP },
        // Scanning programs use any port, often the same one for every target.
        client_port: dice.translated(),
        server_port: port,
        start,
        secs: dice.between(0, 2),
        up: if outcome == Outcome::Served { dice.between(60, 600) } else { 0 },
        down: if outcome == Outcome::Served { dice.between(200, 3_000) } else { 0 },
        extra_packets: 0,
        busy: 1.0,
        outcome,
        v6: false,
        service: Service::None,
    }
}
