//! Packet captures: pcap in either byte order, with micro- or nanoseconds, and pcapng.

use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use pcap_parser::pcapng::Block;
use pcap_parser::{PcapBlockOwned, PcapError, create_reader};

use crate::ConvertError;
use crate::aggregate::Observation;
use crate::number::SECOND;
use crate::packet::{Frame, Reader};
use crate::summary::{Place, Tally};

/// Bytes read ahead at first.
const BUFFER: usize = 1024 * 1024;
/// A block that does not fit is taken for damage.
const MAX_BUFFER: usize = 64 * 1024 * 1024;

/// What the blocks so far said of those to come.
#[derive(Debug, Default)]
struct State {
    interfaces: Vec<Interface>,
    nanoseconds: bool,
    frames: Reader,
}

#[derive(Debug, Clone, Copy)]
struct Interface {
    link_type: i32,
    /// `None` when it is none that time can be told by.
    ticks_a_second: Option<u128>,
    offset_secs: i64,
}

/// A read error that is kept apart, because the parser does not hand it on.
type Kept = Arc<Mutex<Option<io::Error>>>;

/// Fills each buffer as far as the input goes, so that the parser never sees half a header.
struct Full<R> {
    inner: R,
    kept: Kept,
}

impl<R: Read> Read for Full<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.inner.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(size) => filled += size,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    if let Ok(mut kept) = self.kept.lock() {
                        kept.get_or_insert(error);
                    }
                    break;
                }
            }
        }
        Ok(filled)
    }
}

/// Reads every packet.
pub(crate) fn read(
    path: &Path,
    input: impl Read + Send,
    tally: &mut Tally,
    sink: &mut dyn FnMut(Place, &Observation, &mut Tally) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    let kept = Kept::default();
    let failed = |kind: io::ErrorKind, text: String| ConvertError::Read { path: path.to_path_buf(), source: io::Error::new(kind, text) };
    let full = Full { inner: input, kept: Arc::clone(&kept) };
    let mut reader = create_reader(BUFFER, full).map_err(|error| failed(io::ErrorKind::InvalidData, error.to_string()))?;
    let mut state = State::default();
    // The bytes that were there when the parser last wanted more.
    let mut wanted_at = None;
    let mut capacity = BUFFER;
    loop {
        let (size, block) = match reader.next() {
            Ok(found) => found,
            Err(PcapError::Eof) => break,
            Err(PcapError::Incomplete(_) | PcapError::BufferTooSmall) => {
                let at = (reader.consumed(), reader.data().len());
                if wanted_at == Some(at) {
                    if reader.reader_exhausted() {
                        tally.skip(Place::Packet(tally.packets + 1), "the capture breaks off", "its last packet is not whole");
                        break;
                    }
                    if capacity >= MAX_BUFFER {
                        tally.skip(Place::Packet(tally.packets + 1), "the capture is damaged", "a block of more than 64 MiB");
                        break;
                    }
                    capacity *= 2;
                    reader.grow(capacity);
                }
                wanted_at = Some(at);
                // A buffer that is full already is no failure: the next turn makes room.
                let refilled = reader.refill().map_err(|error| problem(&error));
                if let (Err(error), true) = (refilled, reader.reader_exhausted()) {
                    tally.skip(Place::Packet(tally.packets + 1), "the capture is damaged", error);
                    break;
                }
                continue;
            }
            Err(PcapError::UnexpectedEof) => {
                tally.skip(Place::Packet(tally.packets + 1), "the capture breaks off", "its last packet is not whole");
                break;
            }
            Err(error) => {
                tally.skip(Place::Packet(tally.packets + 1), "the capture is damaged", problem(&error));
                break;
            }
        };
        handle(block, &mut state, tally, sink)?;
        reader.consume(size);
    }
    let kept = kept.lock().ok().and_then(|mut kept| kept.take());
    match kept {
        // Compressed data that ends early is right up to there.
        Some(error) if tally.packets > 0 => tally.skip(Place::Packet(tally.packets + 1), "the capture breaks off", error),
        Some(source) => return Err(ConvertError::Read { path: path.to_path_buf(), source }),
        None => {}
    }
    Ok(())
}

