//! Many attacks at once, one of each kind on machines of its own, for measuring what is found. Most lie on the last whole day.
//!
//! Remote addresses are from the documentation ranges, but for public resolvers and for the strangers of the flood, who are visitors.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dice::{Dice, low8, low16};
use crate::internet::{self, Service};
use crate::record::{Connection, End, ICMP, Outcome, TCP, UDP};
use crate::time::{DAY, HOUR, Span};
use crate::world::{Role, World};

const MINUTE: u64 = 60;
const MB: u64 = 1_000_000;

/// One address for each kind of list, and the file it is written to.
pub(crate) const LISTED: [(&str, Ipv4Addr); 5] = [
    ("c2.txt", Ipv4Addr::new(198, 51, 100, 171)),
    ("mining.txt", Ipv4Addr::new(198, 51, 100, 172)),
    ("black-hole.txt", Ipv4Addr::new(198, 51, 100, 173)),
    ("drop-point.txt", Ipv4Addr::new(198, 51, 100, 174)),
    ("scanners.txt", Ipv4Addr::new(203, 0, 113, 200)),
];

/// One attack and the finding that it calls for.
pub(crate) struct Attack {
    /// Type of the finding.
    pub(crate) kind: &'static str,
    /// The machine that the finding is about.
    pub(crate) machine: u32,
    pub(crate) connections: Vec<Connection>,
}

struct Scene<'a> {
    world: &'a World,
    day: u64,
    dice: Dice,
    attacks: Vec<Attack>,
}

const fn v4(c: (u8, u8, u8), last: u8) -> End {
    End::Remote(IpAddr::V4(Ipv4Addr::new(c.0, c.1, c.2, last)))
}

const NET_A: (u8, u8, u8) = (192, 0, 2);
const NET_B: (u8, u8, u8) = (198, 51, 100);
const NET_C: (u8, u8, u8) = (203, 0, 113);

/// A host in a documentation network of its own.
const fn v6(net: u16) -> End {
    End::Remote(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xa000, net, 0, 0, 0, 1)))
}

