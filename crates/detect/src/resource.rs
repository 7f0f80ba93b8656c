//! The resource that a finding is about, in the shape of GuardDuty's `instanceDetails`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An EC2 instance as the inventory describes it; without inventory, what its flow records say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
    /// Account that owns it. Not part of the details written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub account_id: Option<String>,
    /// Region it is in. Not part of the details written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub region: Option<String>,
    /// Instance id; for an entity that is no instance, the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance_id: Option<String>,
    /// Instance type such as `m5.large`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance_type: Option<String>,
    /// When it was launched, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub launch_time: Option<String>,
    /// State such as `running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance_state: Option<String>,
    /// Platform, `windows` or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub platform: Option<String>,
    /// Availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub availability_zone: Option<String>,
    /// Machine image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub image_id: Option<String>,
    /// Description of the machine image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub image_description: Option<String>,
    /// Outpost it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub outpost_arn: Option<String>,
    /// Instance profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub iam_instance_profile: Option<IamInstanceProfile>,
    /// Product codes.
    #[schema(required = true)]
    pub product_codes: Vec<ProductCode>,
    /// Tags.
    #[schema(required = true)]
    pub tags: Vec<Tag>,
    /// Network interfaces, the primary one first.
    #[schema(required = true)]
    pub network_interfaces: Vec<NetworkInterface>,
}

/// An instance profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IamInstanceProfile {
    /// Its ARN.
    pub arn: String,
    /// Its id.
    pub id: String,
}

/// A product code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductCode {
    /// The code.
    pub product_code_id: String,
    /// Its type.
    pub product_code_type: String,
}

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// A network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkInterface {
    /// Interface id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub network_interface_id: Option<String>,
    /// Primary private address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub private_ip_address: Option<String>,
    /// Private host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub private_dns_name: Option<String>,
    /// All private addresses.
    #[schema(required = true)]
    pub private_ip_addresses: Vec<PrivateIpAddressDetails>,
    /// Public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub public_ip: Option<String>,
    /// Public host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub public_dns_name: Option<String>,
    /// IPv6 addresses.
    #[schema(required = true)]
    pub ipv6_addresses: Vec<String>,
    /// Security groups.
    #[schema(required = true)]
    pub security_groups: Vec<SecurityGroup>,
    /// Subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub subnet_id: Option<String>,
    /// VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub vpc_id: Option<String>,
}

/// A private address of an interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PrivateIpAddressDetails {
    /// Private host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub private_dns_name: Option<String>,
    /// The address.
    #[schema(required = true)]
    pub private_ip_address: String,
}

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityGroup {
    /// Group id.
    #[schema(required = true)]
    pub group_id: String,
    /// Group name.
    #[schema(required = true)]
    pub group_name: String,
}

impl Resource {
    /// What can be said of an entity without an inventory: an interface is its own network interface, anything else only has its id.
    pub fn unknown(entity: &str, account_id: Option<&str>, region: Option<&str>) -> Self {
        let network_interfaces = match flow::EntityKind::of(entity) {
            flow::EntityKind::Interface => {
                vec![NetworkInterface { network_interface_id: Some(entity.to_owned()), ..NetworkInterface::default() }]
            }
            _ => Vec::new(),
        };
        Self {
            account_id: account_id.map(str::to_owned),
            region: region.map(str::to_owned),
            instance_id: Some(entity.to_owned()),
            network_interfaces,
            ..Self::default()
        }
    }

    /// The partition of the region.
    pub fn partition(&self) -> &'static str {
        match self.region.as_deref() {
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The address and interface that the finding's local side is shown with: those of the primary interface, in the family of the
    /// remote address where there is one.
    pub(crate) fn local_address(&self, ipv4: bool) -> Option<&str> {
        let interface = self.network_interfaces.first()?;
        let v6 = interface.ipv6_addresses.first().map(String::as_str);
        if ipv4 { interface.private_ip_address.as_deref() } else { v6 }
    }
}
