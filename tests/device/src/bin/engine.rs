//! The engines of the virtual device: a double without models, for real ones would be too slow under emulation. It answers every task at
//! once, with words and a tone, over the product's own worker protocol. Which engine it is, its name says.

use std::error::Error;
use std::f32::consts::TAU;

use parley_engines::worker::{self, CancelFlag, Engine, Outputs};
use parley_engines::{
    EndOfTurn, Generate, Generated, Judge, Kind, Listen, Speak, Spoken, StopReason, Talk, Think, Transcribe,
    Transcript, WorkerDetails,
};

/// What the tester listens for in the recording of the loudspeaker.
const TONE_HZ: f32 = 440.0;
const RATE_HZ: u32 = 22_050;
/// Half of the range.
const LOUDNESS: f32 = 16_384.0;
/// Speech lasts as long as the text is.
const SAMPLES_OF_A_CHARACTER: usize = RATE_HZ as usize / 20;

struct Double;

impl Engine<Listen> for Double {
    fn run(&mut self, _: Transcribe, _: &CancelFlag, outputs: &mut Outputs<'_, Listen>) -> Result<(), String> {
        let transcript =
            Transcript { text: "hello".into(), language: "en".into(), language_probability: 1.0, confidence: 1.0 };
        outputs.send(transcript).map_err(|error| error.to_string())
    }
}

impl Engine<Think> for Double {
    fn run(&mut self, task: Generate, _: &CancelFlag, outputs: &mut Outputs<'_, Think>) -> Result<(), String> {
        if task.max_tokens > 0 {
            outputs.send(Generated::Text("This is the virtual device.".into())).map_err(|error| error.to_string())?;
        }
        let (prompt_tokens, reused_tokens, generated_tokens, prefill_ms) = (1, 0, 1, 0.0);
        let reason = StopReason::EndOfAnswer;
        let last = Generated::Finished { reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms };
        outputs.send(last).map_err(|error| error.to_string())
    }
}

impl Engine<Talk> for Double {
    fn run(&mut self, task: Speak, _: &CancelFlag, outputs: &mut Outputs<'_, Talk>) -> Result<(), String> {
        let samples = task.text.chars().count() * SAMPLES_OF_A_CHARACTER;
        let sample = |index: usize| (LOUDNESS * (index as f32 * TONE_HZ / RATE_HZ as f32 * TAU).sin()) as i16;
        let spoken = Spoken { rate_hz: RATE_HZ, audio: (0..samples).map(sample).collect() };
        outputs.send(spoken).map_err(|error| error.to_string())
    }
}

impl Engine<Judge> for Double {
    fn run(&mut self, _: EndOfTurn, _: &CancelFlag, outputs: &mut Outputs<'_, Judge>) -> Result<(), String> {
        outputs.send(1.0).map_err(|error| error.to_string())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().next().unwrap_or_default();
    let engine = name.rsplit_once("parley-engine-").map_or("", |(_, engine)| engine).to_owned();
    let languages = if engine == Judge::NAME { Vec::new() } else { vec!["en".to_owned()] };
    let details = WorkerDetails {
        engine: engine.clone(),
        model: "double".into(),
        languages,
        context_tokens: (engine == Think::NAME).then_some(2_048),
        rate_hz: (engine == Talk::NAME).then_some(RATE_HZ),
        ..WorkerDetails::default()
    };
    match engine.as_str() {
        Listen::NAME => worker::serve::<Listen>(Double, details)?,
        Think::NAME => worker::serve::<Think>(Double, details)?,
        Talk::NAME => worker::serve::<Talk>(Double, details)?,
        Judge::NAME => worker::serve::<Judge>(Double, details)?,
        _ => return Err(format!("{name} is the name of no engine").into()),
    }
    Ok(())
}
