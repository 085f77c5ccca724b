//! Effects under way: each has one result in time, whatever becomes of who performs it.

use std::sync::Arc;

use parley_conversation::{Effect, EffectId, EffectResult, Event, TurnId};

use super::{Conductor, Performer};

impl Conductor {
    /// Has it done. Nothing of it belongs to the turn: that may be over long before.
    pub(super) fn perform_effect(&self, turn: TurnId, id: EffectId, effect: Effect) {
        let performer = self.performer.clone();
        let reports = self.reports.clone();
        tokio::spawn(async move {
            let name = effect.name.clone();
            let result = match performer {
                Some(performer) => in_time(performer, id, effect).await,
                None => EffectResult::Failed("nobody here does anything".into()),
            };
            if let EffectResult::Failed(reason) = &result {
                tracing::warn!(%turn, %id, effect = name, reason, "an effect failed");
            }
            super::jobs::send(&reports, Event::Performed { turn, id, result }).await;
        });
    }
}

/// The result within the limit. What takes longer goes on, and a panic is a failure like any other.
async fn in_time(performer: Arc<dyn Performer>, id: EffectId, effect: Effect) -> EffectResult {
    let limit = performer.limit();
    let mut under_way = tokio::spawn(async move { performer.perform(id, effect).await });
    match tokio::time::timeout(limit, &mut under_way).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => EffectResult::Failed(panic.to_string()),
        Err(_) => EffectResult::Failed(format!("no result within {limit:?}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use parley_conversation::{Conversation, Request, Route, Router, Settings};
    use tokio::sync::mpsc;

    use super::super::{Engines, Generating, Observation, Performing, TurnReport};
    use super::*;

    struct EverythingIsACommand;

    impl Router for EverythingIsACommand {
        fn route(&self, request: &Request<'_>) -> Route {
            Route::Do(Effect { name: request.transcript.text.clone(), arguments: "{}".into() })
        }
    }

    /// Does what the effect's name says, and remembers what it was asked for and what it finished.
    #[derive(Clone, Default)]
    struct Hands {
        asked: Arc<Mutex<Vec<EffectId>>>,
        finished: Arc<Mutex<Vec<EffectId>>>,
    }

    impl Performer for Hands {
        fn perform(&self, id: EffectId, effect: Effect) -> Performing {
            self.asked.lock().unwrap().push(id);
            let finished = Arc::clone(&self.finished);
            Box::pin(async move {
                match effect.name.as_str() {
                    "never" => std::future::pending().await,
                    "panic" => panic!("a bulb burst"),
                    "slowly" => tokio::time::sleep(Duration::from_secs(5)).await,
                    _ => {}
                }
                finished.lock().unwrap().push(id);
                EffectResult::Say("It is done.".into())
            })
        }
    }

    /// A conversation in writing, with these hands; what is typed, and how that turned out.
    async fn typed(hands: Option<Hands>, texts: &[&str]) -> Vec<TurnReport> {
        let engines = Engines::answering("No.");
        let settings = Settings { spoken: false, ..Settings::default() };
        let conversation = Conversation::new(settings, Box::new(EverythingIsACommand), false);
        let (mut conductor, handle) = Conductor::new(conversation, engines, Generating::default(), None);
        if let Some(hands) = hands {
            conductor = conductor.with_performer(Arc::new(hands));
        }
        let mut observations = handle.observations.subscribe();
        let conductor = tokio::spawn(conductor.run(mpsc::channel(1).1));
        let mut reports = Vec::new();
        for text in texts {
            handle.control.send(Event::Typed { text: (*text).into() }).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        while reports.len() < texts.len() {
            if let Observation::Turn(report) = observations.recv().await.unwrap() {
                reports.push(report);
            }
        }
        conductor.abort();
        reports
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_never_ends_or_panics_has_failed_in_time() {
        for what in ["never", "panic"] {
            let begun = tokio::time::Instant::now();
            let reports = typed(Some(Hands::default()), &[what]).await;
            assert_eq!(reports[0].answer, "Sorry, that did not work.");
            assert!(begun.elapsed() < Duration::from_secs(12));
        }
        assert_eq!(typed(None, &["light"]).await[0].answer, "Sorry, that did not work.");
    }

    #[tokio::test(start_paused = true)]
    async fn one_whose_turn_is_over_is_finished_all_the_same_and_once() {
        let hands = Hands::default();
        let reports = typed(Some(hands.clone()), &["slowly", "at once"]).await;
        let answers: Vec<&str> = reports.iter().map(|report| report.answer.as_str()).collect();
        assert_eq!(answers, ["", "It is done."], "nobody says late what nobody waits for");
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(*hands.asked.lock().unwrap(), [EffectId(1), EffectId(2)]);
        assert_eq!(*hands.finished.lock().unwrap(), [EffectId(2), EffectId(1)]);
    }
}
