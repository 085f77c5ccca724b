//! The echo check's verdict: what is wrong with microphone and loudspeaker, and what to do about it.
//!
//! What is measured is [`parley_echo::check`]'s. Here it is judged, by figures alone: the same ones give the same verdict.
//!
//! Rules:
//! - A fault names the hardware, or the setting, and says what to do. One cause is told once: what it leads to is not.
//! - What the daemon itself notices of a microphone has the same words here.
//! - A fault changes nothing: the device goes on with what it has.

mod answers;

use std::fmt;

use parley_audio::sample::Sample;
use parley_conversation::EchoSentences;
use parley_door::{CheckedRoom, EchoFaultState, RoomFigures};
use parley_echo::LEAD;
use parley_echo::check::{EchoCheckFigures, EchoRecording};
use serde::Serialize;

pub use self::answers::faults_of_answers;
use crate::listening::{SoundTrouble, troubles_of};

/// The reference is so far ahead: an echo that is said to come earlier before its sound than that cannot be foretold.
const EARLIEST_MS: f64 = -(LEAD as f64) / 16.0;
/// The canceller finds an echo up to half a second after its sound, and what the room adds comes behind it.
const LATEST_MS: f64 = 350.0;
/// Clocks that are made for sound differ by less.
const MOST_DRIFT_PPM: f64 = 200.0;
/// More than one sample in a thousand at full scale is heard.
const CLIPPED_SHARE: f64 = 0.001;
/// What is left of the echo may be this loud, in dB of full scale: somebody who speaks near by is louder.
const LEFT_DBFS: f64 = -45.0;
/// And is told only where this little was taken out, in dB: a loud room hides the rest.
const LITTLE_DB: f64 = 20.0;

/// What is wrong, as far as the chirp shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EchoFault {
    /// The microphone delivers nothing, not even zeroes.
    NoSound,
    /// Of the microphone's sound while nothing is played.
    Microphone(SoundTrouble),
    /// It is not known what was played.
    NoReference,
    /// The microphone works, and does not hear the chirp.
    NotHeard,
    /// This channel of the microphone's device, from 1, carries what the loudspeaker is given.
    Loopback(usize),
    /// The chirp is at full scale.
    EchoClips,
    /// The echo comes so late, in milliseconds.
    Late(f64),
    /// The echo comes before its sound, by so many milliseconds.
    Early(f64),
    /// The clocks differ by so many parts per million.
    Drifts(f64),
    /// The devices lost sound during the check.
    LosesSound,
    /// What is left of the echo is this loud, in dB of full scale.
    Stays(f64),
    /// So much less of the echo is taken out than was, in dB, with the same card and at the same volume.
    Worse(f64),
}

impl EchoFault {
    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSound => "no-sound",
            Self::Microphone(SoundTrouble::Silent) => "zeroes",
            Self::Microphone(SoundTrouble::Clips) => "clips",
            Self::Microphone(SoundTrouble::Offset) => "offset",
            Self::Microphone(SoundTrouble::Hums) => "hums",
            Self::Microphone(SoundTrouble::Quiet) => "quiet",
            Self::NoReference => "no-reference",
            Self::NotHeard => "not-heard",
            Self::Loopback(_) => "loopback",
            Self::EchoClips => "echo-clips",
            Self::Late(_) => "late",
            Self::Early(_) => "early",
            Self::Drifts(_) => "drifts",
            Self::LosesSound => "loses-sound",
            Self::Stays(_) => "stays",
            Self::Worse(_) => "worse",
        }
    }

    /// As it is said aloud; `None` where there is nothing to be done about hardware.
    pub fn sentence(self, says: &EchoSentences) -> Option<&'static str> {
        Some(match self {
            Self::NoSound | Self::Microphone(SoundTrouble::Silent) => says.no_sound,
            Self::Microphone(SoundTrouble::Clips | SoundTrouble::Offset | SoundTrouble::Hums | SoundTrouble::Quiet) => {
                says.microphone
            }
            Self::NotHeard => says.not_heard,
            Self::Loopback(_) => says.loopback,
            Self::EchoClips => says.clips,
            Self::Late(_) => says.late,
            Self::NoReference | Self::Early(_) | Self::Drifts(_) => says.clocks,
            Self::Stays(_) | Self::Worse(_) => says.stays,
            Self::LosesSound => return None,
        })
    }
}

