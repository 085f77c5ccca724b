//! Where the bytes of a WAV file come from: a file, or a pipe.
//!
//! A length can only be doubted where the end is known, so what comes through a pipe is kept until its end.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::path::Path;

use super::WavProblem;

/// RIFF header: tag, length, form.
const RIFF_BYTES: usize = 12;
/// What is taken from a pipe at most: no WAV file is longer.
const MAX_PIPE_BYTES: u64 = 1 << 32;

/// A file whose RIFF header has been read.
pub(super) struct Input {
    /// Stands after the RIFF header.
    pub file: BufReader<File>,
    /// Where the file ends, in bytes from its beginning.
    pub end: u64,
}

impl Input {
    /// Opens a file or a pipe; `-` and `/dev/stdin` are standard input.
    pub fn open(path: &Path) -> Result<Self, WavProblem> {
        let opened = if path == Path::new("-") || path == Path::new("/dev/stdin") {
            // Not by its name: that of a socket cannot be opened, nor that of a pipe of somebody else's.
            io::stdin().as_fd().try_clone_to_owned().map(File::from)
        } else {
            File::open(path)
        };
        let mut file = opened.map_err(WavProblem::Open)?;
        let kind = file.metadata().map_err(WavProblem::Open)?;
        if kind.is_dir() {
            return Err(WavProblem::Folder);
        }
        let mut riff = [0; RIFF_BYTES];
        read_exact(&mut file, &mut riff)?;
        if !matches!(&riff[..4], b"RIFF" | b"RF64" | b"BW64") || !riff.ends_with(b"WAVE") {
            return Err(WavProblem::not_wav("it does not begin with RIFF and WAVE"));
        }
        let (file, end) = if kind.is_file() { (file, kind.len()) } else { kept(file)? };
        Ok(Self { file: BufReader::new(file), end })
    }
}

/// The rest of a pipe, as a file without a name, and how long it is.
fn kept(pipe: File) -> Result<(File, u64), WavProblem> {
    let keep = |error| WavProblem::Keep { error };
    let mut file = tempfile::tempfile().map_err(keep)?;
    let (mut pipe, mut block, mut length) = (pipe.take(MAX_PIPE_BYTES), vec![0; 1 << 16], 0);
    loop {
        match pipe.read(&mut block) {
            Ok(0) => break,
            Ok(read) => {
                file.write_all(&block[..read]).map_err(keep)?;
                length += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(WavProblem::Read(error)),
        }
    }
    if length == MAX_PIPE_BYTES {
        return Err(WavProblem::Endless);
    }
    file.seek(SeekFrom::Start(0)).map_err(keep)?;
    Ok((file, length))
}

pub(super) fn read_exact(file: &mut impl Read, bytes: &mut [u8]) -> Result<(), WavProblem> {
    file.read_exact(bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            WavProblem::not_wav("it ends within its header")
        } else {
            WavProblem::Read(error)
        }
    })
}

pub(super) fn le_u16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

pub(super) fn le_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from(le_u16(bytes, at)) | u32::from(le_u16(bytes, at + 2)) << 16
}
