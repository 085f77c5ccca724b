//! Frames of the sound socket: what both sides say once they have said hello.
//!
//! A frame is a byte for its kind, two for the length of what follows (little-endian), and that. Sound is mono, in samples of
//! 16 bits, little-endian; a count of samples is 64 bits, little-endian.

use std::fmt;

/// The most that a frame may hold behind its header, in bytes.
pub const LONGEST_FRAME: usize = 6_400;

/// The most samples that a frame of sound may hold: 200 ms at 16 kHz.
pub const LONGEST_SOUND: usize = LONGEST_FRAME / 2;

const HEADER: usize = 3;

const SOUND: u8 = 1;
const PLAYED: u8 = 2;
const FLUSH: u8 = 3;
const FLUSHED: u8 = 4;
const GOODBYE: u8 = 5;

/// A frame from a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundFromClient {
    /// What its microphone gave; without samples only a sign of life.
    Sound(Vec<i16>),
    /// So many samples have been heard, in all since the connection began. What was dropped does not count.
    Played(u64),
    /// The answer to [`SoundFromDaemon::Flush`]: all that had not been played is dropped; so many samples have been heard.
    Flushed(u64),
    /// Something that this version does not know.
    Unknown,
}

/// A frame from the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundFromDaemon {
    /// To be played behind what came before.
    Sound(Vec<i16>),
    /// Be silent at once: drop what has not been played, and answer with [`SoundFromClient::Flushed`].
    Flush,
    /// The last frame, where the daemon can still say why: a [`crate::DoorError`] as JSON.
    Goodbye(Vec<u8>),
    /// Something that this version does not know.
    Unknown,
}

/// What comes is no stream of frames; nothing behind it can be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadFrame {
    /// It is longer than [`LONGEST_FRAME`].
    TooLong,
    /// What it holds does not fit its kind.
    Malformed,
}

/// Takes bytes in pieces of any size, and gives them back as frames. It holds no more than a frame and the piece that was
/// given last.
#[derive(Debug, Default)]
pub struct FrameCutter {
    bytes: Vec<u8>,
    /// So many of them were given back.
    taken: usize,
}

impl FrameCutter {
    /// Takes bytes. Take out all frames before more are given.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame of a client.
    ///
    /// # Errors
    /// This, and all that follows, is no frame.
    pub fn next_from_client(&mut self) -> Result<Option<SoundFromClient>, BadFrame> {
        let Some((kind, content)) = self.next()? else { return Ok(None) };
        Ok(Some(match kind {
            SOUND => SoundFromClient::Sound(samples(content)?),
            PLAYED => SoundFromClient::Played(count(content)?),
            FLUSHED => SoundFromClient::Flushed(count(content)?),
            _ => SoundFromClient::Unknown,
        }))
    }

    /// The next whole frame of the daemon.
    ///
    /// # Errors
    /// As [`FrameCutter::next_from_client`].
    pub fn next_from_daemon(&mut self) -> Result<Option<SoundFromDaemon>, BadFrame> {
        let Some((kind, content)) = self.next()? else { return Ok(None) };
        Ok(Some(match kind {
            SOUND => SoundFromDaemon::Sound(samples(content)?),
            FLUSH => SoundFromDaemon::Flush,
            GOODBYE => SoundFromDaemon::Goodbye(content.to_vec()),
            _ => SoundFromDaemon::Unknown,
        }))
    }

    fn next(&mut self) -> Result<Option<(u8, &[u8])>, BadFrame> {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        let [kind, low, high, content @ ..] = rest else { return Ok(None) };
        let (kind, length) = (*kind, usize::from(u16::from_le_bytes([*low, *high])));
        if length > LONGEST_FRAME {
            return Err(BadFrame::TooLong);
        }
        let Some(content) = content.get(..length) else { return Ok(None) };
        self.taken += HEADER + length;
        Ok(Some((kind, content)))
    }
}

impl SoundFromClient {
    /// Appends the frame to what is to be written; of sound no more than [`LONGEST_SOUND`]. What is not known is nothing.
    pub fn write(&self, onto: &mut Vec<u8>) {
        match self {
            Self::Sound(samples) => write_sound(samples, onto),
            Self::Played(samples) => write(PLAYED, &samples.to_le_bytes(), onto),
            Self::Flushed(samples) => write(FLUSHED, &samples.to_le_bytes(), onto),
            Self::Unknown => {}
        }
    }
}

impl SoundFromDaemon {
    /// As [`SoundFromClient::write`]. A goodbye is cut off where it is too long.
    pub fn write(&self, onto: &mut Vec<u8>) {
        match self {
            Self::Sound(samples) => write_sound(samples, onto),
            Self::Flush => write(FLUSH, &[], onto),
            Self::Goodbye(error) => write(GOODBYE, error, onto),
            Self::Unknown => {}
        }
    }
}

