//! The inventory, asked of EC2.

use std::collections::BTreeMap;
use std::time::Duration;

use collect::inventory::{Account, InventorySource, Snapshot};
use collect::{Aws, State};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::moto;
use crate::proxy::{Fault, Proxy};
use crate::world::{aws, clock};

const CALLS: usize = 7;

/// Asks for something to be made in a region.
async fn make(region: &str, form: &[(&str, &str)]) -> String {
    let scope = format!("AWS4-HMAC-SHA256 Credential=test/20260101/{region}/ec2/aws4_request, SignedHeaders=host, Signature=0");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).append_pair("Version", "2016-11-15").finish();
    let kind = "application/x-www-form-urlencoded";
    let request = client.post(format!("{}/", moto::url())).header("authorization", scope).header("content-type", kind).body(body);
    let response = request.send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{text}");
    text
}

/// The text of the first element of a name.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once('<').unwrap().0
}

fn start(settings: Account) -> (mpsc::Receiver<Snapshot>, std::sync::Arc<collect::Health>, CancellationToken) {
    let source = InventorySource::new(settings, clock());
    let (health, stop, (out, snapshots)) = (source.health(), CancellationToken::new(), mpsc::channel(1));
    tokio::spawn(source.run(out, stop.clone()));
    (snapshots, health, stop)
}

async fn take(snapshots: &mut mpsc::Receiver<Snapshot>, count: usize) -> Vec<Snapshot> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.push(tokio::time::timeout(Duration::from_secs(60), snapshots.recv()).await.unwrap().unwrap());
    }
    taken
}

#[tokio::test]
async fn every_page_of_every_region_is_what_the_import_reads() {
    let (first, second) = ("ap-south-1", "sa-east-1");
    let tag = [
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "a & b"),
    ];
    for _ in 0..12 {
        let run = [("Action", "RunInstances"), ("ImageId", "ami-12c6146b"), ("MinCount", "1"), ("MaxCount", "1")];
        make(first, &[&run[..], &tag[..]].concat()).await;
    }
    let vpcs = make(first, &[("Action", "DescribeVpcs")]).await;
    let vpc = element(&vpcs, "vpcId").to_owned();
    make(
        first,
        &[
            ("Action", "CreateFlowLogs"),
            ("ResourceType", "VPC"),
            ("ResourceId.1", &vpc),
            ("TrafficType", "ALL"),
            ("LogDestinationType", "cloud-watch-logs"),
            ("LogGroupName", "flow"),
            ("DeliverLogsPermissionArn", "arn:aws:iam::123456789012:role/r"),
            ("LogFormat", "${version} ${srcaddr} ${dstaddr}"),
        ],
    )
    .await;

    let proxy = Proxy::start(moto::url(), |_, number| match number % 6 {
        1 => Some(Fault::Busy),
        3 => Some(Fault::CutShort),
        _ => None,
    })
    .await;
    let settings =
        Account { aws: aws(&proxy.url), regions: vec![first.into(), second.into()], every_secs: 3_600, page: 5, ..Account::default() };
    let (mut snapshots, health, stop) = start(settings);
    let taken = take(&mut snapshots, 2 * CALLS).await;
    let mut inventory = enrich::Inventory::default();
    let mut counts = BTreeMap::new();
    for snapshot in &taken {
        let read = inventory.add(&snapshot.json, snapshot.time).unwrap();
        assert_eq!(read.skipped, 0, "{}", String::from_utf8_lossy(&snapshot.json));
        counts.insert((snapshot.region.as_str(), snapshot.kind), read.total());
    }
    assert_eq!((counts[&(first, "instances")], counts[&(first, "network-interfaces")]), (12, 12), "{counts:?}");
    assert_eq!((counts[&(second, "instances")], counts[&(first, "flow-logs")], counts[&(second, "flow-logs")]), (0, 1, 0));
    for kind in ["security-groups", "network-acls", "subnets", "vpcs"] {
        assert!(counts[&(first, kind)] > 0 && counts[&(second, kind)] > 0, "{kind}: {counts:?}");
    }
    let document = |kind: &str| {
        let snapshot = taken.iter().find(|snapshot| snapshot.region == first && snapshot.kind == kind).unwrap();
        serde_json::from_slice::<serde_json::Value>(&snapshot.json).unwrap()
    };
    let instance = document("instances")["Reservations"][0]["Instances"][0].clone();
    assert_eq!((instance["Tags"][0]["Value"].as_str(), instance["VpcId"].as_str()), (Some("a & b"), Some(vpc.as_str())), "{instance}");
    // This simulator names no groups in an instance that was started without any; its own document has them.
    assert!(document("security-groups")["SecurityGroups"][0]["GroupId"].as_str().unwrap().starts_with("sg-"));
    let log = document("flow-logs")["FlowLogs"][0].clone();
    assert_eq!((log["LogFormat"].as_str(), log["ResourceId"].as_str()), (Some("${version} ${srcaddr} ${dstaddr}"), Some(vpc.as_str())));
    assert!(log["MaxAggregationInterval"].is_i64());
    assert!(proxy.count(Fault::Busy) > 0 && proxy.count(Fault::CutShort) > 0);
    assert_eq!(health.report().errors, 0);
    stop.cancel();
    assert!(tokio::time::timeout(Duration::from_secs(20), snapshots.recv()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_region_with_a_part_that_fails_sends_nothing_and_says_why() {
    let proxy = Proxy::start("http://127.0.0.1:9", |_, _| Some(Fault::Busy)).await;
    let settings = Account { aws: Aws { timeout_secs: Some(1), ..aws(&proxy.url) }, ..Account::default() };
    let (mut snapshots, health, _stop) = start(settings);
    let failing = async {
        while health.report().state != State::Failing {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), failing).await.unwrap();
    assert!(snapshots.try_recv().is_err());
    assert!(health.report().last_error.unwrap().message.contains("503"));
}
