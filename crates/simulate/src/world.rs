//! The company: two accounts, their networks, machines, interfaces, addresses and firewall rules.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dice::{at, index32, low8, low16, mix, real, whole};
use crate::internet;
use crate::record::WINDOW;
use crate::time::Span;

/// The region that everything is in.
pub(crate) const REGION: &str = "eu-west-1";
/// Index of the account with the public site.
pub(crate) const PROD: usize = 0;
/// Index of the account with staging, build machines and monitoring.
pub(crate) const TOOLS: usize = 1;
/// The peering between the two VPCs.
pub(crate) const PEERING: &str = "pcx-0c4f1d7a92be8350e";

/// What a machine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Web,
    App,
    Db,
    Cache,
    Batch,
    Bastion,
    Ci,
    Monitor,
    StagingWeb,
    StagingApp,
    StagingDb,
}

/// What is the same for all machines of one role.
pub(crate) struct RoleSpec {
    pub(crate) role: Role,
    pub(crate) name: &'static str,
    pub(crate) account: usize,
    /// Share of the fleet.
    weight: f64,
    least: u32,
    pub(crate) public: bool,
    pub(crate) group: &'static str,
    pub(crate) instance_type: &'static str,
}

/// The fleet, in the order in which machines are numbered.
pub(crate) const ROLES: &[RoleSpec] = &[
    RoleSpec { role: Role::Web, name: "web", account: PROD, weight: 6.0, least: 3, public: true, group: "web", instance_type: "m7i.large" },
    RoleSpec {
        role: Role::App,
        name: "app",
        account: PROD,
        weight: 9.0,
        least: 2,
        public: false,
        group: "app",
        instance_type: "m7i.xlarge",
    },
    RoleSpec { role: Role::Db, name: "db", account: PROD, weight: 3.0, least: 2, public: false, group: "db", instance_type: "r7i.2xlarge" },
    RoleSpec {
        role: Role::Cache,
        name: "cache",
        account: PROD,
        weight: 2.0,
        least: 1,
        public: false,
        group: "cache",
        instance_type: "r7i.large",
    },
    RoleSpec {
        role: Role::Batch,
        name: "batch",
        account: PROD,
        weight: 3.0,
        least: 1,
        public: false,
        group: "batch",
        instance_type: "c7i.2xlarge",
    },
    RoleSpec {
        role: Role::Bastion,
        name: "bastion",
        account: PROD,
        weight: 0.5,
        least: 1,
        public: true,
        group: "bastion",
        instance_type: "t3.small",
    },
    RoleSpec {
        role: Role::Ci,
        name: "ci",
        account: TOOLS,
        weight: 3.0,
        least: 1,
        public: false,
        group: "ci",
        instance_type: "c7i.4xlarge",
    },
    RoleSpec {
        role: Role::Monitor,
        name: "monitor",
        account: TOOLS,
        weight: 0.5,
        least: 1,
        public: false,
        group: "monitor",
        instance_type: "m7i.large",
    },
    RoleSpec {
        role: Role::StagingWeb,
        name: "staging-web",
        account: TOOLS,
        weight: 4.0,
        least: 1,
        public: false,
        group: "staging-web",
        instance_type: "t3.medium",
    },
    RoleSpec {
        role: Role::StagingApp,
        name: "staging-app",
        account: TOOLS,
        weight: 6.0,
        least: 1,
        public: false,
        group: "staging-app",
        instance_type: "t3.large",
    },
    RoleSpec {
        role: Role::StagingDb,
        name: "staging-db",
        account: TOOLS,
        weight: 3.0,
        least: 1,
        public: false,
        group: "staging-db",
        instance_type: "r7i.large",
    },
];

/// An account with its one VPC and the flow log on it.
pub(crate) struct Account {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) vpc: String,
    pub(crate) cidr: &'static str,
    pub(crate) cidr_v6: String,
    pub(crate) flow_log: String,
    pub(crate) acl_public: String,
    pub(crate) acl_private: String,
}

/// A subnet in one availability zone.
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) account: usize,
    pub(crate) zone: u8,
    pub(crate) public: bool,
    pub(crate) base: Ipv4Addr,
    pub(crate) cidr_v6: String,
}

