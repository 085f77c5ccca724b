//! How well the device's own echo is taken out.

use serde::{Deserialize, Serialize};

/// What is known of the device's own echo: numbers, and what they mean.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct EchoState {
    /// From the answers of the last day on which there were some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<AnswersEcho>,
    /// From the last chirp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chirp: Option<ChirpEcho>,
    /// What is wrong, as it was judged last; nothing where all is well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<EchoFaultState>,
}

/// What a day's answers tell, the median of all; with this card, at this volume.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AnswersEcho {
    /// The day, as in `2026-11-30`, by universal time.
    pub day: String,
    /// The microphone and the loudspeaker, by their names.
    pub card: String,
    /// 0 to 100.
    pub volume: u8,
    /// How many answers.
    pub answers: u64,
    /// How much of the echo is taken out of what is judged to be speech or not, in dB.
    pub suppressed_db: f64,
    /// How loud it is at the microphone, in dB of full scale.
    pub echo_dbfs: f64,
    /// How loud the room is, in dB of full scale.
    pub background_dbfs: f64,
    /// The share of samples at full scale, 0..=1.
    pub clipped_share: f64,
    /// From a sound to its echo, in milliseconds.
    pub delay_ms: f64,
    /// How much faster the loudspeaker's clock runs, in parts per million.
    pub drift_ppm: f64,
}

/// What the last chirp told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ChirpEcho {
    /// The day, as in `2026-11-30`, by universal time.
    pub day: String,
    /// The microphone and the loudspeaker, by their names.
    pub card: String,
    /// 0 to 100.
    pub volume: u8,
    /// How much of the echo is taken out, in dB; none where it was not heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed_db: Option<f64>,
}

/// Something that is wrong with microphone or loudspeaker, as their echo shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct EchoFaultState {
    /// For programs.
    pub name: String,
    /// For a person.
    pub says: String,
}

/// What came of a check of the room: a chirp that was played and heard.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct CheckedRoom {
    /// What was measured.
    pub figures: RoomFigures,
    /// What is wrong; nothing where all is well.
    pub faults: Vec<EchoFaultState>,
    /// The figures in a few words, for a person.
    pub words: String,
}

/// How the loudspeaker is heard by the microphone; what could not be measured is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "as in `EchoCheckFigures` of parley-echo, which is what is measured")]
pub struct RoomFigures {
    pub heard_s: f64,
    pub has_reference: bool,
    pub chirps_heard: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_dbfs: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo_dbfs: Option<f64>,
    pub clipped_share: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_ppm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linear_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed_db: Option<f64>,
    pub loopback_channels: Vec<usize>,
    pub left_out_channels: Vec<usize>,
    pub channels: usize,
    pub lost: u64,
    pub ran_empty: u64,
}
