//! The pipe protocol between Parley and its workers.
//!
//! A **frame** is `json_len: u32 LE`, `sample_count: u32 LE`, the JSON, then the samples as `i16 LE`. The worker's
//! first frame is [`Report::Ready`] with [`VERSION`]; after it, [`Command`]s go in and [`Report`]s come out. The worker
//! takes one job at a time, in order; [`Command::Cancel`] overtakes. Every job ends with exactly one [`Report::End`] or
//! [`Report::Failed`], a cancelled one too. End of file means that the other side is gone.
//!
//! A **fed** job has more input than its task: [`Command::Feed`] until [`Command::FeedEnd`]. The worker says of each
//! piece that it was taken, and no more than [`FED_IN_FLIGHT`] are sent that were not. So the worker always has room for
//! what it reads, and a cancel is never stuck behind a piece that nobody takes. While a job computes or waits for
//! input, the worker says every [`ALIVE_EVERY`] that it is [`Report::Alive`].

use std::io::{self, Read, Write};

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fed::Fed;
use crate::task::{Wire, WorkerDetails};

/// Raised whenever one side would misread the other's frames.
pub const VERSION: u32 = 3;
/// The longest JSON part: a full context of text is far below it.
pub const MAX_JSON_BYTES: usize = 1 << 20;
/// The most samples in one frame: two minutes at 16 kHz.
pub const MAX_SAMPLES: usize = 120 * 16_000;
/// Pieces of input on their way to a worker that it has not taken yet.
pub const FED_IN_FLIGHT: usize = 8;
/// How often a worker says at most that it is alive.
pub const ALIVE_EVERY: Duration = Duration::from_millis(500);

/// Identifies a job on one worker's pipe; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// What a worker is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Command<T> {
    /// Do this after what was sent before. `fed`: input follows, up to its end.
    Start {
        job: JobId,
        task: T,
        #[serde(default)]
        fed: bool,
    },
    /// More input for this job; after its end it means nothing.
    Feed { job: JobId, fed: Fed },
    /// This job has all of its input.
    FeedEnd { job: JobId },
    /// Stop this job, or never begin it.
    Cancel { job: JobId },
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Report<O> {
    /// The model is loaded; always the first report. `protocol`: the worker's [`VERSION`].
    Ready { protocol: u32, details: WorkerDetails },
    /// A piece of the answer.
    Output { job: JobId, output: O },
    /// The job goes on, without an output so far.
    Alive { job: JobId },
    /// The job has taken one piece of its input.
    Taken { job: JobId },
    /// The job is over: done, or cancelled.
    End { job: JobId },
    /// The job was refused, for a reason that a person can read.
    Failed { job: JobId, error: String },
}

impl<T: Wire> Wire for Command<T> {
    fn samples(&self) -> &[i16] {
        match self {
            Self::Start { task, .. } => task.samples(),
            Self::Feed { fed, .. } => fed.samples(),
            Self::FeedEnd { .. } | Self::Cancel { .. } => &[],
        }
    }
    fn attach(&mut self, samples: Vec<i16>) {
        match self {
            Self::Start { task, .. } => task.attach(samples),
            Self::Feed { fed, .. } => fed.attach(samples),
            Self::FeedEnd { .. } | Self::Cancel { .. } => {}
        }
    }
}

