//! TCP flags as flow logs report them (AWS, "Flow log record examples": FIN 1, SYN 2, RST 4, SYN-ACK 18).

/// No more data from this side.
pub(crate) const FIN: u8 = 1;
/// The side that opens.
pub(crate) const SYN: u8 = 2;
/// Torn down.
pub(crate) const RST: u8 = 4;
const ACK: u8 = 16;
/// The side that answers.
pub(crate) const SYN_ACK: u8 = SYN | ACK;

/// What a flow log keeps of the flags of one packet.
pub(crate) const fn reported(flags: u8) -> u8 {
    let kept = flags & (FIN | SYN | RST);
    if flags & SYN_ACK == SYN_ACK { kept | ACK } else { kept }
}

/// Flags of one side of a connection: what its first packets carry, and what its last ones do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) opening: u8,
    pub(crate) closing: u8,
}

impl Ends {
    /// Flags at the two ends.
    pub(crate) const fn new(opening: u8, closing: u8) -> Self {
        Self { opening, closing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_shows_only_beside_a_syn() {
        for (packet, expected) in [(0x10, 0), (0x18, 0), (0x02, 2), (0x12, 18), (0x11, 1), (0x14, 4), (0xc2, 2), (0x29, 1)] {
            assert_eq!(reported(packet), expected, "{packet:#x}");
        }
    }
}
