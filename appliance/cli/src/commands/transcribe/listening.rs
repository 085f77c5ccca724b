//! Recordings of any length, in any languages.
//!
//! A recording is cut into *pieces* where nobody speaks. Where the language is not given, each is detected anew, and
//! pieces are short: a guess decides for a few sentences, never for the whole. Where two neighbours are of two
//! languages, the *border* is looked for among the pauses of both.
//!
//! What the engine found empty or unsure is tried again in parts. What stays so is not among the words, and there is a
//! [`Remark`] for each stretch of it: nothing is dropped without one.

use anyhow::{Context, Result};
use parley_engines::{Engine, SpeechToText, Transcribe, Transcript};
use serde::Serialize;

use super::RATE_HZ;
use super::pieces::{LONGEST, has_sound, pause, pauses, quietest_place};

/// Below this the words were probably made up from noise.
pub(super) const LEAST_CONFIDENCE: f32 = 0.3;
/// A piece whose language is detected ends at the first pause after so much sound,
const SHORT: usize = 8 * RATE_HZ;
/// and less than this is left to no piece.
const SHORTEST: usize = 3 * RATE_HZ;
/// What is empty or unsure is tried again in parts of about this length.
const LEAST_PART: usize = 4 * RATE_HZ;
/// Below these a piece may hold two languages: the probability of the one, and the confidence of its words.
const DOUBTFUL_LANGUAGE: f32 = 0.6;
const DOUBTFUL_WORDS: f32 = 0.6;
/// Where languages meet, words less sure than this, or none, count so much.
const LEAST_SURE: f64 = 0.05;
/// Where languages meet, what is between two pauses counts from this length on.
const LEAST_BETWEEN_PAUSES: usize = RATE_HZ;

/// What was heard in a recording.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// In their order.
    parts: Vec<Part>,
    pub(super) remarks: Vec<Remark>,
    /// Samples that were listened to.
    pub(super) length: usize,
}

/// A stretch of a recording of which something is not among the words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Remark {
    pub(super) from_ms: u64,
    pub(super) to_ms: u64,
    pub(super) what: Doubt,
    /// What it may have been; empty where nothing was found.
    pub(super) perhaps: String,
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Doubt {
    /// There is sound, and no words were found in it.
    NoWords,
    /// The engine is too unsure of its words, or they are not all that was said.
    Unsure,
}

#[derive(Debug, Clone)]
struct Part {
    text: String,
    language: String,
    length: usize,
}

/// A piece, and what was heard in it.
#[derive(Debug, Clone)]
struct Piece {
    samples: Vec<i16>,
    transcript: Transcript,
}

impl Heard {
    pub(super) fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// All languages, the one that was spoken longest first.
    pub(super) fn languages(&self) -> Vec<String> {
        let mut languages: Vec<(&str, usize)> = Vec::new();
        for part in &self.parts {
            match languages.iter_mut().find(|(language, _)| *language == part.language) {
                Some((_, length)) => *length += part.length,
                None => languages.push((&part.language, part.length)),
            }
        }
        languages.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
        languages.into_iter().map(|(language, _)| language.to_owned()).collect()
    }
}

/// Listens to a recording, some samples at a time.
pub(super) struct Listener<'a> {
    engine: &'a dyn Engine<SpeechToText>,
    /// Given; `None` detects it.
    language: Option<&'a str>,
    waiting: Vec<i16>,
    /// The last piece with words: the next one may move their border.
    last: Option<Piece>,
    heard: Heard,
}

impl<'a> Listener<'a> {
    pub(super) fn new(engine: &'a dyn Engine<SpeechToText>, language: Option<&'a str>) -> Self {
        Self { engine, language, waiting: Vec::new(), last: None, heard: Heard::default() }
    }

    /// Takes samples at 16 kHz.
    pub(super) async fn push(&mut self, samples: &[i16]) -> Result<()> {
        self.waiting.extend_from_slice(samples);
        while self.waiting.len() > LONGEST {
            self.piece(self.next_cut(false)).await?;
        }
        Ok(())
    }

    /// No more samples follow.
    pub(super) async fn finish(mut self) -> Result<Heard> {
        while !self.waiting.is_empty() {
            self.piece(self.next_cut(true)).await?;
        }
        self.settle();
        Ok(self.heard)
    }

