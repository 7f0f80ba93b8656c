//! The description of all this: OpenAPI.

use std::collections::BTreeSet;

use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{PathItem, RefOr, Schema};
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
        entities::reach,
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
        operations::status,
        operations::metrics,
        operations::document,
    ),
    components(schemas(Problem)),
    modifiers(&Tokens, &NullIsThere),
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

/// An answer writes what is absent as null, so what may be null is always there; the derived schemas leave it out of `required`. What is
/// really left out is declared as not nullable at its field. Bodies of requests may leave out both.
struct NullIsThere;

impl Modify for NullIsThere {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let asked: BTreeSet<String> = document.paths.paths.values().flat_map(request_schemas).collect();
        for (name, schema) in &mut document.components.get_or_insert_default().schemas {
            if !asked.contains(name) {
                require_nullable(schema);
            }
        }
    }
}

/// Names of the schemas that bodies of requests have.
fn request_schemas(path: &PathItem) -> Vec<String> {
    let operations = [&path.get, &path.put, &path.post, &path.delete, &path.patch];
    let bodies = operations.into_iter().flatten().filter_map(|operation| operation.request_body.as_ref());
    // What is written in place has no name and is left as it is.
    let contents = bodies.filter_map(in_place).flat_map(|body| body.content.values()).filter_map(in_place);
    let names = contents.filter_map(|content| match content.schema.as_ref()? {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
        RefOr::T(_) => None,
    });
    names.collect()
}

const fn in_place<T>(item: &RefOr<T>) -> Option<&T> {
    match item {
        RefOr::T(item) => Some(item),
        RefOr::Ref(_) => None,
    }
}

fn require_nullable(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            object.properties.values_mut().for_each(require_nullable);
            let Object { properties, required, .. } = object;
            for (name, _) in properties.iter().filter(|(_, property)| nullable(property)) {
                if !required.contains(name) {
                    required.push(name.clone());
                }
            }
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(require_nullable),
        Schema::OneOf(one) => one.items.iter_mut().for_each(require_nullable),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(require_nullable),
        _ => {}
    }
}

fn nullable(schema: &RefOr<Schema>) -> bool {
    let null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(nullable),
        RefOr::T(Schema::AnyOf(any)) => any.items.iter().any(nullable),
        _ => false,
    }
}

/// The OpenAPI document of everything under `/api/v1`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