impl<O: Wire> Wire for Report<O> {
    fn samples(&self) -> &[i16] {
        match self {
            Self::Output { output, .. } => output.samples(),
            Self::Ready { .. } | Self::Alive { .. } | Self::Taken { .. } | Self::End { .. } | Self::Failed { .. } => {
                &[]
            }
        }
    }
    fn attach(&mut self, samples: Vec<i16>) {
        match self {
            Self::Output { output, .. } => output.attach(samples),
            Self::Ready { .. } | Self::Alive { .. } | Self::Taken { .. } | Self::End { .. } | Self::Failed { .. } => {}
        }
    }
}

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum FrameError {
    /// The other side closed the pipe between two frames.
    #[error("the pipe was closed")]
    Closed,
    /// The pipe broke, or ended within a frame.
    #[error("the pipe broke: {0}")]
    Io(#[from] io::Error),
    /// A length is out of bounds: the other side does not speak this protocol, or has lost its place in it.
    #[error("a frame of {json_bytes} JSON bytes and {samples} samples is beyond the protocol's bounds")]
    TooLarge { json_bytes: usize, samples: usize },
    /// Samples beside a message that has none, or a number that is not whole.
    #[error("a frame carries {0} bytes of samples that do not belong to its message")]
    StraySamples(usize),
    /// More input than the worker said that it had room for.
    #[error("more than {FED_IN_FLIGHT} pieces of input were sent that had not been taken")]
    Overfed,
    /// The JSON is not a message of this protocol.
    #[error("a frame is not a message of protocol {VERSION}: {0}")]
    Json(#[from] serde_json::Error),
}

/// Bytes of a frame's header.
pub const HEADER_BYTES: usize = 8;

/// The lengths that a header announces, JSON bytes and samples.
///
/// # Errors
/// [`FrameError::TooLarge`] where one is beyond its bound.
pub fn parse_header(header: [u8; HEADER_BYTES]) -> Result<(usize, usize), FrameError> {
    let [a, b, c, d, e, f, g, h] = header;
    let json_bytes = u32::from_le_bytes([a, b, c, d]) as usize;
    let samples = u32::from_le_bytes([e, f, g, h]) as usize;
    if json_bytes > MAX_JSON_BYTES || samples > MAX_SAMPLES {
        return Err(FrameError::TooLarge { json_bytes, samples });
    }
    Ok((json_bytes, samples))
}

/// One message as bytes.
///
/// # Errors
/// [`FrameError::TooLarge`] where it is beyond the bounds; nothing that large may be sent.
pub fn encode<M: Wire>(message: &M) -> Result<Vec<u8>, FrameError> {
    let json = serde_json::to_vec(message)?;
    let samples = message.samples();
    if json.len() > MAX_JSON_BYTES || samples.len() > MAX_SAMPLES {
        return Err(FrameError::TooLarge { json_bytes: json.len(), samples: samples.len() });
    }
    let mut frame = Vec::with_capacity(HEADER_BYTES + json.len() + 2 * samples.len());
    frame.extend((json.len() as u32).to_le_bytes());
    frame.extend((samples.len() as u32).to_le_bytes());
    frame.extend(&json);
    frame.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    Ok(frame)
}

/// One message from its JSON and its sample bytes.
///
/// # Errors
/// [`FrameError::Json`] and [`FrameError::StraySamples`]: the two do not make up a message of this protocol.
pub fn decode<M: Wire + DeserializeOwned>(json: &[u8], sample_bytes: &[u8]) -> Result<M, FrameError> {
    let mut message: M = serde_json::from_slice(json)?;
    let (pairs, rest) = sample_bytes.as_chunks::<2>();
    message.attach(pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect());
    if !rest.is_empty() || message.samples().len() != pairs.len() {
        return Err(FrameError::StraySamples(sample_bytes.len()));
    }
    Ok(message)
}

/// Writes one message and flushes.
///
/// # Errors
/// Those of [`encode`] and of the writer.
pub fn write<M: Wire>(mut to: impl Write, message: &M) -> Result<(), FrameError> {
    to.write_all(&encode(message)?)?;
    Ok(to.flush()?)
}

/// Reads one message; blocks until it is whole.
///
/// # Errors
/// [`FrameError::Closed`] at the end of file between two frames; after any other the stream is of no more use.
pub fn read<M: Wire>(mut from: impl Read) -> Result<M, FrameError> {
    let mut header = [0; HEADER_BYTES];
    let begun = loop {
        match from.read(&mut header) {
            Ok(0) => return Err(FrameError::Closed),
            Ok(bytes) => break bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    };
    from.read_exact(&mut header[begun..])?;
    let (json_bytes, samples) = parse_header(header)?;
    let mut body = vec![0; json_bytes + 2 * samples];
    from.read_exact(&mut body)?;
    let (json, sample_bytes) = body.split_at(json_bytes);
    decode(json, sample_bytes)
}