    /// Where the next piece ends.
    fn next_cut(&self, is_end: bool) -> usize {
        let length = self.waiting.len();
        let all = length <= LONGEST;
        let latest = if is_end && all { length.saturating_sub(SHORTEST) } else { LONGEST };
        let looked_at = self.waiting.get(..length.min(LONGEST)).unwrap_or_default();
        let early = if self.language.is_none() { pause(looked_at, SHORT..latest) } else { None };
        match early {
            Some(cut) => cut,
            None if all => length,
            None => quietest_place(&self.waiting),
        }
        .max(1)
    }

    async fn piece(&mut self, cut: usize) -> Result<()> {
        let rest = self.waiting.split_off(cut.min(self.waiting.len()));
        let samples = std::mem::replace(&mut self.waiting, rest);
        let mut parts = vec![samples];
        while let Some(samples) = parts.pop() {
            let transcript = self.transcribe(&samples, self.language).await?;
            let poor = doubt(&samples, &transcript);
            let cut = match poor {
                Some(_) => middle(&samples),
                None => self.mixed(&samples, &transcript).await?,
            };
            if let Some(cut) = cut {
                let (first, second) = samples.split_at(cut);
                parts.extend([second.to_vec(), first.to_vec()]);
                continue;
            }
            match poor {
                Some(what) => self.doubt(what, samples.len(), transcript.text),
                None if transcript.text.is_empty() => self.settle_silence(samples.len()),
                None => self.words(Piece { samples, transcript }).await?,
            }
        }
        Ok(())
    }

    /// A piece with words follows the last one.
    async fn words(&mut self, next: Piece) -> Result<()> {
        let Some(last) = self.last.take() else {
            self.last = Some(next);
            return Ok(());
        };
        if last.transcript.language == next.transcript.language {
            self.last = Some(last);
            self.settle();
            self.last = Some(next);
            return Ok(());
        }
        for piece in self.border(last, next).await? {
            self.settle();
            self.last = Some(piece);
        }
        Ok(())
    }

    /// The same stretch with the border between its languages at the pause, or the end of a piece, where the words are
    /// surest. One of the two may turn out not to be spoken at all.
    async fn border(&self, last: Piece, next: Piece) -> Result<Vec<Piece>> {
        let languages = [last.transcript.language.clone(), next.transcript.language.clone()];
        let boundary = last.samples.len();
        let samples = [&last.samples[..], &next.samples[..]].concat();
        let places = places(&last.samples, &next.samples);
        // The parts before a place are of the first language, those behind it of the second: how much surer all words are
        // than if everything were of the second.
        let (mut sum, mut sums) = (0.0, vec![0.0]);
        for (begin, end) in places.iter().zip(places.iter().skip(1)) {
            let part = samples.get(*begin..*end).unwrap_or_default();
            let mut sure = [0.0; 2];
            for (language, sure) in languages.iter().zip(&mut sure) {
                let transcript = self.transcribe(part, Some(language)).await?;
                let confidence = if transcript.text.is_empty() { 0.0 } else { f64::from(transcript.confidence) };
                *sure = confidence.max(LEAST_SURE).ln();
            }
            sum += (sure[0] - sure[1]) * part.len() as f64;
            sums.push(sum);
        }
        let ranked = places.iter().copied().zip(sums);
        let best = ranked.max_by(|a, b| a.1.total_cmp(&b.1).then((a.0 == boundary).cmp(&(b.0 == boundary))));
        let at = best.map_or(boundary, |(place, _)| place);
        let mut ends = vec![boundary, at, samples.len()];
        ends.sort_unstable();
        let (mut pieces, mut begin) = (Vec::new(), 0);
        for end in ends {
            let part = samples.get(begin..end).unwrap_or_default();
            let language = &languages[usize::from(end > at)];
            let is_unchanged = |piece: &&Piece| piece.samples == part && piece.transcript.language == *language;
            match [&last, &next].into_iter().find(is_unchanged) {
                _ if part.is_empty() => {}
                Some(piece) => pieces.push(piece.clone()),
                None => {
                    let transcript = self.transcribe(part, Some(language)).await?;
                    pieces.push(Piece { samples: part.to_vec(), transcript });
                }
            }
            begin = end;
        }
        Ok(pieces)
    }