impl Subnet {
    /// `eu-west-1a` and so on.
    pub(crate) fn zone_name(&self) -> String {
        format!("{REGION}{}", char::from(b'a' + self.zone))
    }

    /// The zone's id, which means the same place in every account.
    pub(crate) fn zone_id(&self) -> String {
        format!("euw1-az{}", self.zone + 1)
    }

    /// The network, a /20.
    pub(crate) fn cidr(&self) -> String {
        format!("{}/20", self.base)
    }
}

/// What sits behind an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InterfaceKind {
    /// The machine with the same index.
    Instance,
    Nat,
    Balancer,
}

/// A network interface.
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) kind: InterfaceKind,
    pub(crate) account: usize,
    pub(crate) subnet: usize,
    pub(crate) address: Ipv4Addr,
    pub(crate) public: Option<Ipv4Addr>,
    pub(crate) v6: Option<Ipv6Addr>,
    pub(crate) mac: String,
    pub(crate) groups: Vec<usize>,
    /// Seconds after full multiples of the window at which its capture windows begin.
    pub(crate) offset: u64,
}

/// A machine; its interface has the same index.
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: usize,
    /// When it was launched, long before the logs begin; epoch seconds.
    pub(crate) launched: u64,
}

/// Whom a firewall rule lets in.
#[derive(Debug, Clone)]
pub(crate) enum Peer {
    Cidr(String, &'static str),
    CidrV6(&'static str, &'static str),
    Group(&'static str, &'static str),
}

/// One rule of a security group, inbound.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) protocol: &'static str,
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) peer: Peer,
}

/// A security group; everything may go out.
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) account: usize,
    pub(crate) inbound: Vec<Rule>,
}

/// The whole company.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) accounts: Vec<Account>,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) groups: Vec<Group>,
    /// The NAT gateway's interface of each account.
    pub(crate) nat: [u32; 2],
    /// The load balancer in front of staging.
    pub(crate) balancer: u32,
    members: Vec<Vec<u32>>,
    /// When port 22 was opened on the group of the machine that is broken into, if it was.
    pub(crate) opened: Option<u64>,
    /// Length of a capture window in seconds.
    pub(crate) window: u64,
}

/// The group that only the third web server also has, and in which a port is opened.
pub(crate) const MAINTENANCE: &str = "web-maintenance";

impl World {
    /// A company of `instances` machines. `opened` is when the firewall is opened, none for a quiet month.
    pub(crate) fn new(seed: u64, instances: u32, span: Span, opened: Option<u64>) -> Self {
        let hex = |kind: &str, index: u64| {
            let kind_bits = kind.bytes().fold(0, |bits, byte| bits << 8 | u64::from(byte));
            format!("{kind}-0{:016x}", mix(&[seed, kind_bits, index]))
        };
        let accounts: Vec<Account> = [("111122223333", "prod", "10.20.0.0/16"), ("444455556666", "tools", "10.40.0.0/16")]
            .into_iter()
            .zip(0_u64..)
            .map(|((id, name, cidr), index)| Account {
                id,
                name,
                vpc: hex("vpc", index),
                cidr,
                cidr_v6: format!("2001:db8:{}00::/56", 20 + 20 * index),
                flow_log: hex("fl", index),
                acl_public: hex("acl", 2 * index),
                acl_private: hex("acl", 2 * index + 1),
            })
            .collect();
        let subnets = subnets(&accounts, &hex);
        let groups = groups(&hex);
        let counts = fleet(instances);
        let mut world = Self {
            seed,
            accounts,
            subnets,
            instances: Vec::new(),
            interfaces: Vec::new(),
            groups,
            nat: [0; 2],
            balancer: 0,
            members: Vec::new(),
            opened,
            window: WINDOW,
        };
        for (role, (spec, count)) in ROLES.iter().zip(&counts).enumerate() {
            let mut members = Vec::new();
            for number in 0..*count {
                let index = world.instances.len();
                members.push(index32(index));
                let zone = low8(u64::from(number % 3));
                let mut group_names = vec![spec.group];
                if spec.role == Role::Web && number == 2 {
                    group_names.push(MAINTENANCE);
                }
                world.add_interface(&hex, InterfaceKind::Instance, spec.account, zone, spec.public, spec.public, &group_names);
                world.instances.push(Instance {
                    id: hex("i", index as u64),
                    name: format!("{}-{}", spec.name, number + 1),
                    role,
                    launched: span.start
                        - 86_400 * (40 + mix(&[seed, 0x1a, index as u64]) % 200)
                        - mix(&[seed, 0x1b, index as u64]) % 50_000,
                });
            }
            world.members.push(members);
        }
        for account in [PROD, TOOLS] {
            world.nat[account] = world.add_interface(&hex, InterfaceKind::Nat, account, 0, true, true, &[]);
        }
        world.balancer = world.add_interface(&hex, InterfaceKind::Balancer, TOOLS, 1, true, true, &["staging-balancer"]);
        world
    }

