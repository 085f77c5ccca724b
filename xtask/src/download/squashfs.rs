//! Where the data of a bundle's files lies: as much of squashfs 4.0 as a RAUC bundle needs, which has a handful of files and one folder.

use std::io::Read;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::ZlibDecoder;

use super::server::Client;

const MAGIC: &[u8] = b"hsqs";
const SUPERBLOCK: u64 = 96;
/// Blocks and metadata with these bits are stored as they are.
const PLAIN_BLOCK: u32 = 1 << 24;
const PLAIN_METADATA: u16 = 1 << 15;
const NO_FRAGMENT: u32 = u32::MAX;
const GZIP: u16 = 1;

/// The file system.
pub struct Squashfs {
    /// Its length, without padding.
    pub bytes_used: u64,
    /// Files are cut into pieces of this size, and compressed piece by piece.
    pub block_size: u64,
    /// All regular files.
    pub files: Vec<StoredFile>,
    fragments: Vec<(u64, u32)>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its length in bytes.
    pub size: u64,
    /// Where its first piece lies.
    pub begins: u64,
    /// The stored length of each piece, with [`PLAIN_BLOCK`].
    pieces: Vec<u32>,
    /// Which fragment holds its end, and where in it.
    fragment: Option<(u32, u32)>,
}

impl StoredFile {
    /// Where each piece lies; a piece of zeros lies nowhere.
    pub fn pieces(&self) -> impl Iterator<Item = Range<u64>> {
        self.pieces.iter().scan(self.begins, |place, word| {
            let start = *place;
            *place += u64::from(word & !PLAIN_BLOCK);
            Some(start..*place)
        })
    }

    /// The length of all pieces as they are stored.
    pub fn stored_bytes(&self) -> u64 {
        self.pieces.iter().map(|word| u64::from(word & !PLAIN_BLOCK)).sum()
    }
}

impl Squashfs {
    /// Reads the tables.
    pub fn open(remote: &Client) -> Result<Squashfs> {
        let head = remote.get(0, SUPERBLOCK)?;
        let mut fields = Fields(&head);
        ensure!(fields.take(4)? == MAGIC, "the bundle holds no squashfs");
        let inode_count = fields.u32()?;
        fields.take(4)?;
        let block_size = u64::from(fields.u32()?);
        let fragment_count = fields.u32()?;
        let compression = fields.u16()?;
        ensure!(compression == GZIP, "only bundles that are compressed with gzip, RAUC's default, can be measured");
        fields.take(18)?;
        let bytes_used = fields.u64()?;
        fields.take(16)?;
        let [inodes, directories, fragments] = [fields.u64()?, fields.u64()?, fields.u64()?];
        let table = remote.get(inodes, directories.checked_sub(inodes).context("the tables are out of order")?)?;
        let table = metadata(&table)?;
        let mut files = Vec::new();
        let mut place = Fields(&table);
        for _ in 0..inode_count {
            files.extend(inode(&mut place, block_size)?);
        }
        let fragments = fragment_table(remote, fragments, fragment_count, bytes_used)?;
        Ok(Squashfs { bytes_used, block_size, files, fragments })
    }

    /// A whole file.
    pub fn read(&self, remote: &Client, file: &StoredFile) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        for (piece, word) in file.pieces().zip(&file.pieces) {
            let rest = file.size - content.len() as u64;
            if piece.is_empty() {
                content.resize(content.len() + usize::try_from(rest.min(self.block_size))?, 0);
            } else {
                let stored = remote.get(piece.start, piece.end - piece.start)?;
                content.extend(inflate(&stored, word & PLAIN_BLOCK != 0)?);
            }
        }
        if let Some((number, offset)) = file.fragment {
            let (place, word) = self.fragments.get(number as usize).context("a fragment is missing")?;
            let stored = remote.get(*place, u64::from(word & !PLAIN_BLOCK))?;
            let fragment = inflate(&stored, word & PLAIN_BLOCK != 0)?;
            let rest = usize::try_from(file.size)?.saturating_sub(content.len());
            let end = fragment.get(offset as usize..offset as usize + rest).context("a fragment is too short")?;
            content.extend(end);
        }
        ensure!(content.len() as u64 == file.size, "a file has another length than its inode says");
        Ok(content)
    }
}

/// One inode; only regular files are of interest.
fn inode(fields: &mut Fields<'_>, block_size: u64) -> Result<Option<StoredFile>> {
    let kind = fields.u16()?;
    fields.take(14)?;
    let (begins, size, fragment, offset) = match kind {
        1 => return fields.take(16).map(|_| None),
        8 => {
            fields.take(16)?;
            let indices = fields.u16()?;
            fields.take(6)?;
            for _ in 0..indices {
                fields.take(8)?;
                let name = fields.u32()? as usize + 1;
                fields.take(name)?;
            }
            return Ok(None);
        }
        2 => {
            let [begins, fragment, offset, size] = [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
            (u64::from(begins), u64::from(size), fragment, offset)
        }
        9 => {
            let (begins, size) = (fields.u64()?, fields.u64()?);
            fields.take(12)?;
            let (fragment, offset) = (fields.u32()?, fields.u32()?);
            fields.take(4)?;
            (begins, size, fragment, offset)
        }
        other => bail!("a RAUC bundle has files and folders, but no inode of kind {other}"),
    };
    let fragment = (fragment != NO_FRAGMENT).then_some((fragment, offset));
    let count = if fragment.is_some() { size / block_size } else { size.div_ceil(block_size) };
    let pieces = (0..count).map(|_| fields.u32()).collect::<Result<_>>()?;
    Ok(Some(StoredFile { size, begins, pieces, fragment }))
}

/// Where each fragment lies, and its stored length.
fn fragment_table(remote: &Client, table: u64, count: u32, bytes_used: u64) -> Result<Vec<(u64, u32)>> {
    const PER_BLOCK: u32 = 512;
    if count == 0 {
        return Ok(Vec::new());
    }
    let places = remote.get(table, 8 * u64::from(count.div_ceil(PER_BLOCK)))?;
    let first = Fields(&places).u64()?;
    ensure!(first < table && table < bytes_used, "the tables are out of order");
    let entries = metadata(&remote.get(first, table - first)?)?;
    let mut fields = Fields(&entries);
    (0..count)
        .map(|_| {
            let entry = (fields.u64()?, fields.u32()?);
            fields.take(4)?;
            Ok(entry)
        })
        .collect()
}

/// Unpacks consecutive blocks of metadata.
fn metadata(mut stored: &[u8]) -> Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    while stored.len() > 2 {
        let (head, rest) = stored.split_at(2);
        let head = u16::from_le_bytes([head[0], head[1]]);
        let length = usize::from(head & !PLAIN_METADATA);
        let block = rest.get(..length).context("a block of metadata is cut off")?;
        unpacked.extend(inflate(block, head & PLAIN_METADATA != 0)?);
        stored = &rest[length..];
    }
    Ok(unpacked)
}

fn inflate(stored: &[u8], plain: bool) -> Result<Vec<u8>> {
    if plain {
        return Ok(stored.to_vec());
    }
    let mut unpacked = Vec::new();
    ZlibDecoder::new(stored).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

/// Little-endian numbers, one after another.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).context("a table is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }
}
