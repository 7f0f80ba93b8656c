//! Parameters of requests, read and checked.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use detect::FindingType;
use flow::{HOUR_SECS, TimeRange, Timestamp};
use query::panels::{DetailFilter, DetailSort, NovelPage};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use state::{Choice, FindingFilter, FindingSort};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use crate::investigate::{DetailsQuery, SeriesKey};
use crate::{ApiError, InvestigateError};

/// Most rows of one page.
pub(super) const PAGE_CAP: usize = 1_000;
/// Most rows of one CSV file.
pub(super) const CSV_CAP: usize = 100_000;
/// Longest identifier.
const ID_CAP: usize = 256;

/// Query parameters; what is wrong with them is told as a problem.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(params)| Self(params)).map_err(|error| ApiError::bad_request(error.body_text()))
    }
}

/// An identifier in the path.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|error| ApiError::bad_request(error.body_text()))?;
        if id.trim().is_empty() || id.len() > ID_CAP || id.chars().any(char::is_control) {
            return Err(ApiError::bad_request(format!("an identifier has 1 to {ID_CAP} characters, none of them a control character")));
        }
        Ok(Self(id))
    }
}

/// A JSON body; what is wrong with it is told as a problem.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) => Err(ApiError::new(error.status(), error.body_text())),
        }
    }
}

/// The scope of a question.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ScopeParams {
    /// Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default.
    pub(super) from: Option<String>,
    /// End, in the same forms. The end of the data by default.
    pub(super) to: Option<String>,
}

impl ScopeParams {
    pub(super) async fn range(&self, state: &ApiState) -> Result<TimeRange, InvestigateError> {
        let text = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (from, to) = (text(&self.from), text(&self.to));
        state.investigator().scope(from.as_deref(), to.as_deref()).await
    }
}

/// Length of bins.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BinParams {
    /// Length of the bins: seconds, or a length such as `1h`, `15m`, `1d`. Chosen by the length of the scope by default.
    bin: Option<String>,
}

impl BinParams {
    /// The length in seconds, if one was given.
    pub(super) fn secs(&self) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.bin.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
        let (number, unit) = match text.char_indices().last() {
            Some((at, 's')) => (&text[..at], 1),
            Some((at, 'm')) => (&text[..at], 60),
            Some((at, 'h')) => (&text[..at], HOUR_SECS),
            Some((at, 'd')) => (&text[..at], flow::DAY_SECS),
            _ => (text, 1),
        };
        let secs =
            number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit)).filter(|secs| (1..=366 * flow::DAY_SECS).contains(secs));
        secs.map(Some).ok_or_else(|| ApiError::bad_request(format!("{text:?} is no length of time: write 3600, 15m, 1h or 1d")))
    }
}

/// A number of rows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LimitParams {
    /// Rows to give, at most 1,000; 100 by default.
    limit: Option<u32>,
}

impl LimitParams {
    pub(super) fn rows(&self) -> Result<u32, ApiError> {
        let limit = self.limit.unwrap_or(100);
        if limit == 0 || limit > 1_000 { Err(ApiError::bad_request("limit is 1 to 1000")) } else { Ok(limit) }
    }
}

/// Which new values.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NovelParams {
    /// Of this kind only: `remote_port`, `local_port`, `remote_addr`, `remote_net`, `asn` or `country`.
    kind: Option<String>,
    /// Of each kind, how many with more bytes are left out.
    offset: Option<u32>,
    /// Of each kind, how many are given, at most 1,000; 100 by default.
    limit: Option<u32>,
}

impl NovelParams {
    pub(super) fn page(&self) -> Result<NovelPage<'_>, ApiError> {
        const KINDS: [&str; 6] = ["remote_port", "local_port", "remote_addr", "remote_net", "asn", "country"];
        if let Some(kind) = self.kind.as_deref().filter(|kind| !KINDS.contains(kind)) {
            return Err(ApiError::bad_request(format!("{kind:?} is no kind; the kinds are {}", KINDS.join(", "))));
        }
        let limit = LimitParams { limit: self.limit }.rows()?;
        Ok(NovelPage { kind: self.kind.as_deref(), offset: self.offset.unwrap_or(0), limit })
    }
}

