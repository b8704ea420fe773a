//! What is on the medium, what is only in memory, and which mixtures of the two a power cut may leave.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dice::Dice;

/// The unit that a device writes wholly or not at all, in bytes.
pub(super) const SECTOR: usize = 512;

/// One operation on a disk, in the order in which it was asked for.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Create {
        path: PathBuf,
        inode: u64,
    },
    Write {
        inode: u64,
        offset: u64,
        bytes: Arc<[u8]>,
    },
    SetSize {
        inode: u64,
        size: u64,
    },
    Sync {
        inode: u64,
    },
    /// A sync that failed: what was waiting for it is forgotten by the kernel, yet still seen by readers.
    Forget {
        inode: u64,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    SyncDir {
        dir: PathBuf,
    },
    /// Something the test wants to find again among the operations.
    Note(u64),
}

/// All files of a disk, with both views: as readers see them and as the medium holds them.
#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    inodes: BTreeMap<u64, Inode>,
    names: BTreeMap<PathBuf, u64>,
    durable_names: BTreeMap<PathBuf, u64>,
    /// Name changes since the last sync of their directory.
    unsynced_names: Vec<(PathBuf, Option<u64>)>,
}

#[derive(Debug, Clone, Default)]
struct Inode {
    seen: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Arc<[u8]> },
    SetSize(usize),
}

impl Image {
    pub(super) fn apply(&mut self, step: &Step) {
        match step {
            Step::Create { path, inode } => {
                self.inodes.insert(*inode, Inode::default());
                self.bind(path, Some(*inode));
            }
            Step::Write { inode, offset, bytes } => {
                self.change(*inode, Change::Write { offset: *offset as usize, bytes: bytes.clone() });
            }
            Step::SetSize { inode, size } => self.change(*inode, Change::SetSize(*size as usize)),
            Step::Sync { inode } => {
                if let Some(file) = self.inodes.get_mut(inode) {
                    for change in std::mem::take(&mut file.unsynced) {
                        change.apply_to(&mut file.durable);
                    }
                }
            }
            Step::Forget { inode } => {
                if let Some(file) = self.inodes.get_mut(inode) {
                    file.unsynced.clear();
                }
            }
            Step::Rename { from, to } => {
                let inode = self.names.get(from).copied();
                self.bind(from, None);
                self.bind(to, inode);
            }
            Step::Remove { path } => self.bind(path, None),
            Step::SyncDir { dir } => {
                for (path, inode) in std::mem::take(&mut self.unsynced_names) {
                    if path.parent() != Some(dir) {
                        self.unsynced_names.push((path, inode));
                    } else if let Some(inode) = inode {
                        self.durable_names.insert(path, inode);
                    } else {
                        self.durable_names.remove(&path);
                    }
                }
            }
            Step::Note(_) => {}
        }
    }

    fn bind(&mut self, path: &Path, inode: Option<u64>) {
        match inode {
            Some(inode) => self.names.insert(path.to_owned(), inode),
            None => self.names.remove(path),
        };
        self.unsynced_names.push((path.to_owned(), inode));
    }

    fn change(&mut self, inode: u64, change: Change) {
        if let Some(file) = self.inodes.get_mut(&inode) {
            change.apply_to(&mut file.seen);
            file.unsynced.push(change);
        }
    }

    pub(super) fn inode(&self, path: &Path) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn highest_inode(&self) -> u64 {
        self.inodes.last_key_value().map_or(0, |(inode, _)| *inode)
    }

    pub(super) fn names_in(&self, dir: &Path) -> Vec<String> {
        let inside = self.names.keys().filter(|path| path.parent() == Some(dir));
        inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
    }

    /// The bytes that readers see.
    pub(super) fn seen(&self, inode: u64) -> &[u8] {
        self.inodes.get(&inode).map_or(&[], |file| &file.seen)
    }

    /// Bytes taken by all files that have a name.
    pub(super) fn used(&self) -> u64 {
        let inodes: BTreeSet<_> = self.names.values().collect();
        inodes.into_iter().map(|inode| self.seen(*inode).len() as u64).sum()
    }

