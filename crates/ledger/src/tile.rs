//! Tiles of a log as it serves them: paths, which tiles a size has, their bytes, bundles of entries (tlog-tiles).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::str::FromStr;

use crate::hash::{HASH_BYTES, Hash};
use crate::problem::{Kind, Problem};
use crate::text::decimal;
use crate::tree::{Node, Nodes, joined};

/// Levels of the tree that one tile spans.
pub const TILE_HEIGHT: u32 = 8;
/// Hashes, or entries, of a full tile.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;
/// The longest entry that a bundle holds, in bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Hashes of complete subtrees of `256^level` leaves; level 0 to 63.
    Hashes(u32),
    /// The entries themselves.
    Entries,
}

/// One tile, shown as its path below the address of the log: `tile/0/x001/x234/067.p/89`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub content: Content,
    /// Counted along its level, from 0.
    pub index: u64,
    /// How many it holds: 256, or 1 to 255 of a partial tile.
    pub width: u64,
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Hashes(level) => write!(f, "tile/{level}/")?,
            Content::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = Vec::new();
        let mut rest = self.index;
        while rest >= 1000 || groups.is_empty() {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        if rest > 0 {
            groups.push(rest);
        }
        for (after, group) in groups.iter().enumerate().rev() {
            match after {
                0 => write!(f, "{group:03}")?,
                _ => write!(f, "x{group:03}/")?,
            }
        }
        if self.width < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for Tile {
    type Err = Problem;

    fn from_str(path: &str) -> Result<Self, Problem> {
        let malformed = || {
            let found = "this is no path of a tile";
            Problem::new(Kind::Malformed, "read the path of a tile", found)
        };
        let read = || {
            let (content, rest) = path.strip_prefix("tile/")?.split_once('/')?;
            let content = match content {
                "entries" => Content::Entries,
                level => Content::Hashes(u32::try_from(decimal(level)?).ok().filter(|l| *l < 64)?),
            };
            let (index, width) = match rest.split_once(".p/") {
                Some((index, width)) => (index, decimal(width)?),
                None => (rest, TILE_WIDTH),
            };
            let digits: String = index.chars().filter(char::is_ascii_digit).collect();
            let index = match digits.trim_start_matches('0') {
                "" => 0,
                digits => decimal(digits)?,
            };
            Some(Self {
                content,
                index,
                width,
            })
        };
        // What was left out above is told by writing the path again.
        let tile = read().filter(|tile| (1..=TILE_WIDTH).contains(&tile.width));
        tile.filter(|tile| tile.to_string() == path)
            .ok_or_else(malformed)
    }
}

/// The tiles of one level that a log of `new` items there has, and that one of `old` has not, or not as wide.
fn grown(content: Content, old: u64, new: u64) -> impl Iterator<Item = Tile> {
    let tiles = if old < new {
        old / TILE_WIDTH..new.div_ceil(TILE_WIDTH)
    } else {
        0..0
    };
    tiles.map(move |index| Tile {
        content,
        index,
        width: TILE_WIDTH.min(new - index * TILE_WIDTH),
    })
}

/// The tiles of hashes that are written when a log grows from `old` to `new` leaves; all that it has if `old` is 0.
pub fn hash_tiles(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..u64::BITS / TILE_HEIGHT).flat_map(move |level| {
        let at = TILE_HEIGHT * level;
        grown(Content::Hashes(level), old >> at, new >> at)
    })
}

/// The bundles of entries that are written when a log grows from `old` to `new` leaves.
pub fn entry_bundles(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    grown(Content::Entries, old, new)
}

/// The bytes of a tile of hashes.
#[must_use]
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes of a tile. A wider tile than asked for serves as well: a partial one may be gone once it is full.
///
/// # Errors
/// If they are fewer than the tile is wide, more than 256, or cut.
pub fn tile_hashes(tile: Tile, bytes: &[u8]) -> Result<Vec<Hash>, Problem> {
    let hashes: Option<Vec<Hash>> = bytes.chunks(HASH_BYTES).map(Hash::from_slice).collect();
    let wide = |count: usize| (tile.width..=TILE_WIDTH).contains(&(count as u64));
    hashes.filter(|hashes| wide(hashes.len())).ok_or_else(|| {
        let found = format!("{} bytes for {} hashes", bytes.len(), tile.width);
        Problem::new(Kind::Malformed, "read a tile", found)
    })
}