impl Scene<'_> {
    /// A connection that was opened, used and closed, `at` seconds after the midnight of the last day.
    fn served(&mut self, client: End, server: End, port: u16, at: u64, secs: u64, payload: (u64, u64)) -> Connection {
        let remote = [client, server].into_iter().find_map(|end| match end {
            End::Remote(address) => Some(address),
            End::Interface(_) => None,
        });
        Connection {
            client,
            server,
            protocol: TCP,
            client_port: self.dice.ephemeral(),
            server_port: port,
            start: self.day + at,
            secs,
            up: payload.0,
            down: payload.1,
            extra_packets: 0,
            busy: 1.0,
            outcome: Outcome::Served,
            v6: remote.is_some_and(|address| address.is_ipv6()),
            service: Service::None,
        }
    }

    /// An attempt without an answer.
    fn silent(&mut self, client: End, server: End, port: u16, at: u64) -> Connection {
        Connection { outcome: Outcome::Unanswered, ..self.served(client, server, port, at, 0, (0, 0)) }
    }

    fn plant(&mut self, kind: &'static str, machine: u32, connections: Vec<Connection>) {
        self.attacks.push(Attack { kind, machine, connections });
    }

    /// Sixty guesses within 50 minutes.
    fn guesses(&mut self, client: End, server: End, port: u16, at: u64) -> Vec<Connection> {
        (0..60)
            .map(|number| {
                let extra_packets = self.dice.between(5, 8);
                Connection { extra_packets, ..self.served(client, server, port, at + number * 50, 4, (2_300, 2_700)) }
            })
            .collect()
    }

    /// A flood of half an hour that nothing comes back to.
    #[expect(clippy::too_many_arguments, reason = "what makes a flood, from callers beside it")]
    fn flood(&mut self, machine: u32, server: End, protocol: u8, port: u16, at: u64, up: u64, packets: u64) -> Vec<Connection> {
        let flood = Connection {
            secs: 30 * MINUTE,
            up,
            extra_packets: packets,
            protocol,
            ..self.silent(End::Interface(machine), server, port, at)
        };
        vec![flood]
    }

    fn scans(&mut self) {
        let (batch, ci) = (self.world.members(Role::Batch)[0], self.world.members(Role::Ci)[0]);
        let attempts = (0..60)
            .map(|port| self.silent(End::Interface(batch), v4(NET_B, 150), 1_000 + 7 * port, 3 * HOUR + u64::from(port) * 5))
            .collect();
        self.plant("Recon:EC2/Portscan", batch, attempts);
        let attempts = (1..=60).map(|host| self.silent(End::Interface(ci), v4(NET_B, host), 445, 4 * HOUR + u64::from(host) * 9)).collect();
        self.plant("Impact:EC2/PortSweep", ci, attempts);
        let (web, database) = (self.world.members(Role::StagingWeb)[0], self.world.members(Role::StagingDb)[0]);
        let attempts = (0..40)
            .map(|port| {
                let attempt = self.served(
                    End::Interface(web),
                    End::Interface(database),
                    2_000 + 11 * port,
                    5 * HOUR + u64::from(port) * 6,
                    0,
                    (0, 0),
                );
                Connection { outcome: Outcome::Rejected, ..attempt }
            })
            .collect();
        self.plant("Weir:EC2/InternalScan", web, attempts);
        let app = self.world.members(Role::StagingApp)[0];
        let roles = [Role::App, Role::Db, Role::Cache, Role::Batch, Role::Web, Role::StagingDb, Role::StagingWeb, Role::Ci, Role::Bastion];
        let targets: Vec<u32> = roles.iter().flat_map(|role| self.world.members(*role)).copied().take(40).collect();
        let attempts = (0_u64..)
            .zip(targets)
            .map(|(number, target)| {
                let attempt = self.served(End::Interface(app), End::Interface(target), 5_432, 6 * HOUR + number * 20, 0, (0, 0));
                Connection { outcome: Outcome::Rejected, server_port: 1_521, ..attempt }
            })
            .collect();
        self.plant("Weir:EC2/InternalSweep", app, attempts);
        let cache = self.world.members(Role::Cache)[0];
        let attempts = (0..36_u64)
            .map(|number| {
                // Twelve a day on three days, two hours apart.
                let (day, place) = (number / 12, number % 12);
                let attempt = self.silent(End::Interface(cache), v4(NET_B, low8(number) + 80), 23, place * 2 * HOUR + 600);
                Connection { start: attempt.start - (2 - day) * DAY, ..attempt }
            })
            .collect();
        self.plant("Weir:EC2/SlowScan", cache, attempts);
    }

    fn guessing(&mut self) {
        let bastion = self.world.members(Role::Bastion)[0];
        let database = self.world.members(Role::StagingDb)[0];
        let out = self.guesses(End::Interface(database), v4(NET_C, 210), 22, 7 * HOUR);
        self.plant("UnauthorizedAccess:EC2/SSHBruteForce", database, out);
        let inward = self.guesses(v4(NET_C, 201), End::Interface(bastion), 3_389, 8 * HOUR);
        self.plant("UnauthorizedAccess:EC2/RDPBruteForce", bastion, inward);
        let (app, web) = (self.world.members(Role::StagingApp)[0], self.world.members(Role::StagingWeb)[0]);
        let inside = self.guesses(End::Interface(app), End::Interface(web), 5_985, 9 * HOUR);
        self.plant("Impact:EC2/WinRMBruteForce", app, inside);
        let (web, database) = (self.world.members(Role::Web)[0], self.world.members(Role::Db)[0]);
        let inside = self.guesses(End::Interface(web), End::Interface(database), 3_306, 10 * HOUR);
        self.plant("Weir:EC2/InternalBruteForce", web, inside);
        for (kind, port) in [("Recon:EC2/PortProbeUnprotectedPort", 9_200), ("Recon:EC2/PortProbeEMRUnprotectedPort", 8_088)] {
            let probes = (0..4)
                .map(|turn| self.served(v4(NET_C, 200), End::Interface(bastion), port, 11 * HOUR + turn * 900, 1, (200, 900)))
                .collect();
            self.plant(kind, bastion, probes);
        }
    }

    fn floods(&mut self) {
        let batch = *self.world.members(Role::Batch).last().unwrap_or(&0);
        let app = self.world.members(Role::App)[0];
        let cache = self.world.members(Role::Cache)[0];
        let database = self.world.members(Role::Db)[1];
        let flood = self.flood(batch, v4(NET_B, 160), TCP, 80, 12 * HOUR, 0, 60_000);
        self.plant("Backdoor:EC2/DenialOfService.Tcp", batch, flood);
        let flood = self.flood(app, v4(NET_B, 161), UDP, 27_015, 12 * HOUR, 60 * MB, 0);
        self.plant("Backdoor:EC2/DenialOfService.Udp", app, flood);
        let flood = self.flood(app, v4(NET_B, 162), UDP, 53, 14 * HOUR, 60 * MB, 0);
        self.plant("Backdoor:EC2/DenialOfService.Dns", app, flood);
        let flood = self.flood(database, v4(NET_B, 163), UDP, 80, 12 * HOUR, 60 * MB, 0);
        self.plant("Backdoor:EC2/DenialOfService.UdpOnTcpPorts", database, flood);
        let flood = self.flood(cache, v4(NET_B, 164), ICMP, 0, 13 * HOUR, 60 * MB, 0);
        let flood = flood.into_iter().map(|flood| Connection { client_port: 0, ..flood }).collect();
        self.plant("Backdoor:EC2/DenialOfService.UnusualProtocol", cache, flood);
        let web = self.world.members(Role::Web)[1];
        let flood = (0..400_u64)
            .map(|number| {
                let source = End::Remote(IpAddr::V4(internet::visitor(self.world.seed, 2_000_000 + number)));
                Connection { extra_packets: 80, ..self.silent(source, End::Interface(web), 80, 15 * HOUR + number) }
            })
            .collect();
        self.plant("Weir:EC2/InboundDenialOfService", web, flood);
    }

    fn services(&mut self) {
        let sender = *self.world.members(Role::StagingWeb).last().unwrap_or(&0);
        // Mail servers in three networks, none of them a listed relay.
        let relays = internet::relay_list(self.world.seed);
        let free = (150..=250).find(|host| !relays.contains(&IpAddr::V4(Ipv4Addr::new(192, 0, 2, *host)))).unwrap_or(150);
        let mails = (0..30)
            .map(|number| {
                let (net, host) =
                    [(NET_A, free), (NET_B, 180 + low8(number % 20)), (NET_C, 180 + low8(number % 20))][usize::from(low16(number) % 3)];
                self.served(End::Interface(sender), v4(net, host), 25, 16 * HOUR + number * 60, 3, (4_000, 900))
            })
            .collect();
        self.plant("Backdoor:EC2/Spambot", sender, mails);
        let app = self.world.members(Role::App)[1];
        let resolvers = [
            ("DefenseEvasion:EC2/UnusualDNSResolver", (8, 8, 8), 8, UDP, 53_u16),
            ("DefenseEvasion:EC2/UnusualDoTActivity", (9, 9, 9), 9, TCP, 853),
            ("DefenseEvasion:EC2/UnusualDoHActivity", (1, 1, 1), 1, TCP, 443),
        ];
        for (kind, net, last, protocol, port) in resolvers {
            let asked = (0..20)
                .map(|turn| Connection {
                    protocol,
                    ..self.served(End::Interface(app), v4(net, last), port, 17 * HOUR + turn * 80, 1, (60, 200))
                })
                .collect();
            self.plant(kind, app, asked);
        }
    }

    fn control(&mut self) {
        let (first, second) = (self.world.members(Role::Web)[0], self.world.members(Role::Web)[1]);
        let bastion = self.world.members(Role::Bastion)[0];
        let calls = (0..96)
            .map(|turn| {
                let late = self.dice.between(0, 40);
                self.served(End::Interface(first), v6(0xbe), 443, 2 * HOUR + turn * 300 + late, 1, (700, 900))
            })
            .collect();
        self.plant("Weir:EC2/Beacon", first, calls);
        let calls = (0..160).map(|turn| self.served(End::Interface(second), v6(0x57), 8_081, 3 * HOUR + turn * 3, 0, (300, 100))).collect();
        self.plant("Weir:EC2/Strobe", second, calls);
        let pieces =
            (0..14).map(|turn| self.served(End::Interface(bastion), v6(0xef), 443, (2 + turn) * HOUR, 900, (110 * MB, 60_000))).collect();
        self.plant("Weir:EC2/Exfiltration", bastion, pieces);
        let tunnel = self.served(End::Interface(bastion), v6(0x10), 4_433, 4 * HOUR + 300, 7 * HOUR, (2 * MB, 3 * MB));
        self.plant("Weir:EC2/LongConnection", bastion, vec![tunnel]);
        let miner = self.served(End::Interface(first), v6(0xc0), 3_333, 5 * HOUR + 60, 8 * HOUR, (90_000, 120_000));
        self.plant("Weir:EC2/MiningBehavior", first, vec![miner]);
        let app = self.world.members(Role::App)[0];
        let logins = (0..3)
            .map(|turn| self.served(End::Interface(second), End::Interface(app), 22, 18 * HOUR + turn * 600, 200, (40_000, 90_000)))
            .collect();
        self.plant("Weir:EC2/LateralMovement", second, logins);
    }

    fn listed(&mut self) {
        let database = self.world.members(Role::Db)[0];
        let kinds =
            ["Backdoor:EC2/C&CActivity.B", "CryptoCurrency:EC2/BitcoinTool.B", "Trojan:EC2/BlackholeTraffic", "Trojan:EC2/DropPoint"];
        for (kind, (_, address)) in kinds.into_iter().zip(LISTED) {
            let server = End::Remote(IpAddr::V4(address));
            let contact = self.served(End::Interface(database), server, 443, 19 * HOUR, 30, (9_000, 20_000));
            let outcome = if kind == "Trojan:EC2/BlackholeTraffic" { Outcome::Unanswered } else { Outcome::Served };
            self.plant(kind, database, vec![Connection { outcome, ..contact }]);
        }
        let relay = self.world.members(Role::Bastion)[0];
        let others: Vec<Ipv4Addr> = internet::relay_list(self.world.seed)
            .into_iter()
            .filter_map(|address| match address {
                IpAddr::V4(address) if internet::GUARDS.iter().all(|(guard, _)| *guard != address) => Some(address),
                _ => None,
            })
            .take(8)
            .collect();
        let sessions = (0_u64..)
            .zip(others)
            .map(|(number, other)| {
                let other = End::Remote(IpAddr::V4(other));
                let (client, server) = if number % 2 == 0 { (other, End::Interface(relay)) } else { (End::Interface(relay), other) };
                self.served(client, server, 9_001, 20 * HOUR + number * 60, 1_200, (3 * MB, 4 * MB))
            })
            .collect();
        self.plant("UnauthorizedAccess:EC2/TorRelay", relay, sessions);
    }
}

/// All attacks.
pub(crate) fn plan(world: &World, span: Span) -> Vec<Attack> {
    let mut scene = Scene { world, day: span.last_day(), dice: Dice::new(&[world.seed, 0xa77]), attacks: Vec::new() };
    scene.scans();
    scene.guessing();
    scene.floods();
    scene.services();
    scene.control();
    scene.listed();
    scene.attacks
}
