//! Where an address is, and whose: country, city, autonomous system, from mmdb files that the user brings.
//!
//! Two schemas are read, mixed as they come: the nested one of MaxMind (`country.iso_code`, `city.names.en`, `location.latitude`,
//! `autonomous_system_number`), and flat ones (`country_code`, `city`, `latitude`, `as_name`, and `asn` as the text `AS64500`).
//! Source: MaxMind DB file format 2.0; the published field lists of MaxMind, IPinfo and DB-IP.

use std::path::{Path, PathBuf};

use flow::{Address, Timestamp};
use maxminddb::Reader;
use serde::{Deserialize, Serialize};

use crate::GeoError;

/// What is known of where an address is. Everything unknown is absent; so is everything about private addresses.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Location {
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// Its name in English, when the file has names.
    pub country_name: Option<String>,
    /// City, in English.
    pub city: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Number of the autonomous system that announces the address.
    pub asn: Option<u32>,
    /// Who runs it.
    pub as_org: Option<String>,
}

/// A file in use, so that a stale one can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GeoFile {
    /// Where it is.
    pub path: PathBuf,
    /// What its maker calls it, such as `GeoLite2-City`.
    pub database_type: String,
    /// Its maker's description, in English or else in the first language there is.
    pub description: Option<String>,
    /// When it was built.
    pub built: Timestamp,
    /// 4 when it knows IPv4 only, 6 when it knows both.
    pub ip_version: u16,
}

/// Geography files, looked up in the order given: the first that knows a field gives it.
#[derive(Debug, Default)]
pub struct Geo {
    files: Vec<(PathBuf, Reader<Vec<u8>>)>,
}

impl Geo {
    /// Without any file: nothing is known of any address.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads the files into memory. What a file holds is told by its fields, not by its name.
    ///
    /// # Errors
    /// The first file that cannot be read, or is no mmdb file.
    pub fn open(paths: &[PathBuf]) -> Result<Self, GeoError> {
        let open = |path: &PathBuf| {
            let reader = Reader::open_readfile(path).map_err(|source| GeoError { path: path.clone(), source })?;
            Ok((path.clone(), reader))
        };
        Ok(Self { files: paths.iter().map(open).collect::<Result<_, GeoError>>()? })
    }

    /// Whether there is no file.
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files in use.
    pub fn describe(&self) -> Vec<GeoFile> {
        self.files.iter().map(|(path, reader)| describe(path, reader)).collect()
    }

    /// Everything known of where `address` is. Private addresses are nowhere, and what a file cannot answer, such as IPv6 in a file
    /// for IPv4, is unknown.
    pub fn lookup(&self, address: Address) -> Location {
        let mut location = Location::default();
        self.each(address, |record: Record<'_>| {
            let (asn, as_org) = record.system();
            fill(&mut location.asn, asn);
            fill(&mut location.as_org, as_org.map(str::to_owned));
            fill(&mut location.country, record.country_code().map(str::to_owned));
            fill(&mut location.country_name, record.country_name().map(str::to_owned));
            fill(&mut location.city, record.city.and_then(Place::name).map(str::to_owned));
            let (latitude, longitude) = match record.location {
                Some(Place::Nested(point)) => (point.latitude, point.longitude),
                _ => (None, None),
            };
            // Both or neither: a point is not made of two files.
            if location.latitude.is_none() {
                location.latitude = latitude.or_else(|| record.latitude.or(record.lat).and_then(Number::real));
                location.longitude = longitude.or_else(|| record.longitude.or(record.lng).and_then(Number::real));
            }
        });
        location
    }

    /// The two fields that are stored with every record: country and autonomous system.
    pub(crate) fn brief(&self, address: Address, mut country: impl FnMut(&str)) -> Option<u32> {
        let (mut known, mut asn) = (false, None);
        self.each(address, |record: Brief<'_>| {
            if !known && let Some(code) = record.country_code() {
                known = true;
                country(code);
            }
            fill(&mut asn, record.system().0);
        });
        asn
    }

    fn each<'a, T: Deserialize<'a>>(&'a self, address: Address, mut use_record: impl FnMut(T)) {
        if !address.is_public() {
            return;
        }
        for (_, reader) in &self.files {
            // An error here means that this file cannot answer: it is for IPv4 only, or the record is of another make.
            if let Ok(Some(record)) = reader.lookup(address.to_ip()).and_then(|found| found.decode::<T>()) {
                use_record(record);
            }
        }
    }
}

