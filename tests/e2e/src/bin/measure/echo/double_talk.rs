//! What is understood of people who speak while Parley does.

use anyhow::{Context, Result};
use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_daemon::workers::Needed;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_e2e::level::power;
use parley_echo::EchoCanceller;
use parley_speech::room::SimulatedRoom;
use parley_speech::word_errors::{WordErrors, word_errors};
use parley_speech::{Clip, SpeechSets};
use serde::Serialize;

use super::{JITTER_S, NEAR_DBFS, RATE, at_level, looped};
use crate::accuracy::transcribe;
use crate::room::{samples, workers};

/// Every so many of the questions: an utterance takes a second or two.
const EACH: usize = 2;
/// Its own voice has been heard for so long before the first of them, and there is so much between two.
const BEFORE: usize = 20 * RATE;
const BETWEEN: usize = RATE / 2;

/// Word errors by what was transcribed.
#[derive(Serialize, Default)]
pub struct Words {
    utterances: usize,
    clean: f64,
    rooms: Vec<InRoom>,
}

#[derive(Serialize)]
struct InRoom {
    room: &'static str,
    microphone: f64,
    linear: f64,
}

pub async fn measure(sets: &SpeechSets, rooms: [SimulatedRoom; 4], own: &[f32]) -> Result<Words> {
    let workers = workers(Needed::SpeechToText).await?;
    let engine = workers.speech_to_text().context("speech-to-text was not started")?;
    let clips: Vec<&Clip> = sets.questions.iter().step_by(EACH).collect();
    let mut words = Words { utterances: clips.len(), ..Words::default() };
    let (mut near, mut places) = (vec![0.0; BEFORE], Vec::new());
    for clip in &clips {
        let spoken = at_level(&samples(sets, clip)?, NEAR_DBFS);
        places.push(near.len() - BETWEEN / 2..near.len() + spoken.len() + BETWEEN / 2);
        near.extend(spoken);
        near.extend(vec![0.0; BETWEEN]);
    }
    near.extend(vec![0.0; RATE]);
    let errors = async |heard: &[i16]| {
        let mut errors = WordErrors::default();
        for (clip, place) in clips.iter().zip(&places) {
            let audio = heard.get(place.clone()).context("it was heard to its end")?.to_vec();
            let transcript = transcribe(engine.as_ref(), audio).await?;
            errors += word_errors(&clip.text, &transcript.text, &sets.replacements);
        }
        anyhow::Ok(errors.rate())
    };
    let whole = |sample: &f32| (sample * 32_767.0) as i16;
    words.clean = errors(&near.iter().map(whole).collect::<Vec<_>>()).await?;
    let played: Vec<f32> = own.chunks(RATE / 10).filter(|part| power(part) > 1e-9).flatten().copied().collect();
    let played = looped(&played, near.len(), 0);
    for room in rooms {
        let acoustics = Acoustics { room, faster_ppm: 0.0, jitter_s: JITTER_S, played: &played, near: &near, seed: 17 };
        let devices = acoustics.devices()?;
        let microphone: Vec<i16> = devices.captured.iter().map(whole).collect();
        let canceller = EchoCanceller::new(devices.tap.clone(), LOUDSPEAKER_HZ)?;
        let mut detector = Detector::default().with_canceller(Box::new(canceller));
        let mut linear = Vec::new();
        devices.listen(|frame, Moment { end, arrived }| {
            let heard = detector.hear(&frame.map(|sample| whole(&sample)), false, Position(end), arrived.into());
            linear.extend_from_slice(&heard.samples);
        });
        words.rooms.push(InRoom {
            room: room.name,
            microphone: errors(&microphone).await?,
            linear: errors(&linear).await?,
        });
    }
    workers.shut_down().await;
    Ok(words)
}

impl Words {
    pub fn line(&self) -> String {
        let each = |InRoom { room, microphone, linear }: &InRoom| {
            let [microphone, linear] = [microphone, linear].map(|rate| 100.0 * rate);
            format!("\n{room:<12} microphone {microphone:.1} %, linear {linear:.1} %")
        };
        let rooms: String = self.rooms.iter().map(each).collect();
        let Self { utterances, clean, .. } = self;
        format!("word errors of {utterances} questions spoken over its own voice; alone {:.1} %{rooms}", 100.0 * clean)
    }
}
