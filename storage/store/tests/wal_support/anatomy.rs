//! The parts of a segment file, read independently of the code that writes them.

/// What a byte of a segment belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Header,
    Unused,
    GrowthMark,
    Length,
    Checksum,
    Kind,
    /// Batch, index, term.
    Fields,
    /// With the zeros that fill it up.
    Payload,
    Seal,
    Link,
    Zeros,
}

/// The offset where the frames begin.
const DATA: usize = 1024;
const FRAME: usize = 32;
/// Seals stand at multiples of this.
const PAGE: usize = 4096;
const SEAL: u8 = 6;
const LINK: u8 = 7;

/// Every byte of the file with the part it belongs to, in order.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = (usize, Part)> + use<> {
    let mut parts = vec![Part::Zeros; bytes.len()];
    parts[..64].fill(Part::Header);
    parts[64..DATA].fill(Part::Unused);
    parts[512..528].fill(Part::GrowthMark);
    for (offset, size) in frames(bytes) {
        let frame = &mut parts[offset..offset + size];
        match bytes[offset + 8] {
            LINK => frame.fill(Part::Link),
            _ => {
                frame.fill(Part::Payload);
                frame[..4].fill(Part::Length);
                frame[4..8].fill(Part::Checksum);
                frame[8..12].fill(Part::Kind);
                frame[12..FRAME].fill(Part::Fields);
            }
        }
    }
    let end = frames(bytes).last().map_or(DATA, |(offset, size)| offset + size);
    for offset in
        (end.next_multiple_of(PAGE)..bytes.len()).step_by(PAGE).filter(|offset| bytes[offset + 8] == SEAL)
    {
        parts[offset..offset + FRAME].fill(Part::Seal);
    }
    parts.into_iter().enumerate()
}

/// Whether there is a seal that vouches for all records. Older ones may stand anywhere behind them.
pub fn sealed(bytes: &[u8]) -> bool {
    let end = frames(bytes).last().map_or(DATA, |(offset, size)| offset + size);
    let seal = end.next_multiple_of(PAGE);
    bytes.len() >= seal + FRAME && bytes[seal + 8] == SEAL && u32_at(bytes, seal + 12) as usize == end
}

/// Where the last batch of an undamaged, sealed segment begins.
pub fn last_batch(bytes: &[u8]) -> usize {
    let (last, _) = frames(bytes).pop().expect("a segment with records");
    u32_at(bytes, last + 12) as usize
}

/// The frames of records, each with its offset and size, up to and including a link.
fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut frames = Vec::new();
    let mut offset = DATA;
    while offset + FRAME <= bytes.len() && ![0, SEAL].contains(&bytes[offset + 8]) {
        let size = (FRAME + u32_at(bytes, offset) as usize).next_multiple_of(8);
        frames.push((offset, size));
        if bytes[offset + 8] == LINK {
            break;
        }
        offset += size;
    }
    frames
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}