    #[expect(clippy::too_many_arguments, reason = "one caller, and each argument is a column of the machine's row")]
    fn add_interface(
        &mut self,
        hex: &dyn Fn(&str, u64) -> String,
        kind: InterfaceKind,
        account: usize,
        zone: u8,
        public_subnet: bool,
        public_address: bool,
        group_names: &[&str],
    ) -> u32 {
        let index = self.interfaces.len();
        let number = index as u64;
        let word = mix(&[self.seed, 0xe1, number]);
        let matches = |subnet: &Subnet| subnet.account == account && subnet.zone == zone && subnet.public == public_subnet;
        let subnet = self.subnets.iter().position(matches).unwrap_or(0);
        let used = self.interfaces.iter().filter(|other| other.subnet == subnet).count();
        // AWS keeps the first four addresses of a subnet; machines get scattered ones: 1789 is coprime to the room of 4,080.
        let host = index32((used * 1789 + 37) % 4080 + 10);
        let v6_subnet = u64::from(low8(subnet as u64));
        let octets = word.to_be_bytes();
        self.interfaces.push(Interface {
            id: hex("eni", number),
            kind,
            account,
            subnet,
            address: Ipv4Addr::from(u32::from(self.subnets[subnet].base) + host),
            public: public_address.then(|| Ipv4Addr::new(52, 49, low8(number >> 8) + 16, low8(number) ^ low8(self.seed * 37 + 90))),
            v6: (public_subnet && kind == InterfaceKind::Instance).then(|| {
                let block = if account == PROD { 0x2000 } else { 0x4000 };
                Ipv6Addr::new(0x2001, 0xdb8, block, low16(v6_subnet), low16(word), low16(word >> 16), low16(word >> 32), low16(host.into()))
            }),
            mac: format!("0a:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", octets[0], octets[1], octets[2], octets[3], octets[4]),
            groups: group_names.iter().filter_map(|name| self.groups.iter().position(|group| group.name == *name)).collect(),
            offset: word % WINDOW,
        });
        index32(index)
    }

    /// The same company with capture windows of this length, a multiple of a minute.
    pub(crate) fn with_window(mut self, window: u64) -> Self {
        for interface in &mut self.interfaces {
            interface.offset *= window / WINDOW;
        }
        self.window = window;
        self
    }

    /// Indices of the machines of a role, in the order of their numbers.
    pub(crate) fn members(&self, role: Role) -> &[u32] {
        ROLES.iter().position(|spec| spec.role == role).map_or(&[], |index| &self.members[index])
    }

    /// The machine that is broken into: the third web server.
    pub(crate) fn victim(&self) -> u32 {
        self.members(Role::Web)[2]
    }

    /// The interface with this index.
    pub(crate) fn interface(&self, index: u32) -> &Interface {
        &self.interfaces[at(index)]
    }

    /// The machine with this index.
    pub(crate) fn instance(&self, index: u32) -> &Instance {
        &self.instances[at(index)]
    }

