//! The XML that the EC2 API answers with, as the JSON that the AWS command line prints for the same call.
//!
//! Source: Amazon EC2 API reference, the `Describe…` operations: an element is a structure; one whose children are all `item` is a list;
//! names begin with a small letter. The command line's names are those of the API's model, which for lists are often others.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// Elements inside elements, at most; the answers read here have eight.
const DEPTH: usize = 32;

/// One page.
#[derive(Debug)]
pub(super) struct Page {
    /// What is listed.
    pub(super) items: Vec<Value>,
    /// Asks for the next page.
    pub(super) next: Option<String>,
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Reads the list in the element `list` of an answer.
///
/// # Errors
/// Why the answer cannot be understood, in words.
pub(super) fn page(xml: &str, list: &str) -> Result<Page, String> {
    let root = parse(xml)?;
    let child = |name: &str| root.children.iter().find(|child| child.name == name);
    let listed = child(list).ok_or_else(|| format!("a {} has no {list}", root.name))?;
    let items = listed.children.iter().map(|item| value(item, list)).collect();
    let next = child("nextToken").map(|token| token.text.clone()).filter(|token| !token.is_empty());
    Ok(Page { items, next })
}

/// The code and message of an answer that tells of an error.
pub(super) fn error(xml: &str) -> Option<(String, String)> {
    let mut element = parse(xml).ok()?;
    for name in ["Errors", "Error"] {
        let at = element.children.iter().position(|child| child.name == name)?;
        element = element.children.swap_remove(at);
    }
    let text = |name: &str| element.children.iter().find(|child| child.name == name).map(|child| child.text.clone());
    Some((text("Code")?, text("Message").unwrap_or_default()))
}

fn parse(xml: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => {
                if open.len() > DEPTH {
                    return Err("elements are nested too deeply".to_owned());
                }
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Empty(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                open.last_mut().ok_or("no element is open")?.children.push(Element { name, ..Element::default() });
            }
            Event::Text(text) => {
                let text = text.decode().map_err(|error| error.to_string())?;
                open.last_mut().ok_or("no element is open")?.text.push_str(&text);
            }
            Event::CData(text) => {
                let text = text.decode().map_err(|error| error.to_string())?;
                open.last_mut().ok_or("no element is open")?.text.push_str(&text);
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| error.to_string())?;
                let letter = match &*name {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => reference.resolve_char_ref().ok().flatten().ok_or_else(|| format!("the entity {name} is unknown"))?,
                };
                open.last_mut().ok_or("no element is open")?.text.push(letter);
            }
            Event::End(_) => {
                let done = open.pop().ok_or("no element is open")?;
                open.last_mut().ok_or("no element is open")?.children.push(done);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty()).ok_or("it ends within an element")?;
    document.children.pop().ok_or_else(|| "it is empty".to_owned())
}

/// What an element says; `parent` is the name of the list that it stands in.
fn value(element: &Element, parent: &str) -> Value {
    if element.children.is_empty() {
        return leaf(&element.name, &element.text);
    }
    if element.children.iter().all(|child| child.name == "item") {
        return element.children.iter().map(|child| value(child, &element.name)).collect();
    }
    let context = if element.name == "item" { parent } else { &element.name };
    let members = element.children.iter().map(|child| (name(&child.name, context), value(child, &child.name)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn leaf(name: &str, text: &str) -> Value {
    let text = text.trim();
    match name {
        _ if text.is_empty() => Value::Null,
        "fromPort" | "toPort" | "from" | "to" | "ruleNumber" | "deviceIndex" | "networkCardIndex" | "maxAggregationInterval" => {
            text.parse::<i64>().map_or(Value::Null, Value::from)
        }
        "egress" | "default" | "isDefault" | "primary" | "requesterManaged" | "mapPublicIpOnLaunch" => Value::Bool(text == "true"),
        _ => Value::from(text),
    }
}

/// The command line's name of an element inside `context`.
fn name(element: &str, context: &str) -> String {
    let known = match (element, context) {
        ("instancesSet", _) => "Instances",
        ("groupSet", "instancesSet") => "SecurityGroups",
        ("groupSet", _) => "Groups",
        ("networkInterfaceSet", _) => "NetworkInterfaces",
        ("tagSet", "networkInterfaceSet") => "TagSet",
        ("tagSet", _) => "Tags",
        ("instanceState", _) => "State",
        ("dnsName", "instancesSet") => "PublicDnsName",
        ("ipAddress", "instancesSet") => "PublicIpAddress",
        ("productCode", _) => "ProductCodeId",
        ("type", "productCodes") => "ProductCodeType",
        ("privateIpAddressesSet", _) => "PrivateIpAddresses",
        ("ipv6AddressesSet", _) => "Ipv6Addresses",
        ("ipv4PrefixSet", _) => "Ipv4Prefixes",
        ("ipv6PrefixSet", _) => "Ipv6Prefixes",
        ("groupDescription", _) => "Description",
        ("groups", "ipPermissions" | "ipPermissionsEgress") => "UserIdGroupPairs",
        ("associationSet", "networkAclSet") => "Associations",
        ("entrySet", _) => "Entries",
        ("default", _) => "IsDefault",
        (other, _) => {
            let mut letters = other.chars();
            return letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
        }
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_reads_as_the_command_line_prints_it() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <DescribeSecurityGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
              <requestId>1</requestId><nextToken>more</nextToken>
              <securityGroupInfo><item><ownerId>123456789012</ownerId><groupId>sg-1</groupId><groupName>web &amp; &#x61;pp</groupName>
                <groupDescription>front</groupDescription><vpcId>vpc-1</vpcId>
                <ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>
                  <groups><item><userId>123456789012</userId><groupId>sg-2</groupId></item></groups>
                  <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/></item></ipPermissions>
                <ipPermissionsEgress/><tagSet><item><key>Name</key><value/></item></tagSet></item></securityGroupInfo>
            </DescribeSecurityGroupsResponse>"#;
        let page = page(xml, "securityGroupInfo").unwrap();
        assert_eq!(page.next.as_deref(), Some("more"));
        let expected = json!([{"OwnerId": "123456789012", "GroupId": "sg-1", "GroupName": "web & app", "Description": "front", "VpcId": "vpc-1",
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                "UserIdGroupPairs": [{"UserId": "123456789012", "GroupId": "sg-2"}], "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": null}],
            "IpPermissionsEgress": null, "Tags": [{"Key": "Name", "Value": null}]}]);
        assert_eq!(Value::Array(page.items), expected);
    }

    #[test]
    fn what_is_no_answer_says_why() {
        let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
        for (xml, reason) in [("", "empty"), ("<a><b></a>", "b"), ("<a/>", "no vpcSet"), (&deep, "too deeply"), ("<a>&x;</a>", "entity")] {
            let error = page(xml, "vpcSet").unwrap_err();
            assert!(error.contains(reason), "{xml}: {error}");
        }
        let denied = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message></Error></Errors></Response>";
        assert_eq!(error(denied), Some(("UnauthorizedOperation".into(), "No.".into())));
    }
}