    /// Where to cut a piece of which a part seems to be of another language than the whole.
    async fn mixed(&self, samples: &[i16], whole: &Transcript) -> Result<Option<usize>> {
        let is_doubtful = whole.language_probability < DOUBTFUL_LANGUAGE || whole.confidence < DOUBTFUL_WORDS;
        if !is_doubtful || self.language.is_some() || whole.text.is_empty() {
            return Ok(None);
        }
        let Some(middle) = middle_pause(samples) else { return Ok(None) };
        let (first, second) = samples.split_at(middle);
        for half in [first, second] {
            let half = self.transcribe(half, None).await?;
            let is_sure = half.language_probability >= DOUBTFUL_LANGUAGE && half.confidence >= whole.confidence;
            if is_sure && !half.text.is_empty() && half.language != whole.language {
                return Ok(Some(middle));
            }
        }
        Ok(None)
    }

    /// Of the last piece is certain what was said.
    fn settle(&mut self) {
        let Some(Piece { samples, transcript }) = self.last.take() else { return };
        let length = samples.len();
        if let Some(what) = doubt(&samples, &transcript) {
            return self.remark(what, length, transcript.text);
        }
        self.heard.length += length;
        if !transcript.text.is_empty() {
            self.heard.parts.push(Part { text: transcript.text, language: transcript.language, length });
        }
    }

    fn settle_silence(&mut self, length: usize) {
        self.settle();
        self.heard.length += length;
    }

    fn doubt(&mut self, what: Doubt, length: usize, perhaps: String) {
        self.settle();
        self.remark(what, length, perhaps);
    }

    /// Parts of one stretch are one remark.
    fn remark(&mut self, what: Doubt, length: usize, perhaps: String) {
        let ms = |samples: usize| (samples * 1_000 / RATE_HZ) as u64;
        let (from_ms, to_ms) = (ms(self.heard.length), ms(self.heard.length + length));
        self.heard.length += length;
        match self.heard.remarks.last_mut().filter(|last| last.what == what && last.to_ms == from_ms) {
            Some(last) => {
                last.to_ms = to_ms;
                let both = [last.perhaps.as_str(), &perhaps].join(" ");
                last.perhaps = both.trim().to_owned();
            }
            None => self.heard.remarks.push(Remark { from_ms, to_ms, what, perhaps }),
        }
    }

    async fn transcribe(&self, samples: &[i16], language: Option<&str>) -> Result<Transcript> {
        let task = Transcribe { language: language.map(str::to_owned), audio: samples.into() };
        Ok(self.engine.start(task).next().await.context("the engine gave no answer")??)
    }
}

/// Why not all of a stretch is among its words.
fn doubt(samples: &[i16], transcript: &Transcript) -> Option<Doubt> {
    if transcript.text.is_empty() {
        return has_sound(samples).then_some(Doubt::NoWords);
    }
    (transcript.incomplete || transcript.confidence < LEAST_CONFIDENCE).then_some(Doubt::Unsure)
}

/// Where two pieces may be parted: their ends, and the pauses that are not too near to each other.
fn places(last: &[i16], next: &[i16]) -> Vec<usize> {
    let boundary = last.len();
    let end = boundary + next.len();
    let mut places = vec![0, boundary, end];
    let all = pauses(last).into_iter().chain(pauses(next).into_iter().map(|place| place + boundary));
    for place in all {
        if places.iter().all(|other| place.abs_diff(*other) >= LEAST_BETWEEN_PAUSES) {
            places.push(place);
        }
    }
    places.sort_unstable();
    places
}

/// The pause next to the middle; `None` where there is none, or it is too short to be cut.
fn middle_pause(samples: &[i16]) -> Option<usize> {
    if samples.len() < 2 * LEAST_PART {
        return None;
    }
    let fits = LEAST_PART / 2..=samples.len() - LEAST_PART / 2;
    let pauses = pauses(samples).into_iter().filter(|place| fits.contains(place));
    pauses.min_by_key(|place| place.abs_diff(samples.len() / 2))
}

/// Where to cut what was not understood: at that pause, or in the middle of a noise without any.
fn middle(samples: &[i16]) -> Option<usize> {
    middle_pause(samples).or_else(|| (samples.len() >= 4 * LEAST_PART).then_some(samples.len() / 2))
}

#[cfg(test)]
mod tests;
