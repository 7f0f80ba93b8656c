//! Lists of addresses as they travel with the functions that ask them.

use std::collections::VecDeque;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::error::{DataFusionError, Result};
use enrich::{List, Lists};

/// Sets of lists that a process remembers, the latest last: those of its askers, from before and after a list changed.
const REMEMBERED: usize = 8;
/// Largest set of lists, unpacked: some ten million addresses.
const CAP: u64 = 512 << 20;

/// Lists with their packed form, so that a set is packed and unpacked once in a process, however many plans and tasks name it.
#[derive(Debug, Default)]
pub(crate) struct KnownLists {
    known: Mutex<VecDeque<(Arc<Vec<u8>>, Arc<Lists>)>>,
}

impl KnownLists {
    /// The lists, packed.
    pub(crate) fn pack(&self, lists: &Arc<Lists>) -> Result<Arc<Vec<u8>>> {
        if let Some(packed) = self.find(|(_, known)| Arc::ptr_eq(known, lists)).map(|(packed, _)| packed) {
            return Ok(packed);
        }
        let json = serde_json::to_vec(&lists.iter().collect::<Vec<&List>>()).map_err(external)?;
        let packed = Arc::new(zstd::bulk::compress(&json, 3).map_err(external)?);
        self.remember(Arc::clone(&packed), Arc::clone(lists));
        Ok(packed)
    }

    /// The lists that were packed; those that are known by these very bytes are not made anew.
    pub(crate) fn unpack(&self, packed: &[u8]) -> Result<Arc<Lists>> {
        if let Some((_, lists)) = self.find(|(known, _)| known.as_slice() == packed) {
            return Ok(lists);
        }
        let lists: Vec<List> = serde_json::from_slice(&unpack(packed, CAP)?).map_err(external)?;
        let lists = Arc::new(Lists::new(lists));
        self.remember(Arc::new(packed.to_vec()), Arc::clone(&lists));
        Ok(lists)
    }

    fn find(&self, is: impl Fn(&(Arc<Vec<u8>>, Arc<Lists>)) -> bool) -> Option<(Arc<Vec<u8>>, Arc<Lists>)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|entry| is(entry)).cloned()
    }

    fn remember(&self, packed: Arc<Vec<u8>>, lists: Arc<Lists>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back((packed, lists));
    }
}

/// Unpacks what another process packed.
pub(crate) fn unpack(packed: &[u8], cap: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(packed).map_err(external)?;
    let read = decoder.take(cap + 1).read_to_end(&mut bytes).map_err(external)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > cap {
        return Err(DataFusionError::Execution(format!("more than {cap} bytes came with the plan")));
    }
    Ok(bytes)
}

pub(crate) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use enrich::ListKind;
    use query::remote;

    use super::*;

    fn lists() -> Arc<Lists> {
        let (list, rejected) = List::parse("c2", ListKind::C2, b"198.51.100.7\n203.0.113.0/24\n", flow::Timestamp::from_secs(0));
        assert!(rejected.is_empty());
        Arc::new(Lists::new([list]))
    }

    #[test]
    fn lists_arrive_as_they_were_and_are_made_once() {
        let (here, there, lists) = (KnownLists::default(), KnownLists::default(), lists());
        let packed = here.pack(&lists).unwrap();
        assert!(Arc::ptr_eq(&packed, &here.pack(&lists).unwrap()));
        let arrived = there.unpack(&packed).unwrap();
        assert_eq!(arrived.iter().collect::<Vec<_>>(), lists.iter().collect::<Vec<_>>());
        assert!(Arc::ptr_eq(&arrived, &there.unpack(&packed).unwrap()));
        // The scheduler hands on what it was given.
        assert_eq!(there.pack(&arrived).unwrap(), packed);
        assert!(there.unpack(b"no lists").is_err());
    }

    #[test]
    fn what_does_not_end_is_not_unpacked() {
        let packed = zstd::bulk::compress(&vec![0; 1 << 20], 3).unwrap();
        assert_eq!(unpack(&packed, 1 << 20).unwrap().len(), 1 << 20);
        assert!(unpack(&packed, (1 << 20) - 1).is_err());
    }

    #[test]
    fn the_functions_tell_which_of_them_ask_lists() {
        let lists = lists();
        let asks = |name: &str| remote::lists_of(&remote::function(name, &lists).unwrap()).unwrap().is_some();
        assert!(asks("in_list") && asks("list_names") && !asks("cidr_match"));
        assert_eq!(remote::functions_without_lists().len() + 2, query::FUNCTIONS.len());
    }
}
