//! A seat of one's own: says a recording to Parley, and writes down what it answers:
//! `cargo run --example seat -- question.wav answer.wav`.
//!
//! The recording is mono at 16 kHz with 16 bits (`sox IN -r 16000 -c 1 -b 16 OUT.wav` makes one). It stands for a microphone,
//! and the other file for a loudspeaker: both keep real time, as a satellite or a page would.

#![allow(clippy::print_stderr, reason = "whoever starts it looks on")]

use std::error::Error;
use std::time::{Duration, Instant};
use std::{env, fs};

use parley_door::{SOUND_IN_HZ, SoundFromDaemon, SoundHello};
use parley_door_client::{PlayQueue, SeatClient};

const FRAME: Duration = Duration::from_millis(20);
/// After so long without a sound from either side there is no answer, or no more of it.
const QUIET: Duration = Duration::from_secs(8);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [question, answer] = arguments.as_slice() else {
        return Err("name a recording, and a file for the answer".into());
    };
    let question = samples(&fs::read(question)?).ok_or("the recording is not mono at 16 kHz with 16 bits")?;
    let mut seat = SeatClient::connect(SoundHello::new("the seat of the examples"))?;
    let rate_hz = seat.welcome().rate_hz;
    eprintln!("this is {}", seat.welcome().seat);
    fs::write(answer, wav(&converse(&mut seat, &question, rate_hz)?, rate_hz))?;
    Ok(())
}

/// What was heard from the beginning of the question to the end of the answer, silence included.
fn converse(seat: &mut SeatClient, question: &[i16], rate_hz: u32) -> Result<Vec<i16>, Box<dyn Error>> {
    let (mut queue, mut heard) = (PlayQueue::default(), Vec::new());
    let mut microphone = question.chunks(samples_in(FRAME, SOUND_IN_HZ));
    let silence = vec![0; samples_in(FRAME, SOUND_IN_HZ)];
    let mut block = vec![0; samples_in(FRAME, rate_hz)];
    let (mut next, mut last_sound) = (Instant::now(), Instant::now());
    while last_sound.elapsed() < QUIET {
        let said = microphone.next();
        seat.send(said.unwrap_or(&silence))?;
        if queue.fill(&mut block) > 0 {
            seat.played(queue.played())?;
        }
        heard.extend_from_slice(&block);
        if said.is_some() || !queue.is_empty() {
            last_sound = Instant::now();
        }
        next += FRAME;
        loop {
            match seat.receive(next.saturating_duration_since(Instant::now()))? {
                Some(SoundFromDaemon::Sound(samples)) => queue.push(&samples),
                Some(SoundFromDaemon::Flush) => {
                    queue.flush();
                    seat.flushed(queue.played())?;
                }
                Some(SoundFromDaemon::Goodbye(_) | SoundFromDaemon::Unknown) => {}
                None => break,
            }
        }
    }
    Ok(heard)
}

fn samples_in(time: Duration, rate_hz: u32) -> usize {
    (time.as_millis() * u128::from(rate_hz) / 1_000) as usize
}

/// The samples of a WAV file, if it is mono at 16 kHz with 16 bits.
fn samples(file: &[u8]) -> Option<Vec<i16>> {
    let (mut format, mut chunks) = (None, file.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?);
    loop {
        let (name, rest) = chunks.split_at_checked(4)?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let content = rest.get(..length).unwrap_or(rest);
        if name == b"fmt " {
            format = content.get(..16);
        } else if name == b"data" {
            let wanted = header(SOUND_IN_HZ, 0);
            let sound = content.as_chunks().0;
            return (format == wanted.get(20..36))
                .then(|| sound.iter().map(|pair| i16::from_le_bytes(*pair)).collect());
        }
        chunks = rest.get(length + length % 2..)?;
    }
}

fn wav(samples: &[i16], rate_hz: u32) -> Vec<u8> {
    let mut file = header(rate_hz, 2 * samples.len() as u32);
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

/// What stands before the sound in a mono file with 16 bits.
fn header(rate_hz: u32, bytes: u32) -> Vec<u8> {
    let word = |number: u32| number.to_le_bytes();
    let form = [1, 0, 1, 0];
    let parts = [*b"RIFF", word(36 + bytes), *b"WAVE", *b"fmt ", word(16), form, word(rate_hz), word(2 * rate_hz)];
    [parts.as_flattened(), &[2, 0, 16, 0], b"data", &word(bytes)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_said_again_and_nothing_else_is_taken_for_a_recording() {
        let sound = [1, -2, 300];
        assert_eq!(samples(&wav(&sound, SOUND_IN_HZ)), Some(sound.to_vec()));
        assert_eq!(samples(&wav(&sound, 44_100)), None);
        let file = wav(&sound, SOUND_IN_HZ);
        let with_a_title = [&file[..12], b"LIST\x03\0\0\0abc\0", &file[12..]].concat();
        assert_eq!(samples(&with_a_title), Some(sound.to_vec()));
        for cut in 0..file.len() - 6 {
            assert!(samples(&file[..cut]).is_none_or(|said| said.is_empty()), "{cut}");
        }
    }
}
