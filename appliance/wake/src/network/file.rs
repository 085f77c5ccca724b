//! TensorFlow Lite's files: flat buffers (<https://flatbuffers.dev/internals/>), of which every offset is checked when it is followed.

use super::NetworkError;

/// The networks have 50 to 80 kB.
pub(super) const MOST_BYTES: usize = 1 << 20;

type Result<T> = std::result::Result<T, NetworkError>;

/// A table: fields by number, any of which may be missing.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A list of equal elements.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    bytes: &'a [u8],
    at: usize,
    pub length: usize,
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let end = at.checked_add(N).ok_or(NetworkError::Damaged)?;
    bytes.get(at..end).and_then(|found| found.try_into().ok()).ok_or(NetworkError::Damaged)
}

fn offset(bytes: &[u8], at: usize) -> Result<usize> {
    at.checked_add(u32::from_le_bytes(number(bytes, at)?) as usize).ok_or(NetworkError::Damaged)
}

/// The table that a file begins with.
pub(super) fn root(bytes: &[u8]) -> Result<Table<'_>> {
    if bytes.len() > MOST_BYTES {
        return Err(NetworkError::Large);
    }
    if bytes.get(4..8) != Some(b"TFL3") {
        return Err(NetworkError::Damaged);
    }
    Ok(Table { bytes, at: offset(bytes, 0)? })
}

impl<'a> Table<'a> {
    /// Where a field is; `None`: it has its default.
    fn field(self, index: usize) -> Result<Option<usize>> {
        let back = i64::from(i32::from_le_bytes(number(self.bytes, self.at)?));
        let fields = usize::try_from(self.at as i64 - back).map_err(|_| NetworkError::Damaged)?;
        let length = usize::from(u16::from_le_bytes(number(self.bytes, fields)?));
        let entry = 4 + 2 * index;
        if entry + 2 > length {
            return Ok(None);
        }
        let at = usize::from(u16::from_le_bytes(number(self.bytes, fields + entry)?));
        Ok((at != 0).then_some(self.at + at))
    }

    pub fn i8(self, index: usize) -> Result<i8> {
        self.field(index)?.map_or(Ok(0), |at| Ok(i8::from_le_bytes(number(self.bytes, at)?)))
    }

    pub fn i32(self, index: usize) -> Result<i32> {
        self.field(index)?.map_or(Ok(0), |at| Ok(i32::from_le_bytes(number(self.bytes, at)?)))
    }

    pub fn index(self, index: usize) -> Result<usize> {
        self.field(index)?.map_or(Ok(0), |at| Ok(u32::from_le_bytes(number(self.bytes, at)?) as usize))
    }

    pub fn table(self, index: usize) -> Result<Option<Self>> {
        let at = self.field(index)?.map(|at| offset(self.bytes, at)).transpose()?;
        Ok(at.map(|at| Table { bytes: self.bytes, at }))
    }

    /// A list of elements of so many bytes; one that is missing is empty.
    pub fn list(self, index: usize, element: usize) -> Result<List<'a>> {
        let Some(at) = self.field(index)? else { return Ok(List { bytes: &[], at: 0, length: 0 }) };
        let at = offset(self.bytes, at)?;
        let length = u32::from_le_bytes(number(self.bytes, at)?) as usize;
        let end = length.checked_mul(element).and_then(|bytes| bytes.checked_add(at + 4));
        if end.is_none_or(|end| end > self.bytes.len()) {
            return Err(NetworkError::Damaged);
        }
        Ok(List { bytes: self.bytes, at: at + 4, length })
    }

    pub fn bytes(self, index: usize) -> Result<&'a [u8]> {
        let list = self.list(index, 1)?;
        list.bytes.get(list.at..list.at + list.length).ok_or(NetworkError::Damaged)
    }
}

impl<'a> List<'a> {
    pub fn table(self, index: usize) -> Result<Table<'a>> {
        if index >= self.length {
            return Err(NetworkError::Damaged);
        }
        Ok(Table { bytes: self.bytes, at: offset(self.bytes, self.at + 4 * index)? })
    }

    pub fn i32(self, index: usize) -> Result<i32> {
        if index >= self.length {
            return Err(NetworkError::Damaged);
        }
        Ok(i32::from_le_bytes(number(self.bytes, self.at + 4 * index)?))
    }

    pub fn f32(self, index: usize) -> Result<f32> {
        self.i32(index).map(|bits| f32::from_bits(bits.cast_unsigned()))
    }

    pub fn i64(self, index: usize) -> Result<i64> {
        if index >= self.length {
            return Err(NetworkError::Damaged);
        }
        Ok(i64::from_le_bytes(number(self.bytes, self.at + 8 * index)?))
    }

    pub fn all_i32(self) -> Result<Vec<i32>> {
        (0..self.length).map(|index| self.i32(index)).collect()
    }
}
