//! Every type of finding is held against the schemas.

use super::*;
use crate::{FindingType, sample, sample_resource};

/// OCSF's schema of the class, with the profiles `cloud` and `security_control`; see `fixtures/SOURCES.md`.
const OCSF: &str = include_str!("../../../../fixtures/ocsf/detection_finding-1.5.0.schema.json");

/// The part of JSON Schema that the schema uses. What it does not know fails, so that nothing passes unlooked at.
fn check(value: &Value, schema: &Value, root: &Value, at: &str, wrong: &mut Vec<String>) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                check(value, root.pointer(pointer).unwrap_or_else(|| panic!("{pointer}")), root, at, wrong);
            }
            "type" => {
                let fits = match wanted.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    other => panic!("{other}"),
                };
                if !fits {
                    wrong.push(format!("{at} is no {wanted}: {value}"));
                }
            }
            "required" => {
                for member in wanted.as_array().unwrap() {
                    if value.get(member.as_str().unwrap()).is_none() {
                        wrong.push(format!("{at} lacks {member}"));
                    }
                }
            }
            "properties" => {
                for (member, value) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = wanted.get(member) {
                        check(value, schema, root, &format!("{at}.{member}"), wrong);
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties");
                for member in value.as_object().into_iter().flatten().map(|(member, _)| member) {
                    if *wanted == Value::Bool(false) && known.is_none_or(|known| known.get(member).is_none()) {
                        wrong.push(format!("{at} has no {member}"));
                    }
                }
            }
            "enum" => {
                if !wanted.as_array().unwrap().contains(value) {
                    wrong.push(format!("{at} is none of {wanted}: {value}"));
                }
            }
            "const" => {
                if value != wanted {
                    wrong.push(format!("{at} is not {wanted}: {value}"));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, wanted, root, &format!("{at}[{index}]"), wrong);
                }
            }
            "anyOf" | "oneOf" => {
                let fitting = wanted.as_array().unwrap().iter().filter(|schema| {
                    let mut inner = Vec::new();
                    check(value, schema, root, at, &mut inner);
                    inner.is_empty()
                });
                let fitting = fitting.count();
                if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
                    wrong.push(format!("{at} fits {fitting} of {keyword}"));
                }
            }
            "minimum" | "maximum" => {
                let (value, limit) = (value.as_f64().unwrap_or_default(), wanted.as_f64().unwrap());
                if if keyword == "minimum" { value < limit } else { value > limit } {
                    wrong.push(format!("{at} is beyond {limit}: {value}"));
                }
            }
            "maxLength" => {
                if value.as_str().is_some_and(|text| text.chars().count() as u64 > wanted.as_u64().unwrap()) {
                    wrong.push(format!("{at} is longer than {wanted}"));
                }
            }
            // Definitions are looked up; the patterns are those of addresses and the like, which are written by code that has its own tests.
            "$defs" | "pattern" => {}
            other => panic!("{at}: {other}"),
        }
    }
}

fn findings() -> Vec<Finding> {
    let at: Timestamp = "2026-11-24T06:30:00Z".parse().unwrap();
    let of = |finding_type: &FindingType| {
        let mut occurrence = sample(*finding_type, at);
        occurrence.connection.local_port = occurrence.connection.local_port.or(Some(40_000));
        let mut other = occurrence.clone();
        other.occurrence_key = "other".to_owned();
        other.connection.remote_addr = "2001:db8::7".to_owned();
        Finding::assemble(occurrence.finding_id(), vec![occurrence, other], &sample_resource()).unwrap()
    };
    let mut findings: Vec<Finding> = FindingType::ALL.iter().map(of).collect();
    findings[0].archived = true;
    findings[1].archived = true;
    findings[1].suppressed_by = Some("known-scanner".to_owned());
    findings[2].group = Some("0".repeat(32));
    findings[3].account_id = None;
    findings[3].region = None;
    findings[4].entity = "eni-0a1b2c3d".to_owned();
    findings
}

#[test]
fn ocsf_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(OCSF).unwrap();
    for finding in findings() {
        let event = finding.to_ocsf();
        let mut wrong = Vec::new();
        check(&event, &schema, &schema, "event", &mut wrong);
        assert!(wrong.is_empty(), "{}: {wrong:#?}", finding.finding_type);
        assert_eq!(event["type_uid"], 200_400 + event["activity_id"].as_i64().unwrap());
        assert_eq!(event["evidences"].as_array().unwrap().len(), 2);
        assert_ne!(event["finding_info"]["attacks"][0]["tactic"]["uid"], "TA0000", "{}", finding.finding_type);
    }
}

#[test]
fn the_check_sees_mistakes() {
    let schema: Value = serde_json::from_str(OCSF).unwrap();
    let mut event = findings()[0].to_ocsf();
    event["severity_id"] = 77.into();
    event["unheard_of"] = 1.into();
    event["finding_info"].as_object_mut().unwrap().remove("uid");
    event["time"] = "noon".into();
    let mut wrong = Vec::new();
    check(&event, &schema, &schema, "event", &mut wrong);
    assert_eq!(wrong.len(), 4, "{wrong:#?}");
}

#[test]
fn asff_has_what_security_hub_requires() {
    for finding in findings() {
        let written = finding.to_asff();
        // Security Hub user guide, "Required top-level attributes of the ASFF".
        for member in [
            "AwsAccountId",
            "CreatedAt",
            "Description",
            "GeneratorId",
            "Id",
            "ProductArn",
            "Resources",
            "SchemaVersion",
            "Severity",
            "Title",
            "Types",
            "UpdatedAt",
        ] {
            assert!(!written[member].is_null(), "{member}");
        }
        assert_eq!(written["SchemaVersion"], "2018-10-08");
        let label = written["Severity"]["Label"].as_str().unwrap();
        assert!(["LOW", "MEDIUM", "HIGH", "CRITICAL"].contains(&label));
        for list in ["Types", "Resources"] {
            assert!(!written[list].as_array().unwrap().is_empty());
        }
        // A type is namespace/category/classifier, with namespaces that are given.
        let parts: Vec<&str> = written["Types"][0].as_str().unwrap().split('/').collect();
        assert_eq!(parts.len(), 3, "{parts:?}");
        assert!(["TTPs", "Effects"].contains(&parts[0]));
        assert!(
            written["Title"].as_str().unwrap().chars().count() <= 256 && written["Description"].as_str().unwrap().chars().count() <= 1_024
        );
        for member in ["FirstObservedAt", "LastObservedAt", "CreatedAt", "UpdatedAt"] {
            assert!(written[member].as_str().unwrap().ends_with('Z'), "{member}");
        }
        assert!(["NETWORK_CONNECTION", "PORT_PROBE"].contains(&written["Action"]["ActionType"].as_str().unwrap()));
        assert!(written["ProductFields"].as_object().unwrap().values().all(Value::is_string));
    }
    assert_eq!(findings()[1].to_asff()["Workflow"]["Status"], "SUPPRESSED");
    assert_eq!(findings()[4].to_asff()["Resources"][0]["Type"], "Other");
}