/// Which details.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DetailParams {
    /// Remote address: networks as CIDR, or parts of the text. Here as in every filter: values separated by commas, of which a row has one;
    /// with `!` before it, a value that a row does not have. `10.0.0.0/8,!10.0.3.7`.
    remote: Option<String>,
    /// `public` or `private` remotes.
    reach: Option<String>,
    /// Ports at the entity.
    local_port: Option<String>,
    /// Ports at the other side.
    remote_port: Option<String>,
    /// Ports at either side.
    port: Option<String>,
    /// Protocols by name or number.
    protocol: Option<String>,
    /// Who opened the connection: `inbound`, `outbound` or `unknown`.
    direction: Option<String>,
    /// `accept` or `reject`.
    action: Option<String>,
    /// Whether `all` filters have to hold, which is the default, or `any` one of them.
    #[serde(rename = "match")]
    matching: Option<String>,
    /// What to order by: `annotated` (rows of findings first, then bytes in), `remote`, `local_port`, `remote_port`, `protocol`,
    /// `direction`, `action`, `bytes_in`, `bytes_out`, `packets_in`, `packets_out`, `flows`, `first`, `last`.
    #[param(value_type = Option<String>)]
    sort: Option<DetailSort>,
    /// `asc` or `desc`; `desc` by default.
    order: Option<String>,
    /// Whether the client's port is folded away.
    fold: Option<bool>,
    /// Rows to pass over.
    offset: Option<usize>,
    /// Rows to give, at most 1,000, or 100,000 as CSV; 100 by default, everything as CSV.
    limit: Option<usize>,
}

impl DetailParams {
    pub(super) fn query(self, csv: bool) -> Result<DetailsQuery, ApiError> {
        let (cap, usual) = if csv { (CSV_CAP, CSV_CAP) } else { (PAGE_CAP, 100) };
        let limit = self.limit.unwrap_or(usual);
        if limit == 0 || limit > cap {
            return Err(ApiError::bad_request(format!("limit is 1 to {cap}")));
        }
        let mut filter = DetailFilter::default();
        let texts = [self.remote, self.reach, self.local_port, self.remote_port, self.port, self.protocol, self.direction, self.action];
        for (property, text) in DetailFilter::PROPERTIES.into_iter().zip(texts) {
            filter.add(property, text.as_deref().unwrap_or_default()).map_err(|error| ApiError::bad_request(error.to_string()))?;
        }
        filter.match_any(any(self.matching.as_deref())?);
        Ok(DetailsQuery {
            filter,
            sort: self.sort.unwrap_or_default(),
            descending: descending(self.order.as_deref())?,
            fold: self.fold.unwrap_or(false),
            offset: self.offset.unwrap_or(0),
            limit,
        })
    }
}

/// Which connections a line is of.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesParams {
    /// The entity, when the details are about an address or an account.
    row_entity: Option<String>,
    /// The remote address.
    remote: Option<String>,
    /// Port at the entity.
    local_port: Option<u16>,
    /// Port at the other side.
    remote_port: Option<u16>,
    /// Protocol by name or number.
    protocol: Option<String>,
    /// `accept` or `reject`.
    action: Option<String>,
}

impl SeriesParams {
    pub(super) fn key(self) -> Result<SeriesKey, ApiError> {
        Ok(SeriesKey {
            entity: self.row_entity,
            // As the lake writes it.
            remote: self.remote.map(|text| flow::Address::parse(text.as_bytes()).map_or(text, |address| address.to_string())),
            local_port: self.local_port,
            remote_port: self.remote_port,
            protocol: protocol(self.protocol.as_deref())?,
            action: action(self.action)?,
        })
    }
}