fn describe(path: &Path, reader: &Reader<Vec<u8>>) -> GeoFile {
    let metadata = reader.metadata();
    let description = metadata.description.get("en").or_else(|| metadata.description.values().next());
    GeoFile {
        path: path.to_owned(),
        database_type: metadata.database_type.clone(),
        description: description.cloned(),
        built: Timestamp::from_secs(i64::try_from(metadata.build_epoch).unwrap_or(i64::MAX)),
        ip_version: metadata.ip_version,
    }
}

fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// A field that is a text in flat files and a map in nested ones.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Place<'a> {
    Flat(&'a str),
    #[serde(borrow)]
    Nested(Nested<'a>),
    Other(serde::de::IgnoredAny),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Nested<'a> {
    #[serde(borrow)]
    iso_code: Option<&'a str>,
    #[serde(borrow)]
    names: Names<'a>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names<'a> {
    #[serde(borrow)]
    en: Option<&'a str>,
}

/// A number that some files write as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number<'a> {
    Whole(u64),
    Real(f64),
    Text(&'a str),
    Other(serde::de::IgnoredAny),
}

macro_rules! records {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $kind:ty,)* })+) => { $(
        $(#[$meta])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        struct $name<'a> {
            #[serde(borrow)]
            country: Option<Place<'a>>,
            country_code: Option<&'a str>,
            // The autonomous system, under any of the names in use. Spelled out, since serde's `flatten` would read whole records.
            #[serde(borrow)]
            autonomous_system_number: Option<Number<'a>>,
            autonomous_system_organization: Option<&'a str>,
            #[serde(borrow)]
            asn: Option<Number<'a>>,
            as_name: Option<&'a str>,
            as_organization: Option<&'a str>,
            organization: Option<&'a str>,
            $(#[serde(borrow)] $field: $kind,)*
        }

        impl $name<'_> {
            fn country_code(&self) -> Option<&str> {
                let nested = match &self.country {
                    Some(Place::Nested(country)) => country.iso_code,
                    // Two letters are a code, more are a name.
                    Some(Place::Flat(text)) if text.len() == 2 => Some(*text),
                    _ => None,
                };
                // ZZ is the code for an unknown country.
                nested.or(self.country_code).filter(|code| code.len() == 2 && *code != "ZZ")
            }

            fn system(&self) -> (Option<u32>, Option<&str>) {
                let number = self.autonomous_system_number.as_ref().and_then(Number::whole);
                let names = [self.autonomous_system_organization, self.as_name, self.as_organization, self.organization];
                (number.or_else(|| self.asn.as_ref().and_then(Number::whole)), names.into_iter().flatten().find(|name| !name.is_empty()))
            }
        }
    )+ };
}

records! {
    /// What is stored with records.
    Brief {}
    /// Everything.
    Record {
        country_name: Option<&'a str>,
        city: Option<Place<'a>>,
        location: Option<Place<'a>>,
        latitude: Option<Number<'a>>,
        longitude: Option<Number<'a>>,
        lat: Option<Number<'a>>,
        lng: Option<Number<'a>>,
    }
}

impl Record<'_> {
    fn country_name(&self) -> Option<&str> {
        let nested = match &self.country {
            Some(Place::Nested(country)) => country.names.en,
            Some(Place::Flat(text)) if text.len() > 2 => Some(*text),
            _ => None,
        };
        nested.or(self.country_name).filter(|name| !name.is_empty())
    }
}

impl<'a> Place<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            Self::Flat(text) => Some(text),
            Self::Nested(place) => place.names.en,
            Self::Other(_) => None,
        }
        .filter(|name| !name.is_empty())
    }
}

impl Number<'_> {
    #[expect(clippy::cast_precision_loss, reason = "degrees are small")]
    fn real(self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(number as f64),
            Self::Real(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
            Self::Other(_) => None,
        }
        .filter(|number| number.is_finite())
    }

    fn whole(&self) -> Option<u32> {
        match self {
            Self::Whole(number) => u32::try_from(*number).ok(),
            Self::Text(text) => {
                let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
                digits.parse().ok()
            }
            Self::Real(_) | Self::Other(_) => None,
        }
        // 0 is reserved (RFC 7607) and means "none" here.
        .filter(|&number| number != 0)
    }
}

#[cfg(test)]
mod tests;