fn samples(content: &[u8]) -> Result<Vec<i16>, BadFrame> {
    let (pairs, rest) = content.as_chunks();
    if rest.is_empty() {
        Ok(pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
    } else {
        Err(BadFrame::Malformed)
    }
}

fn count(content: &[u8]) -> Result<u64, BadFrame> {
    content.try_into().map(u64::from_le_bytes).map_err(|_| BadFrame::Malformed)
}

fn write_sound(samples: &[i16], onto: &mut Vec<u8>) {
    let samples = samples.get(..LONGEST_SOUND).unwrap_or(samples);
    let content: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    write(SOUND, &content, onto);
}

fn write(kind: u8, content: &[u8], onto: &mut Vec<u8>) {
    let content = content.get(..LONGEST_FRAME).unwrap_or(content);
    // It fits: see the line above.
    let [low, high] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_le_bytes();
    onto.extend_from_slice(&[kind, low, high]);
    onto.extend_from_slice(content);
}

impl fmt::Display for BadFrame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(formatter, "a frame may hold {LONGEST_FRAME} bytes at most"),
            Self::Malformed => formatter.write_str("sound has whole samples of two bytes, and a count has eight bytes"),
        }
    }
}

impl std::error::Error for BadFrame {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from_client() -> impl Strategy<Value = SoundFromClient> {
        prop_oneof![
            proptest::collection::vec(any::<i16>(), 0..400).prop_map(SoundFromClient::Sound),
            any::<u64>().prop_map(SoundFromClient::Played),
            any::<u64>().prop_map(SoundFromClient::Flushed),
        ]
    }

    fn from_daemon() -> impl Strategy<Value = SoundFromDaemon> {
        prop_oneof![
            proptest::collection::vec(any::<i16>(), 0..400).prop_map(SoundFromDaemon::Sound),
            Just(SoundFromDaemon::Flush),
            proptest::collection::vec(any::<u8>(), 0..90).prop_map(SoundFromDaemon::Goodbye),
        ]
    }

    /// Reads bytes that come in pieces of these lengths.
    fn read<T>(
        mut bytes: &[u8],
        cuts: &[usize],
        next: impl Fn(&mut FrameCutter) -> Result<Option<T>, BadFrame>,
    ) -> Result<Vec<T>, BadFrame> {
        let (mut cutter, mut frames) = (FrameCutter::default(), Vec::new());
        for cut in cuts.iter().cycle() {
            if bytes.is_empty() {
                break;
            }
            let (piece, rest) = bytes.split_at((*cut).min(bytes.len()));
            bytes = rest;
            cutter.push(piece);
            while let Some(frame) = next(&mut cutter)? {
                frames.push(frame);
            }
            assert!(cutter.bytes.len() - cutter.taken < HEADER + LONGEST_FRAME);
        }
        Ok(frames)
    }

    proptest! {
        #[test]
        fn frames_are_read_as_they_were_written_in_whatever_pieces_they_come(
            client in proptest::collection::vec(from_client(), 0..9),
            daemon in proptest::collection::vec(from_daemon(), 0..9),
            cuts in proptest::collection::vec(1..300_usize, 1..9),
        ) {
            let (mut to_daemon, mut to_client) = (Vec::new(), Vec::new());
            client.iter().for_each(|frame| frame.write(&mut to_daemon));
            daemon.iter().for_each(|frame| frame.write(&mut to_client));
            prop_assert_eq!(read(&to_daemon, &cuts, FrameCutter::next_from_client), Ok(client));
            prop_assert_eq!(read(&to_client, &cuts, FrameCutter::next_from_daemon), Ok(daemon));
        }

        #[test]
        fn any_bytes_are_frames_or_refused_and_little_is_kept(
            bytes in proptest::collection::vec(prop_oneof![2 => 0..6_u8, 1 => any::<u8>()], 0..2_000),
            cuts in proptest::collection::vec(1..300_usize, 1..9),
        ) {
            let _ = read(&bytes, &cuts, FrameCutter::next_from_client);
            let _ = read(&bytes, &cuts, FrameCutter::next_from_daemon);
        }
    }

    #[test]
    fn a_frame_is_refused_before_it_is_kept_where_it_is_too_long() {
        let length = |length: usize| [SOUND, (length & 0xff) as u8, (length >> 8) as u8];
        let mut cutter = FrameCutter::default();
        cutter.push(&length(LONGEST_FRAME));
        assert_eq!(cutter.next_from_client(), Ok(None));
        cutter.push(&[0; LONGEST_FRAME]);
        assert_eq!(cutter.next_from_client(), Ok(Some(SoundFromClient::Sound(vec![0; LONGEST_SOUND]))));
        cutter.push(&length(LONGEST_FRAME + 1));
        assert_eq!(cutter.next_from_client(), Err(BadFrame::TooLong));
    }

    #[test]
    fn what_is_not_known_is_passed_over_and_what_does_not_fit_its_kind_is_refused() {
        let read = |bytes: &[u8]| {
            let mut cutter = FrameCutter::default();
            cutter.push(bytes);
            cutter.next_from_client()
        };
        assert_eq!(read(&[99, 2, 0, 7, 7]), Ok(Some(SoundFromClient::Unknown)));
        assert_eq!(read(&[SOUND, 3, 0, 1, 2, 3]), Err(BadFrame::Malformed));
        assert_eq!(read(&[PLAYED, 7, 0, 1, 2, 3, 4, 5, 6, 7]), Err(BadFrame::Malformed));
        assert_eq!(read(&[SOUND, 4, 0, 1, 0, 255, 255]), Ok(Some(SoundFromClient::Sound(vec![1, -1]))));
    }
}