    /// Changes the medium behind everybody's back.
    pub(super) fn damage(&mut self, inode: u64, harm: impl Fn(&mut Vec<u8>)) {
        if let Some(file) = self.inodes.get_mut(&inode) {
            harm(&mut file.seen);
            harm(&mut file.durable);
        }
    }

    /// One state that the medium may be in when the power goes now. What was synced is there. Of what was not, each
    /// sector and each name has independently any of the values it had since; a grown file may have any size between,
    /// and what was allocated but not written may read as zeros or as whatever was on the medium before.
    pub(super) fn power_cut(&self, dice: &mut Dice) -> Image {
        let mut after = Image::default();
        // Some cuts keep nearly everything and some nearly nothing; a fair coin for each sector would find neither.
        let kept = [0, 10, 50, 90, 100][dice.below(5) as usize];
        let mut candidates: BTreeMap<&Path, Vec<Option<u64>>> = BTreeMap::new();
        for (path, inode) in &self.durable_names {
            candidates.insert(path, vec![Some(*inode)]);
        }
        for (path, inode) in &self.unsynced_names {
            candidates.entry(path).or_insert_with(|| vec![None]).push(*inode);
        }
        for (path, values) in candidates {
            let last = values.len() as u64 - 1;
            let pick = if dice.chance(kept) { last } else { dice.below(last + 1) };
            if let Some(inode) = values[pick as usize] {
                after.durable_names.insert(path.to_owned(), inode);
            }
        }
        after.names = after.durable_names.clone();
        for inode in after.names.values().collect::<BTreeSet<_>>() {
            if let Some(file) = self.inodes.get(inode) {
                let bytes = file.power_cut(kept, dice);
                after
                    .inodes
                    .insert(*inode, Inode { seen: bytes.clone(), durable: bytes, unsynced: Vec::new() });
            }
        }
        after
    }
}

impl Inode {
    fn power_cut(&self, kept: u64, dice: &mut Dice) -> Vec<u8> {
        let mut sizes = vec![self.durable.len()];
        for change in &self.unsynced {
            let before = sizes[sizes.len() - 1];
            sizes.push(match change {
                Change::Write { offset, bytes } => before.max(offset + bytes.len()),
                Change::SetSize(size) => *size,
            });
        }
        let (low, high) = (sizes[0], sizes[sizes.len() - 1]);
        let size = match dice.below(4) {
            0 => low,
            1 if high > low => low + dice.below((high - low) as u64) as usize,
            2 => sizes[dice.below(sizes.len() as u64) as usize],
            _ => high,
        };
        let mut bytes = self.durable.clone();
        bytes.resize(size, 0);
        let changes = self.unsynced.len() as u64;
        let reached: Vec<u64> = (0..size.div_ceil(SECTOR))
            .map(|_| if dice.chance(kept) { changes } else { dice.below(changes + 1) })
            .collect();
        if dice.chance(25) {
            // Allocated but never written: whole sectors of whatever was on the medium before.
            for sector in low.div_ceil(SECTOR)..reached.len() {
                if reached[sector] == 0 {
                    let stop = ((sector + 1) * SECTOR).min(size);
                    dice.fill(&mut bytes[sector * SECTOR..stop]);
                }
            }
        }
        for (number, change) in self.unsynced.iter().enumerate() {
            let Change::Write { offset, bytes: written } = change else { continue };
            let end = (offset + written.len()).min(size);
            let mut at = *offset;
            while at < end {
                let stop = ((at / SECTOR + 1) * SECTOR).min(end);
                if reached[at / SECTOR] > number as u64 {
                    bytes[at..stop].copy_from_slice(&written[at - offset..stop - offset]);
                }
                at = stop;
            }
        }
        bytes
    }
}

impl Change {
    fn apply_to(&self, file: &mut Vec<u8>) {
        match self {
            Change::Write { offset, bytes } => {
                let end = offset + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*offset..end].copy_from_slice(bytes);
            }
            Change::SetSize(size) => file.resize(*size, 0),
        }
    }
}
