//! A connection as a log reports it, and its share in every capture window.

use crate::aggregate::Tuple;
use crate::flags::Ends;

/// What one side sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) packets: u64,
    /// Bytes of IP packets.
    pub(crate) bytes: u64,
    pub(crate) ends: Ends,
}

/// Both sides of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Connection {
    /// First packet, microseconds since 1970.
    pub(crate) start: i64,
    /// Microseconds to the last packet; 0 or more.
    pub(crate) duration: i64,
    /// From the side that opened it.
    pub(crate) tuple: Tuple,
    pub(crate) forward: Side,
    pub(crate) reverse: Side,
}

/// What a side sent in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Start of the window, seconds since 1970.
    pub(crate) window: i64,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) flags: u8,
}

/// The window that an instant (microseconds) is in; windows begin `offset` seconds after full multiples of their length.
pub(crate) const fn window_of(instant: i64, offset: i64, window_secs: i64) -> i64 {
    let secs = instant.div_euclid(crate::number::SECOND);
    secs - (secs - offset).rem_euclid(window_secs)
}

/// Spreads what a side sent from `start` over `duration` (microseconds): the packets at equal distances, the first at the start and the
/// last at the end, the bytes evenly over the packets. Windows without a packet have no share; packets and bytes add up exactly.
pub(crate) fn spread(start: i64, duration: i64, side: &Side, offset: i64, window_secs: i64, sink: &mut dyn FnMut(Share)) {
    let packets = u128::from(side.packets);
    if packets == 0 {
        return;
    }
    let (gaps, length) = (packets - 1, u128::try_from(duration.max(0)).unwrap_or(0));
    // Packet number `i` is at `start + length * i / gaps`.
    let before = |instant: i64| -> u128 {
        let since = u128::try_from(instant - start).unwrap_or(0);
        if instant <= start {
            0
        } else if since > length {
            packets
        } else if gaps == 0 {
            1
        } else {
            (since * gaps).div_ceil(length).min(packets)
        }
    };
    let bytes = |count: u128| u128::from(side.bytes) * count / packets;
    let narrow = |value: u128| u64::try_from(value).unwrap_or(u64::MAX);
    let mut done = 0;
    let mut window = window_of(start, offset, window_secs);
    while done < packets {
        let count = before((window + window_secs) * crate::number::SECOND);
        if count > done {
            let mut flags = if done == 0 { side.ends.opening } else { 0 };
            if count == packets {
                flags |= side.ends.closing;
            }
            sink(Share { window, packets: narrow(count - done), bytes: narrow(bytes(count) - bytes(done)), flags });
            done = count;
            window += window_secs;
        } else {
            // On to the window of the next packet, however far it is.
            let next = i64::try_from((length * done).checked_div(gaps).unwrap_or(0)).unwrap_or(i64::MAX);
            window = (window + window_secs).max(window_of(start.saturating_add(next), offset, window_secs));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flags::{FIN, SYN};
    use crate::number::SECOND;

    fn shares(start: i64, duration: i64, packets: u64, bytes: u64, offset: i64, window_secs: i64) -> Vec<Share> {
        let mut all = Vec::new();
        let side = Side { packets, bytes, ends: Ends::new(SYN, FIN) };
        spread(start, duration, &side, offset, window_secs, &mut |share| all.push(share));
        all
    }

    #[test]
    fn a_short_connection_is_in_one_window_with_all_its_flags() {
        let all = shares(90 * SECOND, 5 * SECOND, 7, 700, 0, 60);
        assert_eq!(all, [Share { window: 60, packets: 7, bytes: 700, flags: 3 }]);
    }

    #[test]
    fn packets_are_at_equal_distances_from_start_to_end() {
        // At 90, 120, 150, 180 s.
        let all = shares(90 * SECOND, 90 * SECOND, 4, 401, 0, 60);
        let rows: Vec<_> = all.iter().map(|share| (share.window, share.packets, share.bytes, share.flags)).collect();
        assert_eq!(rows, [(60, 1, 100, 2), (120, 2, 200, 0), (180, 1, 101, 1)]);
    }

    #[test]
    fn two_packets_a_day_apart_are_two_records() {
        let all = shares(0, 86_400 * SECOND, 2, 100, 7, 60);
        assert_eq!(all.iter().map(|share| (share.window, share.packets)).collect::<Vec<_>>(), [(-53, 1), (86_347, 1)]);
    }

    #[test]
    fn no_packets_no_record() {
        assert!(shares(0, SECOND, 0, 0, 0, 60).is_empty());
    }

    proptest! {
        #[test]
        fn sums_are_exact_and_windows_in_order(
            start in 0_i64..2_000_000_000_000_000,
            duration in 0_i64..200_000_000_000,
            packets in 1_u64..5_000,
            bytes in any::<u64>(),
            offset in 0_i64..600,
            long in any::<bool>(),
        ) {
            let window_secs = if long { 600 } else { 60 };
            let all = shares(start, duration, packets, bytes, offset % window_secs, window_secs);
            prop_assert_eq!(all.iter().map(|share| share.packets).sum::<u64>(), packets);
            prop_assert_eq!(all.iter().map(|share| u128::from(share.bytes)).sum::<u128>(), u128::from(bytes));
            prop_assert!(all.windows(2).all(|pair| pair[0].window < pair[1].window));
            prop_assert_eq!(all[0].window, window_of(start, offset % window_secs, window_secs));
            let end = if packets == 1 { start } else { start + duration };
            prop_assert_eq!(all.last().unwrap().window, window_of(end, offset % window_secs, window_secs));
            prop_assert_eq!(all[0].flags & 2, 2);
            prop_assert_eq!(all.last().unwrap().flags & 1, 1);
        }
    }
}
