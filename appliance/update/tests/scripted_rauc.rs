//! Installing through a bus of the test's own, with a double of RAUC on it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod double;

use std::path::Path;
use std::time::Duration;

use double::{Bus, Script, ScriptedRauc};
use parley_update::rauc::{BundleSource, InstallerProxy, Problem, RaucError, TimeLimits, install};
use parley_update::records::events::UpdateEvent;
use semver::Version;

/// What came of an installation.
struct Outcome {
    result: Result<Version, RaucError>,
    events: Vec<UpdateEvent>,
    installed: Vec<String>,
}

const LIMITS: TimeLimits = TimeLimits {
    inspect: Duration::from_millis(300),
    stall: Duration::from_millis(600),
    look: Duration::from_millis(50),
};

async fn run(script: Script, source: BundleSource, admit: Result<(), Problem>) -> Outcome {
    let bus = Bus::start();
    let (_server, installed) = ScriptedRauc::on(&bus, script).await;
    let client = bus.connect().await;
    let rauc = InstallerProxy::new(&client).await.unwrap();
    let mut events = Vec::new();
    let judged = |manifest: &parley_update::policy::manifest::BundleManifest| {
        assert_eq!((manifest.images["rootfs"], manifest.images["boot"], manifest.allow_downgrade), (400, 50, true));
        admit.map(|()| manifest.version().unwrap())
    };
    let reason = Path::new("/no/reason");
    let result = install(&rauc, &source, LIMITS, reason, judged, |event| events.push(event.clone())).await;
    let installed = installed.lock().unwrap().iter().map(|one| one.source.clone()).collect();
    Outcome { result, events, installed }
}

fn http() -> BundleSource {
    BundleSource::of("https://updates.example/parley.raucb")
}

fn good() -> Script {
    Script { progress: vec![0, 50, 100], result: Some(0), ..Script::default() }
}

fn problem(outcome: Outcome) -> Problem {
    match outcome.result {
        Err(RaucError::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_admitted_update_is_installed_and_its_progress_is_told() {
    let outcome = run(good(), http(), Ok(())).await;
    let version = Version::new(1, 4, 0);
    assert_eq!(outcome.result.expect("it is installed"), version);
    assert_eq!(outcome.installed, [http().for_rauc()]);
    assert_eq!(outcome.events.first(), Some(&UpdateEvent::Inspecting));
    assert_eq!(outcome.events[1], UpdateEvent::Admitted { version: version.clone() });
    assert_eq!(outcome.events.last(), Some(&UpdateEvent::Installed { version }));
}

#[tokio::test]
async fn what_is_not_admitted_is_never_given_to_rauc() {
    let no = Problem::Refused("older".into());
    let outcome = run(good(), http(), Err(no.clone())).await;
    assert!(outcome.installed.is_empty());
    assert_eq!(problem(outcome), no);
}

#[tokio::test]
async fn one_update_is_installed_at_a_time() {
    let outcome = run(Script { busy: true, ..good() }, http(), Ok(())).await;
    assert!(outcome.installed.is_empty());
    assert_eq!(problem(outcome), Problem::Busy);
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let outcome = run(Script { inspect_hangs: true, ..good() }, http(), Ok(())).await;
    assert_eq!(problem(outcome), Problem::Stalled);
    let outcome = run(Script { result: None, ..good() }, http(), Ok(())).await;
    assert_eq!(problem(outcome), Problem::Stalled);
}

#[tokio::test]
async fn a_stick_that_is_pulled_is_noticed_though_rauc_says_nothing() {
    let gone = BundleSource::File("/run/parley-stick/parley.raucb".into());
    let outcome = run(Script { result: None, ..good() }, gone, Ok(())).await;
    assert_eq!(problem(outcome), Problem::StickPulled);
}

#[tokio::test]
async fn a_failure_is_told_in_plain_words() {
    let script = Script { result: Some(1), last_error: "Failed to copy image: Input/output error", ..good() };
    let outcome = run(script, http(), Ok(())).await;
    assert_eq!(problem(outcome), Problem::Damaged);
}

#[tokio::test]
async fn a_bundle_of_a_stranger_is_refused_before_anything_is_written() {
    let script = Script {
        inspect_error: Some("signature verification failed: unable to get local issuer certificate"),
        ..good()
    };
    let outcome = run(script, http(), Ok(())).await;
    assert!(outcome.installed.is_empty());
    assert_eq!(problem(outcome), Problem::UntrustedSigner);
}
