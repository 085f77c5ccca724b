//! Reading binary formats field by field, never past the end and never into memory by a length that a file claims.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crate::error::ModelFileError;

/// A file of known length and the place reached in it. Numbers are little-endian.
///
/// Every method that reads or moves fails with [`ModelFileError::CutShort`] where that would lead beyond the end.
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
    pub fn new(mut file: R) -> Result<Self, ModelFileError> {
        let len = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { reader: BufReader::new(file), at: 0, len })
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
    pub fn require(&self, bytes: u64) -> Result<(), ModelFileError> {
        if bytes > self.len { Err(ModelFileError::CutShort { present: self.len, needed: bytes }) } else { Ok(()) }
    }

    /// The next bytes; `N` is known when compiling, so this never allocates.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelFileError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next `count` bytes; a `u16` bounds what is allocated.
    pub fn bytes(&mut self, count: u16) -> Result<Vec<u8>, ModelFileError> {
        let mut bytes = vec![0; usize::from(count)];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ModelFileError> {
        let end = self.at + bytes.len() as u64;
        self.require(end)?;
        self.reader.read_exact(bytes).map_err(|error| {
            // Somebody cut the file short while it was read.
            let cut = error.kind() == io::ErrorKind::UnexpectedEof;
            if cut { ModelFileError::CutShort { present: self.at, needed: end } } else { ModelFileError::Io(error) }
        })?;
        self.at = end;
        Ok(())
    }

    /// The next byte.
    pub fn u8(&mut self) -> Result<u8, ModelFileError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next two bytes as a number.
    pub fn u16(&mut self) -> Result<u16, ModelFileError> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self) -> Result<u32, ModelFileError> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes as a number.
    pub fn u64(&mut self) -> Result<u64, ModelFileError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Passes over bytes.
    pub fn skip(&mut self, count: u64) -> Result<(), ModelFileError> {
        let end = self.at.saturating_add(count);
        self.require(end)?;
        // No file has more bytes than an `i64` counts.
        self.reader.seek_relative(count as i64)?;
        self.at = end;
        Ok(())
    }

    /// Continues at another place, in bytes from the start.
    pub fn jump(&mut self, to: u64) -> Result<(), ModelFileError> {
        self.require(to)?;
        self.reader.seek(SeekFrom::Start(to))?;
        self.at = to;
        Ok(())
    }

    /// As many bytes as fit the slice and the file, at least one unless the file is at its end; how many.
    pub fn read_some(&mut self, bytes: &mut [u8]) -> Result<usize, ModelFileError> {
        let wanted = self.remaining().min(bytes.len() as u64) as usize;
        self.fill(&mut bytes[..wanted])?;
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says that it has ten bytes, and has three.
    struct Shrinking(io::Cursor<[u8; 3]>);

    impl Read for Shrinking {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            self.0.read(bytes)
        }
    }

    impl Seek for Shrinking {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            if to == SeekFrom::End(0) { Ok(10) } else { self.0.seek(to) }
        }
    }

    #[test]
    fn a_file_that_shrinks_meanwhile_is_cut_short() {
        let mut scan = Scan::new(Shrinking(io::Cursor::new([1, 0, 2]))).unwrap();
        assert_eq!(scan.u16().unwrap(), 1);
        assert!(matches!(scan.u16(), Err(ModelFileError::CutShort { present: 2, needed: 4 })));
    }

    #[test]
    fn the_place_is_kept_over_skips_and_jumps() {
        let mut scan = Scan::new(io::Cursor::new([0, 1, 2, 3, 4])).unwrap();
        scan.skip(2).unwrap();
        assert_eq!((scan.u8().unwrap(), scan.at(), scan.remaining()), (2, 3, 2));
        assert!(scan.skip(3).is_err() && scan.jump(6).is_err());
        scan.jump(1).unwrap();
        let mut rest = [9; 6];
        assert_eq!((scan.u8().unwrap(), scan.read_some(&mut rest).unwrap(), rest), (1, 3, [2, 3, 4, 9, 9, 9]));
        assert_eq!(scan.read_some(&mut rest).unwrap(), 0);
    }
}
