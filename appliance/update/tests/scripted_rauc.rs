//! What keeps an installation from going on, with a double of RAUC on a bus of the test's own and short waits.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod double;

use std::path::Path;
use std::time::Duration;

use double::{Bus, Script, ScriptedRauc};
use parley_update::rauc::{Begun, BundleSource, InstallerProxy, Problem, TimeLimits, install};

const LIMITS: TimeLimits = TimeLimits {
    inspect: Duration::from_millis(300),
    stall: Duration::from_millis(600),
    look: Duration::from_millis(50),
};

/// What an installation fails with, and how many RAUC was told to do.
async fn fails(script: Script, source: &str) -> (Problem, usize) {
    let bus = Bus::start();
    let (_server, installed) = ScriptedRauc::on(&bus, script).await;
    let client = bus.connect().await;
    let rauc = InstallerProxy::new(&client).await.unwrap();
    let admit = |manifest: &parley_update::policy::manifest::BundleManifest| {
        assert_eq!(
            (manifest.images["rootfs"], manifest.images["boot"], manifest.downgrade_from.as_str()),
            (400, 50, "<1.5.0")
        );
        Ok(manifest.version().unwrap())
    };
    let source = BundleSource::of(source);
    let failed =
        install(&rauc, &source, LIMITS, Path::new("/no/reason"), &Begun::default(), admit, |_| {}).await.unwrap_err();
    let told = installed.lock().unwrap().len();
    (failed, told)
}

const SERVER: &str = "https://updates.example/parley.raucb";

#[tokio::test]
async fn one_update_is_installed_at_a_time() {
    assert_eq!(fails(Script { busy: true, ..Script::default() }, SERVER).await, (Problem::Busy, 0));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    assert_eq!(fails(Script { inspect_hangs: true, ..Script::default() }, SERVER).await, (Problem::Stalled, 0));
    let moves_once = Script { progress: vec![0, 50], ..Script::default() };
    assert_eq!(fails(moves_once, SERVER).await, (Problem::Stalled, 1));
}

#[tokio::test]
async fn a_stick_that_is_pulled_is_noticed_though_rauc_says_nothing() {
    assert_eq!(fails(Script::default(), "/run/parley-stick/parley.raucb").await, (Problem::StickPulled, 1));
}
