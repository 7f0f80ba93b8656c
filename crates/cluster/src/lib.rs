//! Questions run by a Ballista cluster.
