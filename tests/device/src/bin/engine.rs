//! The engines of the virtual device: a double without models, for real ones would be too slow under emulation. It
//! answers every task at once, with words and a tone, over the product's own worker protocol. Which engine it is, its
//! name says.

use std::error::Error;
use std::f32::consts::TAU;

use parley_engines::worker::{self, CancelFlag, Input, Model, Outputs};
use parley_engines::{
    EndOfTurn, Generate, Generated, JudgeEndOfTurn, Kind, LanguageModel, Speak, SpeechToText, Spoken, StopReason,
    TextToSpeech, Transcribe, Transcript, WorkerDetails,
};

/// What the tester listens for in the recording of the loudspeaker.
const TONE_HZ: f32 = 440.0;
const RATE_HZ: u32 = 22_050;
/// Half of the range.
const LOUDNESS: f32 = 16_384.0;
/// Speech lasts as long as the text is.
const SAMPLES_OF_A_CHARACTER: usize = RATE_HZ as usize / 20;

struct Double;

impl Model<SpeechToText> for Double {
    fn run(
        &mut self,
        _: Transcribe,
        _: &mut Input,
        _: &CancelFlag,
        outputs: &mut Outputs<SpeechToText>,
    ) -> Result<(), String> {
        let transcript = Transcript {
            text: "hello".into(),
            language: "en".into(),
            language_probability: 1.0,
            confidence: 1.0,
            incomplete: false,
            remedy: None,
        };
        outputs.send(transcript).map_err(|error| error.to_string())
    }
}

impl Model<LanguageModel> for Double {
    fn run(
        &mut self,
        task: Generate,
        _: &mut Input,
        _: &CancelFlag,
        outputs: &mut Outputs<LanguageModel>,
    ) -> Result<(), String> {
        if task.max_tokens > 0 {
            outputs.send(Generated::Text("This is the virtual device.".into())).map_err(|error| error.to_string())?;
        }
        let (prompt_tokens, reused_tokens, generated_tokens, prefill_ms) = (1, 0, 1, 0.0);
        let reason = StopReason::EndOfAnswer;
        let last = Generated::Finished { reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms };
        outputs.send(last).map_err(|error| error.to_string())
    }
}

impl Model<TextToSpeech> for Double {
    fn run(
        &mut self,
        task: Speak,
        _: &mut Input,
        _: &CancelFlag,
        outputs: &mut Outputs<TextToSpeech>,
    ) -> Result<(), String> {
        let samples = task.text.chars().count() * SAMPLES_OF_A_CHARACTER;
        let sample = |index: usize| (LOUDNESS * (index as f32 * TONE_HZ / RATE_HZ as f32 * TAU).sin()) as i16;
        let spoken = Spoken { rate_hz: RATE_HZ, audio: (0..samples).map(sample).collect() };
        outputs.send(spoken).map_err(|error| error.to_string())
    }
}

impl Model<EndOfTurn> for Double {
    fn run(
        &mut self,
        _: JudgeEndOfTurn,
        _: &mut Input,
        _: &CancelFlag,
        outputs: &mut Outputs<EndOfTurn>,
    ) -> Result<(), String> {
        outputs.send(1.0).map_err(|error| error.to_string())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().next().unwrap_or_default();
    let details = WorkerDetails { model: "double".into(), languages: vec!["en".into()], ..WorkerDetails::default() };
    let of = |engine: &str| WorkerDetails { engine: engine.to_owned(), ..details.clone() };
    match name.rsplit('/').next().unwrap_or_default() {
        "parley-worker-whisper" => worker::serve::<SpeechToText>(Double, of(SpeechToText::NAME))?,
        "parley-worker-llama" => {
            let details = WorkerDetails { context_tokens: Some(2_048), ..of(LanguageModel::NAME) };
            worker::serve::<LanguageModel>(Double, details)?;
        }
        "parley-worker-piper" => {
            let details = WorkerDetails { rate_hz: Some(RATE_HZ), ..of(TextToSpeech::NAME) };
            worker::serve::<TextToSpeech>(Double, details)?;
        }
        "parley-worker-smart-turn" => {
            let details = WorkerDetails { languages: Vec::new(), ..of(EndOfTurn::NAME) };
            worker::serve::<EndOfTurn>(Double, details)?;
        }
        other => return Err(format!("{other} is the name of no worker").into()),
    }
    Ok(())
}
