//! Reading binary formats field by field, never past the end and never into memory by a length that a file claims.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Why a field could not be read.
#[derive(Debug)]
pub(crate) enum ScanError {
    /// The file ends before what it announces.
    CutShort,
    /// The file could not be read.
    Io(io::Error),
}

/// A file of known length and the place reached in it.
pub(crate) struct Scan<R> {
    reader: BufReader<R>,
    at: u64,
    len: u64,
}

impl<R: Read + Seek> Scan<R> {
    pub(crate) fn new(mut file: R) -> Result<Scan<R>, ScanError> {
        let len = file.seek(SeekFrom::End(0)).map_err(ScanError::Io)?;
        file.rewind().map_err(ScanError::Io)?;
        Ok(Scan { reader: BufReader::new(file), at: 0, len })
    }

    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.len - self.at
    }

    /// The next bytes; `N` is known when compiling, so this never allocates.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ScanError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next `count` bytes; a `u16` bounds what is allocated.
    pub(crate) fn bytes(&mut self, count: u16) -> Result<Vec<u8>, ScanError> {
        let mut bytes = vec![0; usize::from(count)];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ScanError> {
        if bytes.len() as u64 > self.remaining() {
            return Err(ScanError::CutShort);
        }
        self.reader.read_exact(bytes).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof { ScanError::CutShort } else { ScanError::Io(error) }
        })?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn u8(&mut self) -> Result<u8, ScanError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ScanError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ScanError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, ScanError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A protobuf variable-length integer.
    pub(crate) fn varint(&mut self) -> Result<Option<u64>, ScanError> {
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
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), ScanError> {
        if count > self.remaining() {
            return Err(ScanError::CutShort);
        }
        let step = i64::try_from(count).map_err(|_| ScanError::CutShort)?;
        self.reader.seek_relative(step).map_err(ScanError::Io)?;
        self.at += count;
        Ok(())
    }

    /// Continues at another place.
    pub(crate) fn jump(&mut self, to: u64) -> Result<(), ScanError> {
        if to > self.len {
            return Err(ScanError::CutShort);
        }
        self.reader.seek(SeekFrom::Start(to)).map_err(ScanError::Io)?;
        self.at = to;
        Ok(())
    }

    /// As many bytes as fit the slice and the file, at least one unless the file is at its end.
    pub(crate) fn read_some(&mut self, bytes: &mut [u8]) -> Result<usize, ScanError> {
        let wanted = self.remaining().min(bytes.len() as u64) as usize;
        self.fill(&mut bytes[..wanted])?;
        Ok(wanted)
    }
}
