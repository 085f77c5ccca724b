//! How well the device's own echo is taken out: figures of ordinary answers, of seven days, and no sound.
//!
//! Figures are kept with the card and the volume that they belong to: with another card or louder they are others, and are
//! compared with none. Of a day that is over its median alone is kept.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use parley_conversation::EchoSentences;
use parley_door::{AnswersEcho, ChirpEcho, EchoFaultState, EchoState};
use parley_settings::state_folder;
use parley_update::files;
use parley_update::policy::echo::EchoMark;
use serde::{Deserialize, Serialize};

use crate::echo_check::{EchoFault, faults_of_answers};
use crate::listening::{PassageFigures, median};
use crate::room_check::RoomChecked;

/// The file in the folder of what a daemon keeps.
const FILE: &str = "echo.json";
const DAYS: u64 = 7;
const DAY_S: u64 = 86_400;
/// Answers whose figures are kept of the present day, the latest.
const MOST_ANSWERS: usize = 32;
/// Days, cards and volumes that are kept, the latest.
const MOST_GROUPS: usize = 24;
/// A day with fewer answers tells nothing.
const LEAST_ANSWERS: u64 = 3;

/// What figures depend on, beside the room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EchoPlace {
    /// The microphone and the loudspeaker, by their names.
    pub card: String,
    /// 0 to 100.
    pub volume: u8,
}

/// The answers of a day with one card at one volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct DayOfAnswers {
    /// Since 1970.
    day: u64,
    place: EchoPlace,
    answers: u64,
    /// Of each answer; the median alone of a day that is over.
    figures: Vec<PassageFigures>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct KeptFault {
    pub(super) name: String,
    pub(super) says: String,
    /// As it is said aloud, where it is.
    pub(super) aloud: Option<String>,
}

/// What the last chirp told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct KeptChirp {
    day: u64,
    place: EchoPlace,
    suppressed_db: Option<f64>,
}

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct EchoDays {
    groups: Vec<DayOfAnswers>,
    chirp: Option<KeptChirp>,
    /// The day that was judged last.
    judged: Option<u64>,
    faults: Vec<KeptFault>,
    /// Since which day these very faults are there.
    since: u64,
}

impl DayOfAnswers {
    fn median(&self) -> Option<PassageFigures> {
        let of = |figure: fn(&PassageFigures) -> f64| median(&mut self.figures.iter().map(figure).collect::<Vec<_>>());
        (!self.figures.is_empty()).then(|| PassageFigures {
            heard_s: of(|its| its.heard_s),
            suppressed_db: of(|its| its.suppressed_db),
            echo_dbfs: of(|its| its.echo_dbfs),
            background_dbfs: of(|its| its.background_dbfs),
            clipped_share: of(|its| its.clipped_share),
            delay_ms: of(|its| its.delay_ms),
            drift_ppm: of(|its| its.drift_ppm),
        })
    }
}

impl EchoDays {
    /// Reads what is kept; nothing where there is none, or it makes no sense.
    pub(super) fn read(file: &Path) -> Self {
        files::read_json(file).unwrap_or_default()
    }

    /// Takes an answer's figures.
    pub(super) fn add(&mut self, day: u64, place: &EchoPlace, figures: PassageFigures) {
        // A clock that was wrong has left days that never were.
        self.groups.retain(|group| group.day <= day && group.day + DAYS > day);
        for group in self.groups.iter_mut().filter(|group| group.day < day) {
            group.figures = group.median().into_iter().collect();
        }
        let at = self.groups.iter().position(|group| group.day == day && group.place == *place);
        let mut group = at.map_or_else(
            || DayOfAnswers { day, place: place.clone(), answers: 0, figures: Vec::new() },
            |at| self.groups.remove(at),
        );
        group.answers += 1;
        if group.figures.len() >= MOST_ANSWERS {
            group.figures.remove(0);
        }
        group.figures.push(figures);
        // The latest is the last one.
        self.groups.push(group);
        self.groups.drain(..self.groups.len().saturating_sub(MOST_GROUPS));
    }

    /// What the latest day tells that has answers enough: the card and volume with the most of them.
    fn latest(&self) -> Option<&DayOfAnswers> {
        let able = self.groups.iter().filter(|group| group.answers >= LEAST_ANSWERS);
        able.max_by_key(|group| (group.day, group.answers))
    }

    /// The median of the days before it, with the same card at the same volume.
    fn before(&self, today: &DayOfAnswers) -> Option<PassageFigures> {
        let is_like = |group: &&DayOfAnswers| {
            group.day < today.day && group.place == today.place && group.answers >= LEAST_ANSWERS
        };
        let figures = self.groups.iter().filter(is_like).filter_map(DayOfAnswers::median).collect();
        DayOfAnswers { figures, ..today.clone() }.median()
    }

    /// Whether there is a day that nobody has judged.
    pub(super) fn is_to_be_judged(&self) -> bool {
        self.latest().is_some_and(|latest| self.judged != Some(latest.day))
    }

    /// Judges the latest day by those before.
    pub(super) fn judge(&mut self, says: &EchoSentences) {
        let Some(latest) = self.latest() else { return };
        let Some(figures) = latest.median() else { return };
        let (day, faults) = (latest.day, faults_of_answers(&figures, self.before(latest).as_ref()));
        self.judged = Some(day);
        self.note_faults(day, &faults, says);
    }