/// The finding that answers are about.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AboutParams {
    /// Id of the finding that the answers are about. Its scope is the default of `from` and `to` then.
    pub(super) finding: Option<String>,
}

/// What to search for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchParams {
    /// An identifier, a `Name` tag, an address, a network, an account, or a finding's id; `*` and `?` are wildcards.
    pub(super) text: String,
}

/// Which findings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingParams {
    /// Types. Here as in every filter: values separated by commas, of which a finding has one; with `!` before it, a value that it does
    /// not have.
    #[serde(rename = "type")]
    types: Option<String>,
    /// Severities in words: `low`, `medium`, `high`, `critical`.
    severity: Option<String>,
    /// Least severity as a number, 1.0 to 10.0.
    min_severity: Option<f64>,
    /// Entities.
    entity: Option<String>,
    /// Accounts.
    account: Option<String>,
    /// Remote addresses among the actors.
    remote: Option<String>,
    /// Whether `all` of type, severity, entity, account, remote and text have to hold, which is the default, or `any` one of them.
    #[serde(rename = "match")]
    matching: Option<String>,
    /// `true` for those put away, `false` for the others; all by default.
    archived: Option<bool>,
    /// Last seen at or after: RFC 3339, a date, Unix seconds, or an offset such as `-7d` from the end of the data.
    from: Option<String>,
    /// First seen before, in the same forms.
    to: Option<String>,
    /// A part of title, description, id, type, entity, account, note or a remote address.
    text: Option<String>,
    /// What to order by: `last_seen`, `first_seen`, `severity`, `count`, `type`, `entity`.
    #[param(value_type = Option<String>)]
    sort: Option<FindingSort>,
    /// `asc` or `desc`; `desc` by default.
    order: Option<String>,
    /// Findings to pass over.
    offset: Option<u64>,
    /// Findings to give, at most 1,000; 100 by default.
    limit: Option<u64>,
}

/// A filter with its page.
pub(super) struct FindingQuery {
    pub(super) filter: FindingFilter,
    pub(super) sort: FindingSort,
    pub(super) descending: bool,
    pub(super) offset: u64,
    pub(super) limit: u64,
}

impl FindingParams {
    pub(super) async fn query(self, state: &ApiState) -> Result<FindingQuery, ApiError> {
        let limit = self.limit.unwrap_or(100);
        if limit == 0 || limit > PAGE_CAP as u64 {
            return Err(ApiError::bad_request(format!("limit is 1 to {PAGE_CAP}")));
        }
        let end = state.investigator().lake_range().await?.last.unwrap_or_default();
        let time = |text: Option<String>| {
            let text = text.filter(|text| !text.trim().is_empty());
            text.map(|text| Timestamp::parse_relative(&text, end)).transpose().map_err(|error| ApiError::bad_request(error.to_string()))
        };
        let types = Choice::parse(self.types.as_deref().unwrap_or_default(), |name| {
            FindingType::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = FindingType::ALL.iter().map(|known| known.name()).collect();
                ApiError::bad_request(format!("{name:?} is no type of finding: {}", known.join(", ")))
            })
        })?;
        let severities = Choice::parse(self.severity.as_deref().unwrap_or_default(), str::parse).map_err(ApiError::bad_request)?;
        let texts = |text: Option<String>| -> Result<Choice<String>, ApiError> {
            Choice::parse(text.as_deref().unwrap_or_default(), |word| Ok(word.to_owned()))
        };
        let address = |text: &str| flow::Address::parse(text.as_bytes()).map_or_else(|| text.to_owned(), |address| address.to_string());
        Ok(FindingQuery {
            filter: FindingFilter {
                types,
                severities,
                entities: texts(self.entity)?,
                accounts: texts(self.account)?,
                remotes: Choice::parse(self.remote.as_deref().unwrap_or_default(), |word| Ok::<_, ApiError>(address(word)))?,
                text: self.text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
                any: any(self.matching.as_deref())?,
                min_severity: self.min_severity,
                archived: self.archived,
                from: time(self.from)?,
                to: time(self.to)?,
            },
            sort: self.sort.unwrap_or_default(),
            descending: descending(self.order.as_deref())?,
            offset: self.offset.unwrap_or(0),
            limit,
        })
    }
}

