//! Addresses as text in JSON.

use flow::Address;
use serde::Serializer;

/// Writes an address as its text.
pub(crate) fn serialize<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

/// The same for an address that may be absent.
pub(crate) mod option {
    use flow::Address;
    use serde::Serializer;

    /// Writes the text, or null.
    pub(crate) fn serialize<S: Serializer>(address: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
        match address {
            Some(address) => serializer.collect_str(address),
            None => serializer.serialize_none(),
        }
    }
}
