//! The restart policy against its rules, told from the whole history each time.

use std::time::Duration;

use parley_engines::supervisor::{RestartDecision, RestartPolicy, RestartRules};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn restart(after: u64) -> RestartDecision {
    RestartDecision::Restart { after: seconds(after) }
}

const DEGRADED: RestartDecision = RestartDecision::Degraded { after: Duration::from_secs(60) };

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// A start that succeeded, and so many seconds of health before the failure.
    Ran(u64),
    /// A start that failed.
    NeverReady,
    /// A start that took too long.
    Hung,
    /// A start that cannot succeed.
    Lasting,
}

/// The rules said another way: count back to the last run that was long enough.
fn expected(history: &[Step]) -> RestartDecision {
    let begin = history.iter().rposition(|step| matches!(step, Step::Ran(health) if *health >= 60)).unwrap_or(0);
    let recent = &history[begin..];
    let (last, before) = recent.split_last().expect("there was one");
    let gave_up = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::Lasting | Step::Hung));
    if *last == Step::Hung && !gave_up(before) && before.len() < 4 {
        return RestartDecision::Degraded { after: Duration::ZERO };
    }
    if gave_up(recent) {
        return DEGRADED;
    }
    [0, 2, 4, 8].get(recent.len() - 1).map_or(DEGRADED, |wait| restart(*wait))
}

proptest! {
    #![proptest_config(ProptestConfig::with_failure_persistence(FileFailurePersistence::WithSource("seeds")))]

    #[test]
    fn any_history_obeys_the_rules(
        steps in prop::collection::vec(prop_oneof![
            4 => (0u64..130).prop_map(Step::Ran),
            4 => Just(Step::NeverReady),
            1 => Just(Step::Hung),
            1 => Just(Step::Lasting),
        ], 1..60),
        gaps in prop::collection::vec(0u64..200, 60),
    ) {
        let mut policy = RestartPolicy::new(RestartRules::default());
        let mut now = Duration::ZERO;
        for index in 0..steps.len() {
            now += seconds(gaps[index]);
            let decision = match steps[index] {
                Step::Ran(health) => {
                    policy.became_ready(now);
                    now += seconds(health);
                    policy.failed(now)
                }
                Step::NeverReady => policy.failed(now),
                Step::Hung => policy.hung_at_start(),
                Step::Lasting => policy.failed_for_good(),
            };
            prop_assert_eq!(decision, expected(&steps[..=index]), "after {:?}", &steps[..=index]);
        }
    }
}
