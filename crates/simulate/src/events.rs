//! What happens by the calendar: replication, nightly backups, the weekly report, deployments, and the changes of the last days that look
//! like trouble and are none.

use std::net::IpAddr;

use crate::dice::{Dice, mix, real, whole, wobble};
use crate::internet::{self, Service};
use crate::record::{Connection, End, Outcome, TCP};
use crate::time::{DAY, HOUR, Rhythm, Span, hour_of_day, weekday};
use crate::world::{Role, World};

/// Hour of the nightly backups.
pub(crate) const BACKUP_HOUR: u64 = 1;
/// Hour of the weekly report, on Mondays.
pub(crate) const REPORT_HOUR: u64 = 4;
/// Hours of deployments, on weekdays.
pub(crate) const DEPLOY_HOURS: [u64; 2] = [10, 15];
/// The port that the site begins to listen on.
pub(crate) const NEW_PORT: u16 = 8443;

/// When the site begins to listen on [`NEW_PORT`]: ten o'clock, two days before the last day.
pub(crate) const fn new_port_since(span: Span) -> u64 {
    span.last_day() - 2 * DAY + 10 * HOUR
}

/// When many machines begin to call a vendor that nobody called before: eight o'clock the day before the last.
pub(crate) const fn new_vendor_since(span: Span) -> u64 {
    span.last_day() - DAY + 8 * HOUR
}