    /// Takes what a chirp told. `place`: where it is known.
    pub(super) fn note_chirp(
        &mut self,
        day: u64,
        place: Option<EchoPlace>,
        checked: &RoomChecked,
        says: &EchoSentences,
    ) {
        if let Some(place) = place {
            self.chirp = Some(KeptChirp { day, place, suppressed_db: checked.suppressed_db });
        }
        self.note_faults(day, &checked.faults, says);
    }

    /// What is wrong from this day on.
    fn note_faults(&mut self, day: u64, faults: &[EchoFault], says: &EchoSentences) {
        let names = |faults: &[KeptFault]| faults.iter().map(|fault| fault.name.clone()).collect::<Vec<_>>();
        let kept = |fault: &EchoFault| KeptFault {
            name: fault.name().into(),
            says: fault.to_string(),
            aloud: fault.sentence(says).map(Into::into),
        };
        let faults: Vec<_> = faults.iter().map(kept).collect();
        if names(&faults) != names(&self.faults) {
            self.since = day;
        }
        self.faults = faults;
    }

    /// The first fault that is said aloud, and what makes it another one than before: it is said once.
    pub(super) fn to_say(&self) -> Option<(&str, String)> {
        let fault = self.faults.iter().find(|fault| fault.aloud.is_some())?;
        Some((fault.aloud.as_deref()?, format!("{} {}", fault.name, self.since)))
    }

    /// As programs are told it; `None` where nothing is known.
    pub(super) fn state(&self) -> Option<EchoState> {
        let answers = self.latest().or(self.groups.last()).and_then(|group| {
            let PassageFigures {
                suppressed_db, echo_dbfs, background_dbfs, clipped_share, delay_ms, drift_ppm, ..
            } = group.median()?;
            Some(AnswersEcho {
                day: date(group.day),
                card: group.place.card.clone(),
                volume: group.place.volume,
                answers: group.answers,
                suppressed_db: tenths(suppressed_db),
                echo_dbfs: tenths(echo_dbfs),
                background_dbfs: tenths(background_dbfs),
                clipped_share,
                delay_ms: tenths(delay_ms),
                drift_ppm: tenths(drift_ppm),
            })
        });
        let fault = |fault: &KeptFault| EchoFaultState { name: fault.name.clone(), says: fault.says.clone() };
        let faults: Vec<_> = self.faults.iter().map(fault).collect();
        let chirp = self.chirp.as_ref().map(|chirp| ChirpEcho {
            day: date(chirp.day),
            card: chirp.place.card.clone(),
            volume: chirp.place.volume,
            suppressed_db: chirp.suppressed_db.map(tenths),
        });
        let is_known = answers.is_some() || chirp.is_some() || !faults.is_empty();
        is_known.then_some(EchoState { answers, chirp, faults })
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// A day as `2026-11-30`.
fn date(day: u64) -> String {
    let second = day.saturating_mul(DAY_S).try_into().unwrap_or(i64::MAX);
    Timestamp::from_second(second).map(|day| day.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// Where it is kept; none where nothing can be.
pub(super) fn file() -> Option<PathBuf> {
    Some(state_folder(|name| std::env::var_os(name))?.join(FILE))
}

/// What is kept of this machine, if there is anything.
pub fn of_this_machine() -> Option<EchoState> {
    EchoDays::read(&file()?).state()
}

/// Whether no chirp is known where one could be kept: the first start of all, mostly.
pub fn is_first_start() -> bool {
    file().is_some_and(|file| EchoDays::read(&file).chirp.is_none())
}

/// Whether this machine has kept nothing at all yet: somebody has just set it up.
pub fn is_new_here() -> bool {
    let state = file().and_then(|file| file.parent().map(Path::to_owned));
    state.is_some_and(|state| std::fs::read_dir(state).map_or(true, |mut kept| kept.next().is_none()))
}

/// What the last chirp told of this machine, for the version that comes after; `None` where it was not heard.
pub fn mark_of_this_machine() -> Option<EchoMark> {
    let KeptChirp { place: EchoPlace { card, volume }, suppressed_db, .. } = EchoDays::read(&file()?).chirp?;
    Some(EchoMark { card, volume, suppressed_db: suppressed_db? })
}

/// What the last chirp told, in a few words.
pub fn chirp_in_words(ChirpEcho { day, card, volume, suppressed_db }: &ChirpEcho) -> String {
    let taken_out = suppressed_db.map_or("nothing was heard".into(), |db| format!("taken out {db:.0} dB"));
    format!("{taken_out}; by a chirp on {day}, {card} at volume {volume} %")
}

/// What answers tell, in a few words.
pub fn answers_in_words(answers: &AnswersEcho) -> String {
    let AnswersEcho {
        day, card, volume, answers, suppressed_db, echo_dbfs, clipped_share, delay_ms, drift_ppm, ..
    } = answers;
    let clipped =
        if *clipped_share > 0.0 { format!(", {:.2} % clipped", clipped_share * 100.0) } else { String::new() };
    format!(
        "taken out {suppressed_db:.0} dB, delay {delay_ms:.0} ms, drift {drift_ppm:.0} ppm, level {echo_dbfs:.0} dBFS{clipped}; \
         median of {answers} answers on {day}, {card} at volume {volume} %"
    )
}

#[cfg(test)]
mod tests;