    /// The role of a machine.
    pub(crate) fn role(&self, instance: &Instance) -> &'static RoleSpec {
        &ROLES[instance.role]
    }

    /// Whether anyone on the internet may connect to this TCP port of an interface at a time.
    pub(crate) fn open_to_all(&self, interface: u32, port: u16, time: u64) -> bool {
        let rules_match = self.interface(interface).groups.iter().any(|group| {
            let from_anywhere = |rule: &Rule| matches!(&rule.peer, Peer::Cidr(cidr, _) if cidr == "0.0.0.0/0");
            self.groups[*group]
                .inbound
                .iter()
                .any(|rule| rule.protocol == "tcp" && (rule.from..=rule.to).contains(&i32::from(port)) && from_anywhere(rule))
        });
        rules_match || (port == 22 && interface == self.victim() && self.opened.is_some_and(|opened| time >= opened))
    }

    /// The address of an interface in one protocol family; the older one when it has none in the newer.
    pub(crate) fn address(&self, interface: u32, v6: bool) -> IpAddr {
        let interface = self.interface(interface);
        match interface.v6 {
            Some(address) if v6 => IpAddr::V6(address),
            _ => IpAddr::V4(interface.address),
        }
    }
}

/// How many machines each role gets: the least number for each, the rest by weight, largest remainders first.
fn fleet(instances: u32) -> Vec<u32> {
    let weights: f64 = ROLES.iter().map(|spec| spec.weight).sum();
    let shares: Vec<f64> = ROLES.iter().map(|spec| spec.weight / weights * f64::from(instances)).collect();
    let mut counts: Vec<u32> =
        ROLES.iter().zip(&shares).map(|(spec, share)| index32(usize::try_from(whole(*share)).unwrap_or(0)).max(spec.least)).collect();
    loop {
        let total: u32 = counts.iter().sum();
        let lack = |index: &usize| shares[*index] - real(u64::from(counts[*index]));
        let by_lack = |left: &usize, right: &usize| lack(left).total_cmp(&lack(right));
        let next = match total.cmp(&instances) {
            std::cmp::Ordering::Equal => return counts,
            std::cmp::Ordering::Less => (0..ROLES.len()).max_by(by_lack).map(|index| (index, counts[index] + 1)),
            std::cmp::Ordering::Greater => (0..ROLES.len())
                .filter(|index| counts[*index] > ROLES[*index].least)
                .min_by(by_lack)
                .map(|index| (index, counts[index] - 1)),
        };
        let Some((index, count)) = next else { return counts };
        counts[index] = count;
    }
}

fn subnets(accounts: &[Account], hex: &dyn Fn(&str, u64) -> String) -> Vec<Subnet> {
    let mut all = Vec::new();
    for account in 0..accounts.len() {
        for public in [true, false] {
            for zone in 0..3_u8 {
                let second = if account == PROD { 20 } else { 40 };
                let third = 16 * zone + if public { 0 } else { 64 };
                let block = if account == PROD { 2000 } else { 4000 };
                all.push(Subnet {
                    id: hex("subnet", all.len() as u64),
                    account,
                    zone,
                    public,
                    base: Ipv4Addr::new(10, second, third, 0),
                    cidr_v6: format!("2001:db8:{block}:{:x}::/64", all.len()),
                });
            }
        }
    }
    all
}

