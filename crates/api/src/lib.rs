//! The HTTP interface: handlers, types and the OpenAPI document.
