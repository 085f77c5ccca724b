//! What lives had in them.

use std::fmt;

use super::visitors::Served;

/// Of one life, or of all.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    pub ends: Ends,
    pub deaths: Deaths,
    pub served: Served,
    /// That were begun.
    pub effects: u32,
    pub announcements: u32,
    /// The longest turn, in milliseconds.
    pub longest_ms: u32,
}

/// How the turns ended that began with a question.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Ends {
    pub answered: u32,
    /// With an apology.
    pub refused: u32,
    /// By a person, a key, another question, or for want of a loudspeaker or a voice.
    pub interrupted: u32,
    /// The question went on.
    pub withdrawn: u32,
}

/// How often somebody or something died or went wrong.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Deaths {
    /// Times in which every job of an engine went wrong.
    pub workers: u32,
    /// Jobs that failed with their worker; others were done by the next one.
    pub jobs: u32,
    pub loudspeakers: u32,
    pub gateways: u32,
    /// Whoever performed an effect.
    pub performers: u32,
}

impl Ends {
    pub fn turns(&self) -> u32 {
        self.answered + self.refused + self.interrupted + self.withdrawn
    }
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        let Self { ends, deaths, served, effects, announcements, longest_ms } = other;
        self.ends.answered += ends.answered;
        self.ends.refused += ends.refused;
        self.ends.interrupted += ends.interrupted;
        self.ends.withdrawn += ends.withdrawn;
        self.deaths.workers += deaths.workers;
        self.deaths.jobs += deaths.jobs;
        self.deaths.loudspeakers += deaths.loudspeakers;
        self.deaths.gateways += deaths.gateways;
        self.deaths.performers += deaths.performers;
        self.served.add(served);
        self.effects += effects;
        self.announcements += announcements;
        self.longest_ms = self.longest_ms.max(longest_ms);
    }

    /// Ten thousand turns in which much died and much was well.
    pub fn is_chaos_with_life_in_it(&self) {
        let Self { ends, deaths, served, effects, announcements, .. } = self;
        let turns = ends.turns();
        assert!(turns >= 10_000, "{turns} turns");
        assert!(ends.answered > turns / 5, "many turns come to a good end: {ends:?}");
        assert!(ends.refused > 200 && ends.interrupted > 1_000 && ends.withdrawn > 100, "and many do not: {ends:?}");
        assert!(*effects > 1_000 && *announcements > 500, "{effects} effects, {announcements} announcements");
        let all_die = deaths.workers > 1_000 && deaths.jobs > 500 && deaths.loudspeakers > 500;
        assert!(all_die && served.died > 500 && deaths.gateways > 200 && deaths.performers > 100, "{deaths:?}");
        assert!(served.answered > 500 && served.refused > 0 && served.events > 5_000, "{served:?}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ends, deaths, served, effects, announcements, longest_ms } = self;
        writeln!(f, "{} turns: {ends:?}; the longest took {longest_ms} ms", ends.turns())?;
        writeln!(f, "{effects} effects, {announcements} announcements; {deaths:?}; {served:?}")
    }
}