/// The form of exported findings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FormatParams {
    /// `guardduty`, which is the default, `ocsf` (Detection Finding of OCSF 1.5.0), `asff`, or `jsonl`: GuardDuty's form, one finding a line.
    pub(super) format: Option<String>,
}

/// A query that somebody typed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct SqlRequest {
    /// The SQL; reads only.
    pub(super) query: String,
    /// Most rows, 1 to 10,000; 1,000 by default. An answer with more is refused.
    pub(super) limit: Option<usize>,
}

/// Findings to put away, or to take back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct ArchiveRequest {
    /// Ids of the findings, at most 1,000.
    pub(super) ids: Vec<String>,
    /// Whether they are put away.
    pub(super) archived: bool,
}

/// A note on a finding.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct NoteRequest {
    /// The note, at most 4,000 characters; absent or empty to take it away.
    pub(super) note: Option<String>,
}

fn any(text: Option<&str>) -> Result<bool, ApiError> {
    match text {
        None | Some("" | "all") => Ok(false),
        Some("any") => Ok(true),
        Some(other) => Err(ApiError::bad_request(format!("{other:?} is no way to match: write all or any"))),
    }
}

fn protocol(text: Option<&str>) -> Result<Option<u8>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    flow::protocol_number(text).map(Some).ok_or_else(|| ApiError::bad_request(format!("{text:?} is no protocol")))
}

fn action(text: Option<String>) -> Result<Option<String>, ApiError> {
    match text.as_deref() {
        None | Some("") => Ok(None),
        Some("accept" | "reject") => Ok(text),
        Some(other) => Err(ApiError::bad_request(format!("{other:?} is no action: write accept or reject"))),
    }
}

fn descending(text: Option<&str>) -> Result<bool, ApiError> {
    match text {
        None | Some("" | "desc") => Ok(true),
        Some("asc") => Ok(false),
        Some(other) => Err(ApiError::bad_request(format!("{other:?} is no order: write asc or desc"))),
    }
}

/// Whether the client asks for CSV before JSON.
pub(super) fn wants_csv(headers: &axum::http::HeaderMap) -> bool {
    let accept = headers.get(axum::http::header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let position = |wanted: &str| accept.split(',').position(|part| part.split(';').next().is_some_and(|kind| kind.trim() == wanted));
    match (position("text/csv"), position("application/json")) {
        (Some(csv), Some(json)) => csv < json,
        (csv, _) => csv.is_some(),
    }
}

/// The status of something made unusable by its size.
pub(super) const TOO_LONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_lengths() {
        let secs = |text: &str| BinParams { bin: Some(text.to_owned()) }.secs().map_err(|error| error.client);
        assert_eq!(
            [secs("3600"), secs("1h"), secs("15m"), secs("1d"), secs("30s")],
            [Ok(Some(3_600)), Ok(Some(3_600)), Ok(Some(900)), Ok(Some(86_400)), Ok(Some(30))]
        );
        assert_eq!(secs(""), Ok(None));
        for text in ["0", "-1h", "h", "1y", "é", "99999999999999999999d"] {
            assert!(secs(text).is_err(), "{text}");
        }
    }

    #[test]
    fn csv_has_to_be_asked_for() {
        let wants = |accept: &str| wants_csv(&[(axum::http::header::ACCEPT, accept.parse().unwrap())].into_iter().collect());
        assert!(wants("text/csv"));
        assert!(wants("text/csv;q=0.9, application/json"));
        assert!(!wants("application/json, text/csv"));
        assert!(!wants("*/*"));
    }
}
