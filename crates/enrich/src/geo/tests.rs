use std::path::PathBuf;

use super::*;
use crate::testing::mmdb::{Value, map, write};

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("enrich-{}-{name}.mmdb", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

fn open(name: &str, databases: &[Vec<u8>]) -> Geo {
    let paths: Vec<PathBuf> = databases.iter().enumerate().map(|(index, bytes)| file(&format!("{name}-{index}"), bytes)).collect();
    let geo = Geo::open(&paths).unwrap();
    for path in paths {
        std::fs::remove_file(path).unwrap();
    }
    geo
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn nested() -> Vec<u8> {
    let record = map([
        ("country", map([("iso_code", text("DE")), ("names", map([("de", text("Deutschland")), ("en", text("Germany"))]))])),
        ("city", map([("geoname_id", Value::Number(2_950_159)), ("names", map([("en", text("Berlin"))]))])),
        ("location", map([("latitude", Value::Real(52.5)), ("longitude", Value::Real(13.4)), ("time_zone", text("Europe/Berlin"))])),
        ("traits", map([("is_anycast", Value::Flag(true))])),
    ]);
    write("Nested-City", 1_700_000_000, 6, &[("203.0.113.0/24", record.clone()), ("2001:db8::/32", record)])
}

fn asn() -> Vec<u8> {
    let record = map([("autonomous_system_number", Value::Number(64_500)), ("autonomous_system_organization", text("Example Net"))]);
    write("Nested-ASN", 1_700_000_000, 6, &[("203.0.113.0/24", record)])
}

fn flat() -> Vec<u8> {
    let record = map([
        ("country_code", text("FR")),
        ("city", text("Paris")),
        ("latitude", Value::Real(48.8)),
        ("longitude", Value::Real(2.3)),
        ("as_name", text("Exemple SA")),
        ("asn", text("AS64501")),
    ]);
    write("flat", 1_600_000_000, 4, &[("203.0.113.0/24", record.clone()), ("198.51.100.0/25", record)])
}

#[test]
fn nested_schema() {
    let geo = open("nested", &[nested(), asn()]);
    for remote in ["203.0.113.9", "::ffff:203.0.113.9"] {
        let found = geo.lookup(address(remote));
        assert_eq!(
            (found.country.as_deref(), found.country_name.as_deref(), found.city.as_deref()),
            (Some("DE"), Some("Germany"), Some("Berlin"))
        );
        assert_eq!((found.latitude, found.longitude), (Some(52.5), Some(13.4)));
        assert_eq!((found.asn, found.as_org.as_deref()), (Some(64_500), Some("Example Net")));
    }
    assert_eq!(geo.lookup(address("2001:db8::1")).city.as_deref(), Some("Berlin"));
    assert_eq!(geo.lookup(address("192.0.2.1")), Location::default());
    assert_eq!(geo.lookup(address("10.0.0.1")), Location::default());
}

#[test]
fn flat_schema() {
    let geo = open("flat", &[flat()]);
    let found = geo.lookup(address("198.51.100.7"));
    assert_eq!((found.country.as_deref(), found.city.as_deref()), (Some("FR"), Some("Paris")));
    assert_eq!((found.latitude, found.longitude), (Some(48.8), Some(2.3)));
    assert_eq!((found.asn, found.as_org.as_deref()), (Some(64_501), Some("Exemple SA")));
    assert_eq!(geo.lookup(address("198.51.100.200")), Location::default());
    assert_eq!(geo.lookup(address("2001:db8::1")), Location::default(), "a file for IPv4 knows no IPv6, which is no error");
}

#[test]
fn flat_schema_of_countries_by_name() {
    let record = map([
        ("country", text("IT")),
        ("country_name", text("Italy")),
        ("lat", text("41.9")),
        ("lng", text("12.5")),
        ("asn", Value::Number(64_502)),
    ]);
    let geo = open("named", &[write("named", 1, 4, &[("203.0.113.0/24", record)])]);
    let found = geo.lookup(address("203.0.113.9"));
    assert_eq!((found.country.as_deref(), found.country_name.as_deref()), (Some("IT"), Some("Italy")));
    assert_eq!((found.latitude, found.longitude, found.asn), (Some(41.9), Some(12.5), Some(64_502)));
}

#[test]
fn the_first_file_that_knows_a_field_gives_it() {
    let geo = open("order", &[asn(), flat(), nested()]);
    let found = geo.lookup(address("203.0.113.9"));
    assert_eq!((found.asn, found.country.as_deref(), found.country_name.as_deref()), (Some(64_500), Some("FR"), Some("Germany")));
    let mut country = String::new();
    assert_eq!(geo.brief(address("203.0.113.9"), |code| country.push_str(code)), Some(64_500));
    assert_eq!(country, "FR");
}

#[test]
fn files_tell_their_age() {
    let described = open("age", &[nested(), flat()]).describe();
    assert_eq!((described[0].database_type.as_str(), described[0].ip_version), ("Nested-City", 6));
    assert_eq!((described[1].built.to_string().as_str(), described[1].ip_version), ("2020-09-13T12:26:40Z", 4));
}

#[test]
fn what_is_no_mmdb_is_named() {
    let path = file("broken", b"not a database");
    let error = Geo::open(std::slice::from_ref(&path)).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(error.path, path);
    assert!(Geo::open(&[PathBuf::from("/nowhere.mmdb")]).is_err());
}