fn groups(hex: &dyn Fn(&str, u64) -> String) -> Vec<Group> {
    let tcp = |port: i32, peer: Peer| Rule { protocol: "tcp", from: port, to: port, peer };
    let any = |text| Peer::Cidr("0.0.0.0/0".to_owned(), text);
    let any_v6 = |text| Peer::CidrV6("::/0", text);
    let net = |cidr: &str, text| Peer::Cidr(cidr.to_owned(), text);
    let from = Peer::Group;
    let ping = |peer| Rule { protocol: "icmp", from: 8, to: -1, peer };
    let office = || internet::OFFICE.addresses.iter().map(move |address| tcp(22, net(&format!("{address}/32"), "office")));
    let managed = |rules: Vec<Rule>| -> Vec<Rule> {
        let common = [tcp(9100, from("monitor", "metrics")), ping(from("monitor", "reachability"))];
        rules.into_iter().chain(common).collect()
    };
    let rows: Vec<(usize, &'static str, &'static str, Vec<Rule>)> = vec![
        (
            PROD,
            "web",
            "public site",
            managed(vec![
                tcp(443, any("site")),
                tcp(443, any_v6("site")),
                tcp(80, any("redirect")),
                tcp(80, any_v6("redirect")),
                tcp(8443, any("partner interface")),
                ping(any("path discovery")),
                tcp(22, from("bastion", "administration")),
            ]),
        ),
        (PROD, MAINTENANCE, "temporary access to web-3", office().collect()),
        (
            PROD,
            "app",
            "application servers",
            managed(vec![tcp(8080, from("web", "site")), tcp(22, from("bastion", "administration")), tcp(22, from("ci", "deployments"))]),
        ),
        (
            PROD,
            "db",
            "databases",
            managed(vec![
                tcp(5432, from("app", "application")),
                tcp(5432, from("batch", "jobs")),
                tcp(5432, from("db", "replication")),
                tcp(5432, net("10.20.0.0/16", "legacy: whole network")),
                tcp(22, from("bastion", "administration")),
            ]),
        ),
        (PROD, "cache", "caches", managed(vec![tcp(6379, from("app", "application")), tcp(22, from("bastion", "administration"))])),
        (PROD, "batch", "jobs", managed(vec![tcp(22, from("bastion", "administration"))])),
        (PROD, "bastion", "way in for administrators", managed(office().collect())),
        (TOOLS, "ci", "build machines", managed(vec![])),
        (TOOLS, "monitor", "metrics and alerts", vec![tcp(9100, from("monitor", "itself"))]),
        (TOOLS, "staging-web", "staging", managed(vec![tcp(8080, from("staging-balancer", "staging site"))])),
        (
            TOOLS,
            "staging-app",
            "staging",
            managed(vec![tcp(8080, from("staging-web", "staging site")), tcp(22, from("ci", "deployments"))]),
        ),
        (
            TOOLS,
            "staging-db",
            "staging",
            managed(vec![tcp(5432, from("staging-app", "application")), tcp(5432, from("staging-db", "replication"))]),
        ),
        (TOOLS, "staging-balancer", "staging load balancer", vec![tcp(443, any("staging site")), tcp(443, any_v6("staging site"))]),
    ];
    let row =
        |(index, (account, name, description, inbound)): (u64, _)| Group { id: hex("sg", index), name, description, account, inbound };
    (0_u64..).zip(rows).map(row).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn world(instances: u32) -> World {
        World::new(1, instances, Span { start: 1_792_540_800, end: 1_795_132_800 }, Some(1_795_053_600))
    }

    #[test]
    fn a_fleet_has_the_asked_size_and_every_role() {
        for instances in [14, 16, 40, 200, 1000] {
            let world = world(instances.max(crate::Config::MIN_INSTANCES));
            assert_eq!(world.instances.len(), instances.max(crate::Config::MIN_INSTANCES) as usize);
            assert!(ROLES.iter().all(|spec| !world.members(spec.role).is_empty()));
        }
    }

    #[test]
    fn addresses_are_unique_and_inside_their_subnet() {
        let world = world(1000);
        let mut seen = BTreeSet::new();
        for interface in &world.interfaces {
            assert!(seen.insert(IpAddr::V4(interface.address)), "{} twice", interface.address);
            assert!(interface.public.is_none_or(|address| seen.insert(IpAddr::V4(address))));
            assert!(interface.v6.is_none_or(|address| seen.insert(IpAddr::V6(address))));
            let base = u32::from(world.subnets[interface.subnet].base);
            assert!((base..base + 4096).contains(&u32::from(interface.address)));
        }
        let ids: BTreeSet<_> = world.interfaces.iter().map(|interface| &interface.id).collect();
        assert_eq!(ids.len(), world.interfaces.len());
    }

    #[test]
    fn the_port_is_open_only_on_the_victim_and_only_afterwards() {
        let world = world(40);
        let opened = world.opened.unwrap();
        let victim = world.victim();
        assert!(!world.open_to_all(victim, 22, opened - 1) && world.open_to_all(victim, 22, opened));
        assert!(!world.open_to_all(world.members(Role::Web)[0], 22, opened));
        assert!(world.open_to_all(world.members(Role::Web)[0], 443, 0));
        assert_eq!(world.instance(victim).name, "web-3");
    }
}