fn internal(client: u32, server: u32, port: u16, start: u64, secs: u64, payload: (u64, u64), dice: &mut Dice) -> Connection {
    Connection {
        client: End::Interface(client),
        server: End::Interface(server),
        protocol: TCP,
        client_port: dice.ephemeral(),
        server_port: port,
        start,
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

fn to_s3(client: u32, start: u64, secs: u64, up: u64, dice: &mut Dice) -> Connection {
    // Always the same address for the same machine.
    let addresses = internet::S3.addresses;
    let choice = usize::try_from(mix(&[0x53, u64::from(client)]) % 4).unwrap_or(0);
    Connection {
        server: End::Remote(IpAddr::V4(addresses[choice])),
        service: Service::S3,
        ..internal(client, client, 443, start, secs, (up, up / 400), dice)
    }
}

/// The connections that begin in the hour at `hour`.
pub(crate) fn hour(world: &World, span: Span, hour: u64, scale: f64, dice: &mut Dice, out: &mut Vec<Connection>) {
    if hour_of_day(hour) == 0 {
        replication(world, hour, scale, dice, out);
    }
    if hour_of_day(hour) == BACKUP_HOUR {
        backups(world, hour, dice, out);
    }
    if hour_of_day(hour) == REPORT_HOUR && weekday(hour) == 0 {
        report(world, hour, dice, out);
    }
    if DEPLOY_HOURS.contains(&hour_of_day(hour)) && weekday(hour) < 5 {
        deployments(world, hour, dice, out);
    }
    misconfigured(world, hour, scale, dice, out);
    if hour >= new_port_since(span) {
        new_port(world, hour, scale, dice, out);
    }
    if hour >= new_vendor_since(span) {
        new_vendor(world, hour, scale, dice, out);
    }
}

/// One connection a day from every replica to its primary; in most minutes there is nothing to send.
fn replication(world: &World, hour: u64, scale: f64, dice: &mut Dice, out: &mut Vec<Connection>) {
    for role in [Role::Db, Role::StagingDb] {
        let all = world.members(role);
        for replica in &all[1..] {
            let payload = if role == Role::Db { 900_000_000 } else { 90_000_000 };
            let start = hour + dice.between(3, 120);
            let mut connection = internal(*replica, all[0], 5432, start, DAY - 200, (payload / 60, payload), dice);
            connection.busy = (0.1 * scale).min(1.0);
            out.push(connection);
        }
    }
}

fn backups(world: &World, hour: u64, dice: &mut Dice, out: &mut Vec<Connection>) {
    for (role, first, others) in [(Role::Db, 3.0e9, 2.0e9), (Role::StagingDb, 8.0e7, 8.0e7)] {
        for (number, database) in world.members(role).iter().enumerate() {
            let size = if number == 0 { first } else { others };
            let bytes = size * wobble(0.04, &[world.seed, 0xba, u64::from(*database), hour]);
            let start = hour + 240 + dice.between(0, 180);
            out.push(to_s3(*database, start, 1500 + dice.between(0, 240), whole(bytes), dice));
        }
    }
}

/// The first batch machine reads from a replica and stores the result.
fn report(world: &World, hour: u64, dice: &mut Dice, out: &mut Vec<Connection>) {
    let databases = world.members(Role::Db);
    let (batch, replica) = (world.members(Role::Batch)[0], databases[1]);
    let factor = wobble(0.03, &[world.seed, 0x4e, hour]);
    let start = hour + 600 + dice.between(0, 60);
    out.push(internal(batch, replica, 5432, start, 900, (4_000_000, whole(3.0e8 * factor)), dice));
    out.push(to_s3(batch, start + 960, 900, whole(5.2e8 * factor), dice));
}

fn deployments(world: &World, hour: u64, dice: &mut Dice, out: &mut Vec<Connection>) {
    let builders = world.members(Role::Ci);
    let targets = world.members(Role::App).iter().chain(world.members(Role::StagingApp));
    for (number, target) in targets.enumerate() {
        let start = hour + 300 + (number as u64 * 37) % 1800;
        let bytes = whole(8.0e6 * dice.factor(0.9, 1.1));
        out.push(internal(builders[number % builders.len()], *target, 22, start, dice.between(12, 45), (bytes, 120_000), dice));
    }
}

/// A staging service has the address of the real database in its configuration, and the firewall says no.
fn misconfigured(world: &World, hour: u64, scale: f64, dice: &mut Dice, out: &mut Vec<Connection>) {
    let (client, server) = (world.members(Role::StagingApp)[0], world.members(Role::Db)[0]);
    for _ in 0..dice.count(0.8 * scale * Rhythm::Office.at(hour)) {
        let start = hour + dice.between(0, HOUR - 1);
        let connection = internal(client, server, 5432, start, 0, (0, 0), dice);
        out.push(Connection { outcome: Outcome::Rejected, ..connection });
    }
}

fn new_port(world: &World, hour: u64, scale: f64, dice: &mut Dice, out: &mut Vec<Connection>) {
    for web in world.members(Role::Web) {
        for _ in 0..dice.count(2.0 * scale * Rhythm::Office.at(hour)) {
            let partner = internet::visitor(world.seed, 1_000_000 + dice.between(0, 11));
            let start = hour + dice.between(0, HOUR - 1);
            let payload = (dice.between(20_000, 60_000), dice.between(100_000, 500_000));
            let connection = internal(*web, *web, NEW_PORT, start, dice.between(1, 20), payload, dice);
            out.push(Connection { client: End::Remote(IpAddr::V4(partner)), client_port: dice.translated(), ..connection });
        }
    }
}

fn new_vendor(world: &World, hour: u64, scale: f64, dice: &mut Dice, out: &mut Vec<Connection>) {
    for role in [Role::Web, Role::App, Role::Batch] {
        for machine in world.members(role) {
            // The volume of an hour stays the same, however many connections carry it.
            let count = dice.count(0.5 * scale);
            for _ in 0..count {
                let start = hour + dice.between(0, HOUR - 1);
                let place = &internet::NEW_VENDOR;
                let payload = (whole(2.0e6 / real(count)), 40_000);
                let connection = internal(*machine, *machine, 443, start, dice.between(1, 15), payload, dice);
                out.push(Connection { server: End::Remote(IpAddr::V4(dice.pick(place.addresses))), service: place.service, ..connection });
            }
        }
    }
}
