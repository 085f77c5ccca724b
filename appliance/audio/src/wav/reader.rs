//! Reading, block by block.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::channels::Mixer;
use super::format::{Decoder, Format};
use super::input::Input;
use super::{WavError, WavProblem, chunks};

/// The most that is decoded at a time, but for one frame.
const BLOCK_BYTES: usize = 1 << 18;
/// Parts of a second that are decoded at a time: long enough to tell whether the channels cancel each other.
const BLOCKS_PER_S: u32 = 4;

/// A WAV file as a stream of mono samples.
pub struct WavReader {
    path: PathBuf,
    file: BufReader<File>,
    format: Format,
    decoder: Decoder,
    mixer: Mixer,
    is_cut_short: bool,
    /// Bytes of sound that have not been read yet.
    left: u64,
    block: Vec<u8>,
    frames: Vec<f32>,
    mono: Vec<f32>,
    /// How much of `mono` was handed out.
    taken: usize,
}

impl WavReader {
    /// Opens a file at its first sample; `-` is standard input. A pipe is read to its end first.
    ///
    /// # Errors
    /// The file cannot be opened, is not a WAV file, has no samples, or an encoding that is not supported.
    pub fn open(path: &Path) -> Result<Self, WavError> {
        Self::begin(path).map_err(|problem| problem.of(path))
    }

    fn begin(path: &Path) -> Result<Self, WavProblem> {
        let mut input = Input::open(path)?;
        let chunks::Sound { format, bytes, is_cut_short } = chunks::find(&mut input)?;
        let frame_bytes = format.frame_bytes() as u64;
        let left = bytes / frame_bytes * frame_bytes;
        if left == 0 {
            return Err(WavProblem::Empty);
        }
        Ok(Self {
            path: path.to_owned(),
            file: input.file,
            decoder: Decoder::new(&format),
            mixer: Mixer::new(format.channels),
            format,
            is_cut_short,
            left,
            block: Vec::new(),
            frames: Vec::new(),
            mono: Vec::new(),
            taken: 0,
        })
    }

    /// Mono samples per second.
    pub fn rate_hz(&self) -> u32 {
        self.format.rate_hz
    }

    /// Whether the file promises more than it holds or was never closed, as after a crash or a broken copy.
    pub fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// Whether the channels cancelled each other so far, as those of a cable that is wired the wrong way round: then the
    /// loudest of them was taken.
    pub fn channels_cancel(&self) -> bool {
        self.mixer.has_cancelled
    }

    /// Reads as many mono samples as fit and are left, and returns how many; 0 at the end.
    ///
    /// # Errors
    /// The disk failed.
    pub fn read(&mut self, mono: &mut [f32]) -> Result<usize, WavError> {
        let mut read = 0;
        while read < mono.len() {
            if self.taken == self.mono.len()
                && !self.decode().map_err(|error| WavProblem::Read(error).of(&self.path))?
            {
                break;
            }
            let decoded = &self.mono[self.taken..];
            let fitting = decoded.len().min(mono.len() - read);
            mono[read..read + fitting].copy_from_slice(&decoded[..fitting]);
            self.taken += fitting;
            read += fitting;
        }
        Ok(read)
    }

    /// Decodes the next block; `false` at the end.
    fn decode(&mut self) -> io::Result<bool> {
        let frame_bytes = self.format.frame_bytes();
        let frames = (self.format.rate_hz / BLOCKS_PER_S).max(1) as usize;
        let wanted = frames.min(BLOCK_BYTES / frame_bytes).max(1) * frame_bytes;
        let wanted = wanted.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.block.clear();
        // The file may have become shorter since it was opened.
        let read = Read::by_ref(&mut self.file).take(wanted as u64).read_to_end(&mut self.block)?;
        self.left -= read as u64;
        self.frames.clear();
        self.mono.clear();
        self.taken = 0;
        self.decoder.decode(&self.block[..read / frame_bytes * frame_bytes], &mut self.frames);
        self.mixer.mix(&self.frames, &mut self.mono);
        Ok(!self.mono.is_empty())
    }
}
