//! The description of all this: OpenAPI.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{entities, findings, groups, lake, operations, suppression};
use crate::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Weir",
        version = "1",
        description = "VPC flow-log investigation. Times are RFC 3339, UTC; every panel carries the SQL that gives its rows again, and what is \
                       missing from the time it is about.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "entities", description = "Entities and the panels of their profiles."),
        (name = "findings", description = "Findings and what people decide about them."),
        (name = "lake", description = "The lake as a whole: its first page, its sources, search, SQL."),
        (name = "operations", description = "Health and counters."),
    ),
    paths(
        lake::range,
        lake::summary,
        lake::sources,
        lake::verify,
        lake::search,
        lake::sql,
        entities::list,
        entities::head,
        entities::profile,
        entities::volume,
        entities::details,
        entities::details_csv,
        entities::series,
        entities::distinct,
        entities::ports,
        entities::new_in_scope,
        entities::addresses,
        entities::gaps,
        entities::answers,
        findings::list,
        findings::export,
        findings::archive_many,
        findings::one,
        findings::page,
        findings::archive,
        findings::unarchive,
        findings::note,
        groups::list,
        groups::one,
        suppression::list,
        suppression::add,
        suppression::preview,
        suppression::remove,
        suppression::make_samples,
        suppression::delete_samples,
        operations::health,
        operations::ready,
        operations::metrics,
        operations::document,
    ),
    components(schemas(Problem)),
    modifiers(&Tokens),
    security((), ("token" = [])),
)]
struct Document;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token made by `weir`.")).build();
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The OpenAPI document of everything under `/api/v1`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
