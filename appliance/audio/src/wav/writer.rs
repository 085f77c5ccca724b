//! Writing 16-bit mono.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Seek, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec};

use super::{WavError, WavProblem};

/// Bytes of sound that a WAV file holds at most, with room for the header.
const MAX_DATA_BYTES: u64 = u32::MAX as u64 - 1_024;
/// The length that a pipe is promised, as by sox: most programs know that nobody knew it.
const UNKNOWN_BYTES: u32 = 0x7fff_f000;
const HEADER_BYTES: u32 = 44;

/// A WAV file that grows. Its header is set right every second of sound and at the end, so that a crash costs at most
/// the last second. Through a pipe goes what can be read without a length.
pub struct WavWriter {
    path: PathBuf,
    outlet: Outlet,
    rate_hz: u32,
    since_header: u32,
}

enum Outlet {
    File {
        encoder: hound::WavWriter<BufWriter<File>>,
        /// The same file, to force it onto the disk at the end.
        file: File,
    },
    Pipe(BufWriter<File>),
}

impl WavWriter {
    /// Creates a file, or replaces one; `-` is standard output, and may be a pipe like any other.
    ///
    /// # Errors
    /// The folder does not exist, is not writable or is full.
    pub fn create(path: &Path, rate_hz: u32) -> Result<Self, WavError> {
        let error = |error| WavProblem::Write(error).of(path);
        let is_standard = path == Path::new("-");
        let file =
            if is_standard { io::stdout().as_fd().try_clone_to_owned().map(File::from) } else { File::create(path) };
        let mut file = file.map_err(error)?;
        // What standard output already has before and after it is not ours, wherever it leads.
        let outlet = if is_standard || file.stream_position().is_err_and(|error| error.kind() == ErrorKind::NotSeekable)
        {
            let mut pipe = BufWriter::new(file);
            pipe.write_all(&header_without_length(rate_hz)).and_then(|()| pipe.flush()).map_err(error)?;
            Outlet::Pipe(pipe)
        } else {
            let same_file = file.try_clone().map_err(error)?;
            let spec =
                WavSpec { channels: 1, sample_rate: rate_hz, bits_per_sample: 16, sample_format: SampleFormat::Int };
            let encoder = hound::WavWriter::new(BufWriter::new(file), spec);
            let mut encoder = encoder.map_err(|failure| write_error(path, failure))?;
            encoder.flush().map_err(|failure| write_error(path, failure))?;
            Outlet::File { encoder, file: same_file }
        };
        Ok(Self { path: path.to_owned(), outlet, rate_hz, since_header: 0 })
    }

    /// Appends samples. Through a pipe they go at once.
    ///
    /// # Errors
    /// The disk is full or failed, the file has 4 GiB, or nobody reads the pipe any more.
    pub fn write(&mut self, samples: &[i16]) -> Result<(), WavError> {
        match &mut self.outlet {
            Outlet::Pipe(pipe) => {
                let written = samples.iter().try_for_each(|sample| pipe.write_all(&sample.to_le_bytes()));
                written.and_then(|()| pipe.flush()).map_err(|error| WavProblem::Write(error).of(&self.path))
            }
            Outlet::File { encoder, .. } => {
                if (u64::from(encoder.len()) + samples.len() as u64) * 2 > MAX_DATA_BYTES {
                    return Err(WavProblem::TooLong.of(&self.path));
                }
                let result = samples.iter().try_for_each(|sample| encoder.write_sample(*sample));
                self.since_header = self.since_header.saturating_add(samples.len() as u32);
                let result = if self.since_header >= self.rate_hz {
                    self.since_header = 0;
                    result.and_then(|()| encoder.flush())
                } else {
                    result
                };
                result.map_err(|failure| write_error(&self.path, failure))
            }
        }
    }

    /// Completes the file and waits until it is on the disk.
    ///
    /// # Errors
    /// The disk is full or failed.
    pub fn finish(self) -> Result<(), WavError> {
        let Self { path, outlet, .. } = self;
        match outlet {
            Outlet::Pipe(mut pipe) => pipe.flush().map_err(|error| WavProblem::Write(error).of(&path)),
            Outlet::File { encoder, file } => {
                encoder.finalize().map_err(|failure| write_error(&path, failure))?;
                match file.sync_all() {
                    // Not every kind of file can be forced onto a disk: a device has none.
                    Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
                    result => result.map_err(|error| WavProblem::Write(error).of(&path)),
                }
            }
        }
    }
}

/// RIFF, fmt and the beginning of data, for 16-bit mono.
fn header_without_length(rate_hz: u32) -> Vec<u8> {
    let format = [&1_u16.to_le_bytes()[..], &1_u16.to_le_bytes(), &rate_hz.to_le_bytes(), &(rate_hz * 2).to_le_bytes()];
    [
        b"RIFF",
        &(UNKNOWN_BYTES + HEADER_BYTES - 8).to_le_bytes()[..],
        b"WAVEfmt ",
        &16_u32.to_le_bytes(),
        &format.concat(),
        &2_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
        b"data",
        &UNKNOWN_BYTES.to_le_bytes(),
    ]
    .concat()
}

fn write_error(path: &Path, failure: hound::Error) -> WavError {
    let reason = failure.to_string();
    let error = if let hound::Error::IoError(error) = failure { error } else { io::Error::other(reason) };
    WavProblem::Write(error).of(path)
}
