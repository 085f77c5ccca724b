//! Reading, block by block.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use hound::SampleFormat;

use super::{WavError, WavProblem};

/// The longest header that is read: a cover picture fits before the sound, a wrong file is not swallowed.
const MAX_HEADER_BYTES: u64 = 16 << 20;
/// RIFF header: tag, length, form.
const RIFF_BYTES: usize = 12;
/// Chunk header: tag, length.
const CHUNK_BYTES: usize = 8;
/// Where the fmt chunk holds the bytes of a frame.
const BLOCK_ALIGN_AT: usize = 12;

/// The decoder reads the header from memory, with its length set right, and the sound from the file.
type Input = Chain<Cursor<Vec<u8>>, BufReader<File>>;

/// A WAV file as a stream of mono samples.
pub struct WavReader {
    path: PathBuf,
    decoder: hound::WavReader<Input>,
    spec: hound::WavSpec,
    is_cut_short: bool,
}

impl WavReader {
    /// Opens a file at its first sample.
    ///
    /// # Errors
    /// The file cannot be opened, is not a WAV file, has no samples, or an encoding that is not supported.
    pub fn open(path: &Path) -> Result<Self, WavError> {
        let failed = |problem: WavProblem| problem.of(path);
        let open_error = |error| failed(WavProblem::Open(error));
        let mut file = BufReader::new(File::open(path).map_err(open_error)?);
        let length = file.get_ref().metadata().map_err(open_error)?.len();
        let mut header = read_header(&mut file).map_err(failed)?;

        let available = length.saturating_sub(file.stream_position().map_err(open_error)?);
        let (promised, is_unfinished) = header.promise();
        let frame_bytes = u64::from(header.frame_bytes);
        if frame_bytes == 0 {
            return Err(failed(not_wav("its frames have no bytes")));
        }
        let present = promised.unwrap_or(u32::MAX).into();
        let present = available.min(present) / frame_bytes * frame_bytes;
        let data_length_at = header.bytes.len() - 4;
        header.bytes[data_length_at..].copy_from_slice(&(present as u32).to_le_bytes());
        let is_cut_short = is_unfinished || promised.is_some_and(|bytes| present < bytes.into());

        let unsupported = || failed(WavProblem::Unsupported(header.encoding.clone()));
        let decoder = hound::WavReader::new(Cursor::new(header.bytes).chain(file)).map_err(|error| match error {
            hound::Error::Unsupported | hound::Error::TooWide | hound::Error::InvalidSampleFormat => unsupported(),
            hound::Error::FormatError(reason) if reason.starts_with("bits per sample") => unsupported(),
            hound::Error::FormatError(reason) => failed(not_wav(reason)),
            hound::Error::IoError(_) | hound::Error::UnfinishedSample => failed(not_wav("its header is cut short")),
        })?;
        let spec = decoder.spec();
        let sample_bytes = frame_bytes / u64::from(spec.channels.max(1));
        let is_known = match spec.sample_format {
            SampleFormat::Int => {
                matches!((sample_bytes, spec.bits_per_sample), (1, 8) | (2, 16) | (3 | 4, 24) | (4, 32))
            }
            SampleFormat::Float => (sample_bytes, spec.bits_per_sample) == (4, 32),
        };
        if !is_known {
            return Err(unsupported());
        }
        if spec.sample_rate == 0 {
            return Err(failed(not_wav("its sample rate is 0")));
        }
        if decoder.len() == 0 {
            return Err(failed(WavProblem::Empty));
        }
        Ok(Self { path: path.to_owned(), decoder, spec, is_cut_short })
    }

    /// Mono samples per second.
    pub fn rate_hz(&self) -> u32 {
        self.spec.sample_rate
    }

