//! Each fault by its figures, and what no figures may do.

use proptest::prelude::*;

use super::*;

/// An ordinary device.
fn good() -> EchoCheckFigures {
    EchoCheckFigures {
        heard_s: 9.0,
        has_reference: true,
        chirps_heard: 2,
        background_dbfs: Some(-65.0),
        echo_dbfs: Some(-30.0),
        clipped_share: 0.0,
        delay_ms: Some(62.0),
        drift_ppm: Some(12.0),
        linear_db: Some(18.0),
        suppressed_db: Some(34.0),
        loopback_channels: Vec::new(),
        left_out_channels: Vec::new(),
        channels: 1,
        lost: 0,
        ran_empty: 0,
    }
}

fn names(figures: &EchoCheckFigures, troubles: &[SoundTrouble], channel: Option<usize>) -> Vec<&'static str> {
    faults(figures, troubles, channel).into_iter().map(EchoFault::name).collect()
}

fn with(change: impl FnOnce(&mut EchoCheckFigures)) -> EchoCheckFigures {
    let mut figures = good();
    change(&mut figures);
    figures
}

#[test]
fn a_good_device_has_no_fault_and_is_told_in_a_few_words() {
    assert_eq!(names(&good(), &[], None), [""; 0]);
    assert_eq!(
        in_words(&good()),
        "taken out 34 dB, 18 dB for the recogniser, delay 62 ms, drift 12 ppm, level -30 dBFS, the room -65 dBFS"
    );
    assert_eq!(in_words(&EchoCheckFigures::default()), "");
}

#[test]
fn each_fault_has_its_figures() {
    for (figures, name) in [
        (with(|its| its.heard_s = 0.0), "no-sound"),
        (with(|its| its.has_reference = false), "no-reference"),
        (with(|its| its.chirps_heard = 0), "not-heard"),
        (with(|its| its.loopback_channels = vec![1]), "loopback"),
        (with(|its| its.clipped_share = 0.02), "echo-clips"),
        (with(|its| its.delay_ms = Some(LATEST_MS + 1.0)), "late"),
        (with(|its| its.delay_ms = Some(-20.0)), "early"),
        (with(|its| its.drift_ppm = Some(-400.0)), "drifts"),
        (with(|its| its.lost = 480), "loses-sound"),
        (with(|its| its.ran_empty = 1), "loses-sound"),
        (with(|its| (its.echo_dbfs, its.suppressed_db) = (Some(-20.0), Some(8.0))), "stays"),
    ] {
        assert_eq!(names(&figures, &[], None), [name], "{figures:?}");
    }
    for (trouble, name) in [
        (SoundTrouble::Silent, "zeroes"),
        (SoundTrouble::Clips, "clips"),
        (SoundTrouble::Offset, "offset"),
        (SoundTrouble::Hums, "hums"),
        (SoundTrouble::Quiet, "quiet"),
    ] {
        assert_eq!(names(&good(), &[trouble], None), [name]);
    }
}

#[test]
fn one_cause_is_told_once() {
    let nothing = with(|its| (its.chirps_heard, its.delay_ms, its.suppressed_db) = (0, None, None));
    assert_eq!(names(&nothing, &[SoundTrouble::Silent], None), ["zeroes"], "nothing is heard of a chirp either");
    let clips = with(|its| (its.clipped_share, its.echo_dbfs, its.suppressed_db) = (0.3, Some(-3.0), Some(2.0)));
    assert_eq!(names(&clips, &[], None), ["echo-clips"], "what clips cannot be cancelled");
    assert_eq!(names(&clips, &[SoundTrouble::Clips], None), ["clips"]);
}

#[test]
fn a_loopback_is_a_fault_only_where_it_is_listened_to() {
    let six = with(|its| (its.channels, its.loopback_channels) = (6, vec![6]));
    assert_eq!(names(&six, &[], None), ["loopback"]);
    let left_out = with(|its| (its.channels, its.loopback_channels, its.left_out_channels) = (6, vec![6], vec![6]));
    assert_eq!(names(&left_out, &[], None), [""; 0], "it is zeroes while nothing is played, and so no microphone");
    assert_eq!(names(&left_out, &[], Some(6)), ["loopback"]);
    assert_eq!(names(&six, &[], Some(6)), ["loopback"]);
    assert_eq!(names(&six, &[], Some(9)), ["loopback"], "the last one there is");
    assert_eq!(names(&six, &[], Some(1)), [""; 0]);
    let says = faults(&six, &[], None)[0].to_string();
    assert!(says.starts_with("channel 6 of the microphone") && says.contains("audio.channel"), "{says}");
}

#[test]
fn what_the_daemon_notices_has_the_same_words() {
    let says = EchoFault::Microphone(SoundTrouble::Silent).to_string();
    assert_eq!(says, format!("the microphone {}", SoundTrouble::Silent));
}

fn figures() -> impl Strategy<Value = EchoCheckFigures> {
    let number = || prop::option::of(prop_oneof![-1e6..1e6, Just(f64::NAN), Just(f64::INFINITY), Just(0.0)]);
    let counts = (0_usize..3, prop::collection::vec(1_usize..9, 0..3), 1_usize..9, 0_u64..3, 0_u64..3);
    (number(), any::<bool>(), counts, [number(), number(), number(), number(), number(), number(), number()]).prop_map(
        |(heard_s, has_reference, (chirps_heard, loopback_channels, channels, lost, ran_empty), numbers)| {
            let [background_dbfs, echo_dbfs, clipped, delay_ms, drift_ppm, linear_db, suppressed_db] = numbers;
            let (heard_s, clipped_share) = (heard_s.unwrap_or(9.0), clipped.unwrap_or(0.0));
            EchoCheckFigures {
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
                left_out_channels: loopback_channels.iter().skip(1).copied().collect(),
                loopback_channels,
                channels,
                lost,
                ran_empty,
            }
        },
    )
}

proptest! {
    /// Whatever was measured: every fault has words and a name of its own, none is told twice, and troubles are never lost.
    #[test]
    fn a_verdict_is_short_and_whole(figures in figures(), silent in any::<bool>(), hums in any::<bool>(), channel in prop::option::of(1_usize..9)) {
        let troubles: Vec<_> =
            [(silent, SoundTrouble::Silent), (hums, SoundTrouble::Hums)].into_iter().filter(|(is, _)| *is).map(|(_, its)| its).collect();
        let faults = faults(&figures, &troubles, channel);
        let mut names: Vec<_> = faults.iter().map(|fault| fault.name()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), all);
        prop_assert!(faults.iter().all(|fault| fault.to_string().len() > 30));
        if figures.heard_s > 0.0 {
            prop_assert!(troubles.iter().all(|trouble| faults.contains(&EchoFault::Microphone(*trouble))));
        }
        in_words(&figures);
    }

    /// A device that is worse has no fewer faults.
    #[test]
    fn more_delay_drift_and_clipping_never_make_a_verdict_better(ms in -100.0..1_000.0_f64, more in 0.0..500.0_f64, ppm in 0.0..2_000.0_f64) {
        let count = |ms, ppm| faults(&with(|its| (its.delay_ms, its.drift_ppm) = (Some(ms), Some(ppm))), &[], None).len();
        if ms > 0.0 {
            prop_assert!(count(ms + more, ppm) >= count(ms, ppm));
        }
        prop_assert!(count(62.0, ppm + more) >= count(62.0, ppm));
    }
}