fn problem(error: &PcapError<&[u8]>) -> String {
    match error {
        // The parser would print all of its buffer.
        PcapError::NomError(_, kind) | PcapError::OwnedNomError(_, kind) => format!("a block is not as it should be ({kind:?})"),
        other => other.to_string(),
    }
}

fn handle(
    block: PcapBlockOwned<'_>,
    state: &mut State,
    tally: &mut Tally,
    sink: &mut dyn FnMut(Place, &Observation, &mut Tally) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let ticks = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
            state.nanoseconds = header.is_nanosecond_precision();
            // The upper bits tell of checksums at the ends of frames.
            state.interfaces = vec![Interface { link_type: header.network.0 & 0xffff, ticks_a_second: Some(ticks), offset_secs: 0 }];
            Ok(())
        }
        PcapBlockOwned::Legacy(packet) => {
            let micros = i64::from(packet.ts_usec) / if state.nanoseconds { 1_000 } else { 1 };
            let instant = i64::from(packet.ts_sec) * SECOND + micros;
            one(0, Ok(instant), packet.data, packet.caplen, packet.origlen, state, tally, sink)
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            state.interfaces.clear();
            Ok(())
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(block)) => {
            let interface =
                Interface { link_type: block.linktype.0, ticks_a_second: ticks(block.if_tsresol), offset_secs: block.if_tsoffset };
            state.interfaces.push(interface);
            Ok(())
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            let number = packet.if_id as usize;
            let ticks = u128::from(packet.ts_high) << 32 | u128::from(packet.ts_low);
            let instant = match state.interfaces.get(number) {
                Some(Interface { ticks_a_second: Some(a_second), offset_secs, .. }) => {
                    let micros = i64::try_from(ticks * 1_000_000 / a_second).ok();
                    micros
                        .zip(offset_secs.checked_mul(SECOND))
                        .and_then(|(micros, offset)| micros.checked_add(offset))
                        .ok_or(("time out of range", ticks.to_string()))
                }
                Some(_) => Err(("no time", "the resolution of its interface is none".to_owned())),
                None => Err(("no interface", format!("number {number} was not described"))),
            };
            one(number, instant, packet.data, packet.caplen, packet.origlen, state, tally, sink)
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            let refused = Err(("no time", "a simple packet block has none".to_owned()));
            one(0, refused, packet.data, packet.origlen, packet.origlen, state, tally, sink)
        }
        PcapBlockOwned::NG(_) => Ok(()),
    }
}

/// Ticks a second of pcapng's `if_tsresol`: a power of ten, or of two when the upper bit is set.
fn ticks(resolution: u8) -> Option<u128> {
    let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(u32::from(resolution & 0x7f))
}

#[expect(clippy::too_many_arguments, reason = "the members of a packet's block, from three callers above it")]
fn one(
    interface: usize,
    instant: Result<i64, (&'static str, String)>,
    data: &[u8],
    kept_len: u32,
    wire_len: u32,
    state: &mut State,
    tally: &mut Tally,
    sink: &mut dyn FnMut(Place, &Observation, &mut Tally) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    tally.packets += 1;
    let place = Place::Packet(tally.packets);
    let data = data.get(..kept_len as usize).unwrap_or(data);
    let link_type = state.interfaces.get(interface).map_or(-1, |interface| interface.link_type);
    let counted = instant.and_then(|instant| {
        let counted = state.frames.read(&Frame { link_type, data, wire_len: wire_len.into() })?;
        Ok(Observation::Packet { tuple: counted.tuple, instant, bytes: counted.bytes, flags: counted.flags })
    });
    match counted {
        Ok(observation) => sink(place, &observation, tally),
        Err((reason, detail)) => {
            tally.skip(place, reason, detail);
            Ok(())
        }
    }
}