    /// Whether the file promises more than it holds, as after a crash or a broken copy.
    pub fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// Reads as many mono samples as fit and are left, and returns how many; 0 at the end.
    ///
    /// # Errors
    /// The disk failed.
    pub fn read(&mut self, mono: &mut [f32]) -> Result<usize, WavError> {
        let channels = usize::from(self.spec.channels);
        let result = match self.spec.sample_format {
            SampleFormat::Float => {
                mix(
                    self.decoder.samples::<f32>(),
                    channels,
                    mono,
                    |sample| {
                        if sample.is_finite() { sample } else { 0.0 }
                    },
                )
            }
            SampleFormat::Int => {
                let full_scale = 2.0_f32.powi(i32::from(self.spec.bits_per_sample) - 1);
                mix(self.decoder.samples::<i32>(), channels, mono, |sample| sample as f32 / full_scale)
            }
        };
        result.map_err(|error| {
            let reason = error.to_string();
            let hound::Error::IoError(error) = error else { return not_wav(&reason).of(&self.path) };
            WavProblem::Read(error).of(&self.path)
        })
    }
}

/// Fills `mono` with the mean of each frame's channels, as far as whole frames go.
fn mix<S>(
    mut samples: impl Iterator<Item = Result<S, hound::Error>>,
    channels: usize,
    mono: &mut [f32],
    to_f32: impl Fn(S) -> f32,
) -> Result<usize, hound::Error> {
    for (index, mono) in mono.iter_mut().enumerate() {
        let mut sum = 0.0;
        for _ in 0..channels {
            match samples.next() {
                Some(sample) => sum += to_f32(sample?),
                None => return Ok(index),
            }
        }
        *mono = sum / channels as f32;
    }
    Ok(mono.len())
}

/// Everything up to the first sample.
struct Header {
    bytes: Vec<u8>,
    frame_bytes: u16,
    /// Format tag and sample size, for people.
    encoding: String,
}

impl Header {
    /// The bytes of sound that are promised, `None` where nobody knew how many there would be; and whether that was a
    /// recorder that crashed (zeros), and not one that wrote to a pipe (all ones), up to the end of the file.
    fn promise(&self) -> (Option<u32>, bool) {
        let data = le_u32(&self.bytes, self.bytes.len() - 4);
        let is_unfinished = data == 0 && le_u32(&self.bytes, 4) == 0;
        (Some(data).filter(|data| *data != u32::MAX && !is_unfinished), is_unfinished)
    }
}

fn read_header(file: &mut (impl Read + Seek)) -> Result<Header, WavProblem> {
    let mut bytes = vec![0; RIFF_BYTES];
    read_exact(file, &mut bytes)?;
    if !bytes.starts_with(b"RIFF") || !bytes.ends_with(b"WAVE") {
        return Err(not_wav("it does not begin with RIFF and WAVE"));
    }
    let mut format = None;
    loop {
        let start = bytes.len();
        bytes.resize(start + CHUNK_BYTES, 0);
        read_exact(file, &mut bytes[start..])?;
        let length = le_u32(&bytes, start + 4);
        let tag = &bytes[start..start + 4];
        if tag == b"data" {
            let (format_tag, frame_bytes, bits) = format.ok_or_else(|| not_wav("the format is missing"))?;
            let encoding = format!("format {format_tag:#06x} with {bits} bits");
            return Ok(Header { bytes, frame_bytes, encoding });
        }
        let is_format = tag == b"fmt ";
        if is_format || tag == b"fact" {
            let body = bytes.len();
            // Formats of more than a few dozen bytes do not exist.
            if length > 1 << 12 {
                return Err(not_wav("its format is too long"));
            }
            bytes.resize(body + length as usize, 0);
            read_exact(file, &mut bytes[body..])?;
            if is_format && length >= 16 {
                format = Some((
                    le_u16(&bytes, body),
                    le_u16(&bytes, body + BLOCK_ALIGN_AT),
                    le_u16(&bytes, body + BLOCK_ALIGN_AT + 2),
                ));
            }
        } else {
            // Titles and pictures: nothing to decode, so nothing to keep. Odd chunks are padded.
            bytes.truncate(start);
            if u64::from(length) > MAX_HEADER_BYTES {
                return Err(not_wav("there is no sound in its first megabytes"));
            }
            file.seek_relative(i64::from(length) + i64::from(length % 2)).map_err(WavProblem::Read)?;
        }
    }
}

fn not_wav(reason: &str) -> WavProblem {
    WavProblem::NotWav(reason.to_owned())
}

fn read_exact(file: &mut impl Read, bytes: &mut [u8]) -> Result<(), WavProblem> {
    file.read_exact(bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            not_wav("it ends within its header")
        } else {
            WavProblem::Read(error)
        }
    })
}

fn le_u16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn le_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