/// The tile that has `node`, or the nodes that it consists of: the tile as a log of `size` has it, the place of the first, and how many.
#[must_use]
pub fn place(node: Node, size: u64) -> Option<(Tile, usize, usize)> {
    let (level, above) = (node.level / TILE_HEIGHT, node.level % TILE_HEIGHT);
    let hashes = size.checked_shr(TILE_HEIGHT * level)?;
    let end = node.index.checked_add(1)?.checked_mul(1 << above)?;
    let first = node.index << above;
    let index = first / TILE_WIDTH;
    let tile = Tile {
        content: Content::Hashes(level),
        index,
        width: TILE_WIDTH.min(hashes.checked_sub(index * TILE_WIDTH)?),
    };
    let at = usize::try_from(first % TILE_WIDTH).ok()?;
    (end <= hashes).then_some((tile, at, 1 << above))
}

/// Nodes read from tiles: `read` gives the hashes of a tile, and is asked once for each tile that a proof needs.
#[derive(Clone, Copy, Debug)]
pub struct TileNodes<F> {
    /// Leaves of the log.
    pub size: u64,
    /// Reads a tile; what it gives may be wider.
    pub read: F,
}

impl<E: From<Problem>, F: Fn(Tile) -> Result<Vec<Hash>, E>> Nodes for TileNodes<F> {
    type Error = E;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, E> {
        let mut tiles: BTreeMap<Tile, Vec<Hash>> = BTreeMap::new();
        let mut found = Vec::with_capacity(nodes.len());
        for node in nodes {
            let lacking = || {
                let found = format!("node {} of level {} is not there", node.index, node.level);
                Problem::new(Kind::Proof, "read a node from tiles", found)
            };
            let (tile, first, count) = place(*node, self.size).ok_or_else(lacking)?;
            let hashes = match tiles.entry(tile) {
                Entry::Vacant(entry) => entry.insert((self.read)(tile)?),
                Entry::Occupied(entry) => entry.into_mut(),
            };
            let hashes = hashes.get(first..first + count).ok_or_else(lacking)?;
            found.push(joined_evenly(hashes));
        }
        Ok(found)
    }
}

/// The hash over a power of two of nodes of one level.
fn joined_evenly(hashes: &[Hash]) -> Hash {
    match hashes.len() {
        0 | 1 => joined(hashes),
        count => {
            let (left, right) = hashes.split_at(count / 2);
            joined(&[joined_evenly(left), joined_evenly(right)])
        }
    }
}

const BUNDLE: &str = "bundle entries";

/// The bytes of a bundle: before each entry its length, two bytes, the high one first.
///
/// # Errors
/// If an entry is longer than [`MAX_ENTRY`], or there are more than 256.
pub fn bundle_bytes<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, Problem> {
    let refuse = |found: String| Problem::new(Kind::TooLong, BUNDLE, found);
    if entries.len() as u64 > TILE_WIDTH {
        return Err(refuse(format!("{} entries", entries.len())));
    }
    let mut bytes = Vec::new();
    for entry in entries.iter().map(AsRef::as_ref) {
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| refuse(format!("an entry of {} bytes", entry.len())))?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle.
///
/// # Errors
/// If it is cut, or does not hold exactly `width` entries.
pub fn bundle_entries(bytes: &[u8], width: u64) -> Result<Vec<&[u8]>, Problem> {
    let mut rest = bytes;
    let mut entries = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let Some((entry, after)) = after.split_at_checked(u16::from_be_bytes(*length).into())
        else {
            break;
        };
        entries.push(entry);
        rest = after;
    }
    if !rest.is_empty() || entries.len() as u64 != width {
        let found = format!(
            "{} entries and {} bytes, and {width} should be there",
            entries.len(),
            rest.len()
        );
        return Err(Problem::new(Kind::Malformed, "read a bundle", found));
    }
    Ok(entries)
}