impl fmt::Display for EchoFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSound => formatter.write_str("the microphone delivers no sound: plug it in again, or name another one as audio.input"),
            Self::Microphone(trouble) => write!(formatter, "the microphone {trouble}"),
            Self::NoReference => formatter.write_str(
                "the loudspeaker does not say what it has played: its echo cannot be taken out. Plug it in again, or name another one as \
                 audio.output",
            ),
            Self::NotHeard => formatter.write_str(
                "the loudspeaker is not heard: its volume is at zero, or it is not plugged in. If it stands in another room, all is well",
            ),
            Self::Loopback(channel) => write!(
                formatter,
                "channel {channel} of the microphone carries what the loudspeaker is given, and no room: name one that hears as \
                 audio.channel, or another device as audio.input"
            ),
            Self::EchoClips => formatter.write_str(
                "the loudspeaker is so loud at the microphone that it clips: turn down the loudspeaker or the microphone's level, or put \
                 them further apart",
            ),
            Self::Late(ms) => write!(
                formatter,
                "the loudspeaker is heard {ms:.0} ms after it plays, later than {LATEST_MS:.0} ms: it cannot be wireless, nor behind a \
                 television or an amplifier that holds sound back; connect it by a cable"
            ),
            Self::Early(ms) => write!(
                formatter,
                "the loudspeaker is heard {ms:.0} ms before it is said to play: its driver tells wrong times; use another device for one of \
                 the two"
            ),
            Self::Drifts(ppm) => write!(
                formatter,
                "the clocks of loudspeaker and microphone differ by {ppm:.0} ppm, more than {MOST_DRIFT_PPM:.0}: one of the two is \
                 broken, or converts its rate; use one card for both"
            ),
            Self::LosesSound => {
                formatter.write_str("sound was lost while it was measured: the machine is too busy, or a cable is loose; try again")
            }
            Self::Stays(dbfs) => write!(
                formatter,
                "the loudspeaker's echo stays in what is heard, at {dbfs:.0} dB of full scale: it is too loud or distorts. Turn it down, put \
                 the microphone further away, or write conversation.barge-in = \"key\""
            ),
            Self::Worse(db) => write!(
                formatter,
                "{db:.0} dB less of the loudspeaker's echo is taken out than on the days before, with the same card at the same volume: look \
                 whether loudspeaker or microphone was moved, covered or damaged"
            ),
        }
    }
}

/// A fault as programs are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedFault {
    /// See [`EchoFault::name`].
    pub name: &'static str,
    /// For a person.
    pub says: String,
}

/// What came of an echo check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EchoVerdict {
    /// What was measured.
    pub figures: EchoCheckFigures,
    /// What is wrong; nothing where all is well.
    pub faults: Vec<NamedFault>,
    /// The same, as it was found.
    #[serde(skip)]
    pub found: Vec<EchoFault>,
}

impl EchoVerdict {
    /// Of a recording; takes some seconds of work. `channel`: the one that the settings name, from 1.
    pub fn of(recording: &EchoRecording, channel: Option<usize>) -> Self {
        let figures = EchoCheckFigures::of(recording);
        let found = faults(&figures, &troubles(recording), channel);
        let named = |fault: &EchoFault| NamedFault { name: fault.name(), says: fault.to_string() };
        Self { figures, faults: found.iter().map(named).collect(), found }
    }
}

impl EchoVerdict {
    /// As it is told at the door.
    pub fn told(&self) -> CheckedRoom {
        let fault = |fault: &NamedFault| EchoFaultState { name: fault.name.into(), says: fault.says.clone() };
        let EchoCheckFigures { loopback_channels, left_out_channels, .. } = &self.figures;
        let EchoCheckFigures { heard_s, has_reference, chirps_heard, background_dbfs, echo_dbfs, .. } = self.figures;
        let EchoCheckFigures { clipped_share, delay_ms, drift_ppm, linear_db, suppressed_db, .. } = self.figures;
        let EchoCheckFigures { channels, lost, ran_empty, .. } = self.figures;
        let figures = RoomFigures {
            heard_s,
            has_reference,
            chirps_heard,
            background_dbfs,
            echo_dbfs,
            clipped_share,
            delay_ms,
            drift_ppm,
            linear_db,
            suppressed_db,
            loopback_channels: loopback_channels.clone(),
            left_out_channels: left_out_channels.clone(),
            channels,
            lost,
            ran_empty,
        };
        CheckedRoom { figures, faults: self.faults.iter().map(fault).collect(), words: in_words(&self.figures) }
    }
}

