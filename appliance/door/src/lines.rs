//! Cutting a stream of bytes into lines, in bounded memory.

use std::fmt;

/// The longest line in bytes, without its line feed: sixteen times the longest question.
pub const LONGEST_LINE: usize = 64 * 1024;

/// A line is longer than [`LONGEST_LINE`]. What follows cannot be told from its rest, so this is the end of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTooLong;

/// Takes bytes in pieces of any size, and gives them back as lines. It holds no more than a line and the piece that was
/// given last.
#[derive(Debug, Default)]
pub struct LineCutter {
    bytes: Vec<u8>,
    /// So many of them were given back as lines.
    taken: usize,
    /// So many of them were looked through for a line feed.
    searched: usize,
}

impl LineCutter {
    /// Takes bytes. Take out all lines before more are given.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.searched -= self.taken;
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole line, without its line feed.
    ///
    /// # Errors
    /// It is, or becomes, longer than [`LONGEST_LINE`].
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, LineTooLong> {
        let unsearched = self.bytes.get(self.searched..).unwrap_or_default();
        let begin = self.taken;
        let end = match unsearched.iter().position(|byte| *byte == b'\n') {
            Some(place) => self.searched + place,
            None => {
                self.searched = self.bytes.len();
                return if self.searched - begin > LONGEST_LINE { Err(LineTooLong) } else { Ok(None) };
            }
        };
        if end - begin > LONGEST_LINE {
            return Err(LineTooLong);
        }
        (self.taken, self.searched) = (end + 1, end + 1);
        Ok(self.bytes.get(begin..end))
    }

    /// What was given and not taken out: bytes that are no lines any more.
    pub fn into_rest(mut self) -> Vec<u8> {
        self.bytes.drain(..self.taken);
        self.bytes
    }
}

impl fmt::Display for LineTooLong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a line may have {LONGEST_LINE} bytes at most")
    }
}

impl std::error::Error for LineTooLong {}
