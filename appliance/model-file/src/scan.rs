//! Reading binary formats field by field, never past the end and never into memory by a length that a file claims.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Why a field could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The file ends before what it announces.
    #[error("it is cut short: it has {present} bytes, and its contents go on to byte {needed} at least")]
    CutShort {
        /// Bytes that it has.
        present: u64,
        /// Bytes that what was read so far asks for.
        needed: u64,
    },
    /// The file could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// A file of known length and the place reached in it. Numbers are little-endian.
///
/// Every method that reads or moves fails with [`ScanError::CutShort`] where that would lead beyond the end.
pub struct Scan<R> {
    reader: BufReader<R>,
    at: u64,
    len: u64,
}

impl<R: Read + Seek> Scan<R> {
    /// Begins at the start of a file.
    ///
    /// # Errors
    /// Its length cannot be found.
    pub fn new(mut file: R) -> Result<Scan<R>, ScanError> {
        let len = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Scan { reader: BufReader::new(file), at: 0, len })
    }

    /// The place reached, in bytes from the start.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Bytes from the place reached to the end.
    pub fn remaining(&self) -> u64 {
        self.len - self.at
    }

    /// Makes sure that the file has at least this many bytes; the place stays the same.
    ///
    /// # Errors
    /// It has fewer.
    pub fn require(&self, bytes: u64) -> Result<(), ScanError> {
        if bytes > self.len { Err(ScanError::CutShort { present: self.len, needed: bytes }) } else { Ok(()) }
    }

    /// The next bytes; `N` is known when compiling, so this never allocates.
    ///
    /// # Errors
    /// The file ends too early, or cannot be read.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], ScanError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next `count` bytes; a `u16` bounds what is allocated.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn bytes(&mut self, count: u16) -> Result<Vec<u8>, ScanError> {
        let mut bytes = vec![0; usize::from(count)];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ScanError> {
        let end = self.at + bytes.len() as u64;
        self.require(end)?;
        self.reader.read_exact(bytes).map_err(|error| {
            // Somebody cut the file short while it was read.
            let cut = error.kind() == io::ErrorKind::UnexpectedEof;
            if cut { ScanError::CutShort { present: self.at, needed: end } } else { ScanError::Io(error) }
        })?;
        self.at = end;
        Ok(())
    }

    /// The next byte.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn u8(&mut self) -> Result<u8, ScanError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next two bytes as a number.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn u16(&mut self) -> Result<u16, ScanError> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes as a number.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn u32(&mut self) -> Result<u32, ScanError> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes as a number.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn u64(&mut self) -> Result<u64, ScanError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A protobuf variable-length integer; `None` where it is longer than any.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn varint(&mut self) -> Result<Option<u64>, ScanError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Passes over bytes.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn skip(&mut self, count: u64) -> Result<(), ScanError> {
        let end = self.at.saturating_add(count);
        self.require(end)?;
        match i64::try_from(count) {
            Ok(step) => self.reader.seek_relative(step)?,
            Err(_) => return self.jump(end),
        }
        self.at = end;
        Ok(())
    }

    /// Continues at another place, in bytes from the start.
    ///
    /// # Errors
    /// As [`Scan::array`].
    pub fn jump(&mut self, to: u64) -> Result<(), ScanError> {
        self.require(to)?;
        self.reader.seek(SeekFrom::Start(to))?;
        self.at = to;
        Ok(())
    }

    /// As many bytes as fit the slice and the file, at least one unless the file is at its end; how many.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read_some(&mut self, bytes: &mut [u8]) -> Result<usize, ScanError> {
        let wanted = self.remaining().min(bytes.len() as u64) as usize;
        self.fill(&mut bytes[..wanted])?;
        Ok(wanted)
    }
}