/// What was measured, in a few words; what is not known is left out.
pub fn in_words(figures: &EchoCheckFigures) -> String {
    let EchoCheckFigures { suppressed_db, linear_db, delay_ms, drift_ppm, echo_dbfs, background_dbfs, .. } = figures;
    let figures = [
        suppressed_db.map(|db| format!("taken out {db:.0} dB")),
        linear_db.map(|db| format!("{db:.0} dB for the recogniser")),
        delay_ms.map(|ms| format!("delay {ms:.0} ms")),
        drift_ppm.map(|ppm| format!("drift {ppm:.0} ppm")),
        echo_dbfs.map(|dbfs| format!("level {dbfs:.0} dBFS")),
        background_dbfs.map(|dbfs| format!("the room {dbfs:.0} dBFS")),
    ];
    figures.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What is wrong with the microphone, without the chirp.
fn troubles(recording: &EchoRecording) -> Vec<SoundTrouble> {
    let in_16_bits = |samples: &[f32]| samples.iter().map(|sample| sample.into_i16()).collect::<Vec<_>>();
    if troubles_of(&in_16_bits(&recording.captured)).contains(&SoundTrouble::Silent) {
        return vec![SoundTrouble::Silent];
    }
    // A microphone that takes out noise by itself may deliver zeroes while nothing is played.
    let mut troubles = troubles_of(&in_16_bits(recording.quiet()));
    troubles.retain(|trouble| *trouble != SoundTrouble::Silent);
    troubles
}

/// What is wrong by these figures. `troubles`: what is wrong with the microphone while nothing is played; `channel`: the one
/// that the settings name, from 1.
pub fn faults(figures: &EchoCheckFigures, troubles: &[SoundTrouble], channel: Option<usize>) -> Vec<EchoFault> {
    if figures.heard_s <= 0.0 {
        return vec![EchoFault::NoSound];
    }
    let mut faults: Vec<EchoFault> = troubles.iter().copied().map(EchoFault::Microphone).collect();
    // Nothing else can be told of what is not heard.
    if troubles.contains(&SoundTrouble::Silent) {
        return faults;
    }
    if !figures.has_reference {
        faults.push(EchoFault::NoReference);
        return faults;
    }
    let is_used = |loopback: &&usize| match channel {
        Some(channel) => channel.min(figures.channels) == **loopback,
        None => !figures.left_out_channels.contains(*loopback),
    };
    if let Some(loopback) = figures.loopback_channels.iter().find(is_used) {
        faults.push(EchoFault::Loopback(*loopback));
        return faults;
    }
    if figures.chirps_heard == 0 {
        faults.push(EchoFault::NotHeard);
        return faults;
    }
    if figures.lost > 0 || figures.ran_empty > 0 {
        faults.push(EchoFault::LosesSound);
    }
    let is_clipped = figures.clipped_share > CLIPPED_SHARE && !troubles.contains(&SoundTrouble::Clips);
    faults.extend(is_clipped.then_some(EchoFault::EchoClips));
    faults.extend(figures.delay_ms.and_then(|ms| match ms {
        late if late > LATEST_MS => Some(EchoFault::Late(late)),
        early if early < EARLIEST_MS => Some(EchoFault::Early(-early)),
        _ => None,
    }));
    faults.extend(figures.drift_ppm.filter(|ppm| ppm.abs() > MOST_DRIFT_PPM).map(EchoFault::Drifts));
    // Whatever else is wrong is why.
    if let (true, Some(echo_dbfs), Some(db)) = (faults.is_empty(), figures.echo_dbfs, figures.suppressed_db) {
        faults.extend((db < LITTLE_DB && echo_dbfs - db > LEFT_DBFS).then_some(EchoFault::Stays(echo_dbfs - db)));
    }
    faults
}

#[cfg(test)]
mod tests;
