//! An entity in the shape that findings describe their resource with.

use detect::{IamInstanceProfile, NetworkInterface, PrivateIpAddressDetails, ProductCode, Resource, SecurityGroup, Tag};
use enrich::{AddressKind, Interface, Inventory};
use flow::Timestamp;

use super::Investigator;

impl Investigator {
    /// An entity as findings describe it; see [`resource`].
    pub fn resource(&self, entity: &str, at: Timestamp) -> Resource {
        resource(&self.inventory, entity, at)
    }
}

/// An entity as findings describe it, from the inventory as it was at `at`; what the inventory does not know is left out.
pub fn resource(inventory: &Inventory, entity: &str, at: Timestamp) -> Resource {
    let details = inventory.describe(entity, at);
    if !details.known {
        return Resource::unknown(entity, details.account.as_deref(), details.region.as_deref());
    }
    let mut resource = Resource {
        account_id: details.account,
        region: details.region,
        instance_id: Some(entity.to_owned()),
        availability_zone: details.zone,
        tags: details.tags.into_iter().map(|(key, value)| Tag { key, value }).collect(),
        network_interfaces: details.interfaces.iter().map(interface).collect(),
        ..Resource::default()
    };
    if let Some(instance) = details.instance {
        resource.instance_type = instance.instance_type;
        resource.launch_time = instance.launch_time.map(|time| time.to_string());
        resource.instance_state = instance.state;
        resource.platform = instance.platform;
        resource.image_id = instance.image_id;
        resource.outpost_arn = instance.outpost_arn;
        resource.iam_instance_profile = instance
            .instance_profile
            .map(|profile| IamInstanceProfile { arn: profile.arn.unwrap_or_default(), id: profile.id.unwrap_or_default() });
        resource.product_codes = instance
            .product_codes
            .into_iter()
            .map(|code| ProductCode { product_code_id: code.id.unwrap_or_default(), product_code_type: code.kind.unwrap_or_default() })
            .collect();
    }
    resource
}

fn interface(interface: &Interface) -> NetworkInterface {
    let public = interface.addresses.iter().find(|held| held.kind == AddressKind::Public);
    let private = interface.addresses.iter().filter(|held| matches!(held.kind, AddressKind::Primary | AddressKind::Secondary));
    NetworkInterface {
        network_interface_id: Some(interface.id.clone()),
        private_ip_address: interface.primary_address().map(|address| address.to_string()),
        private_dns_name: interface.private_dns_name.clone(),
        private_ip_addresses: private
            .map(|held| PrivateIpAddressDetails { private_dns_name: held.dns_name.clone(), private_ip_address: held.address.to_string() })
            .collect(),
        public_ip: public.map(|held| held.address.to_string()),
        public_dns_name: public.and_then(|held| held.dns_name.clone()),
        ipv6_addresses: interface.ipv6_addresses().map(|address| address.to_string()).collect(),
        security_groups: interface
            .security_groups
            .iter()
            .map(|group| SecurityGroup { group_id: group.id.clone(), group_name: group.name.clone().unwrap_or_default() })
            .collect(),
        subnet_id: interface.subnet_id.clone(),
        vpc_id: interface.vpc_id.clone(),
    }
}
