//! Microphone and loudspeaker through ALSA itself, with devices that need no sound card.
//!
//! ALSA reads its configuration once per process, so every test runs in a child process with a configuration of its
//! own. These devices keep no time: a second passes in microseconds, and nothing here looks at a clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use parley_audio::capture::{AlsaSource, Microphone, Source};
use parley_audio::playback::{AlsaSink, Part, PlaybackThread, Renderer, Sink, SinkFormat, Written};
use parley_audio::{DeviceError, SoundDevices};

/// Set in the child: the folder of the test's files.
const FOLDER: &str = "PARLEY_TEST_FOLDER";

/// Runs `body`, a closure of the test that calls this, in a child process whose ALSA knows only what `configuration`
/// defines; `FOLDER` in it becomes the folder.
fn with_alsa<F: Fn(&Path)>(configuration: &str, body: F) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return body(&PathBuf::from(folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("asound.conf");
    std::fs::write(&path, configuration.replace("FOLDER", folder.path().to_str().unwrap())).unwrap();
    // `alsa::the_test::{{closure}}`; another name would run no test, which is noticed below.
    let test = std::any::type_name::<F>().split("::").nth(1).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env("ALSA_CONFIG_PATH", &path)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let output = format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
}

fn samples(path: &Path) -> Vec<i16> {
    let bytes = std::fs::read(path).unwrap();
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

const TO_FILE: &str = r#"
pcm.loudspeaker { type file slave.pcm "silent" file "FOLDER/heard.raw" format "raw" }
pcm.silent { type null }
"#;

#[test]
fn what_is_rendered_reaches_the_device() {
    with_alsa(TO_FILE, |folder| {
        let mut sink = AlsaSink::open_at("loudspeaker", 24_000).unwrap();
        assert_eq!(sink.format().rate_hz, 24_000);
        let (mixer, mut renderer) = Renderer::new(24_000, sink.format().period_frames);
        let (mut feed, control) = mixer.open(Part::Speech).unwrap();
        let speech: Vec<i16> = (1..=5_000).collect();
        assert_eq!(feed.offer(control.stream(), &speech), Ok(5_000));
        while !control.is_drained() {
            assert_eq!(renderer.step(&mut sink, Instant::now()), Ok(Written::InTime));
        }
        assert_eq!((control.heard(), sink.delay_frames()), (5_000, 0), "this device plays at once what it is given");
        drop(sink);
        let heard = samples(&folder.join("heard.raw"));
        assert_eq!(heard[..5_000], speech);
        assert!(heard[5_000..].iter().all(|sample| *sample == 0));
    });
}

#[test]
fn pause_and_discard_work_on_alsa() {
    with_alsa(TO_FILE, |folder| {
        let mut sink = AlsaSink::open_at("loudspeaker", 16_000).unwrap();
        let (mixer, mut renderer) = Renderer::new(16_000, sink.format().period_frames);
        let (mut feed, control) = mixer.open(Part::Speech).unwrap();
        let speech: Vec<i16> = (1..=1_000).collect();
        feed.offer(control.stream(), &speech).unwrap();
        renderer.step(&mut sink, Instant::now()).unwrap();
        control.pause();
        (0..5).for_each(|_| assert_eq!(renderer.step(&mut sink, Instant::now()), Ok(Written::InTime)));
        control.resume();
        (0..2).for_each(|_| assert_eq!(renderer.step(&mut sink, Instant::now()), Ok(Written::InTime)));
        let new = control.discard();
        feed.offer(new, &[-7_i16; 50]).unwrap();
        (0..3).for_each(|_| assert_eq!(renderer.step(&mut sink, Instant::now()), Ok(Written::InTime)));
        drop(sink);
        let heard: Vec<i16> = samples(&folder.join("heard.raw")).into_iter().filter(|sample| *sample != 0).collect();
        assert_eq!(heard, (1..=480).chain([-7; 50]).collect::<Vec<_>>());
    });
}

#[test]
fn a_card_with_two_channels_and_floats_is_spoken_to_in_its_own_format() {
    // `multi` has exactly two channels; `lfloat` takes nothing but floats and writes 16 bits.
    let configuration = r#"
        pcm.loudspeaker { type lfloat slave { pcm "stereo" format S16_LE } }
        pcm.stereo {
            type multi
            slaves.a { pcm "card" channels 2 }
            bindings.0 { slave a channel 0 }
            bindings.1 { slave a channel 1 }
        }
        pcm.card { type file slave.pcm "silent" file "FOLDER/heard.raw" format "raw" }
        pcm.silent { type null }
    "#;
    with_alsa(configuration, |folder| {
        let mut sink = AlsaSink::open("loudspeaker").unwrap();
        let period: Vec<i16> = (0..480).map(|n| n * 50 - 12_000).collect();
        sink.write(&period).unwrap();
        drop(sink);
        let expected: Vec<i16> = period.iter().flat_map(|sample| [*sample, *sample]).collect();
        assert_eq!(samples(&folder.join("heard.raw")), expected);
    });
}

#[test]
fn a_card_of_another_rate_is_used_at_its_own() {
    // `plug` would convert, but our own conversion is better, so it is told not to.
    let configuration = "pcm.card { type plug slave { pcm \"silent\" rate 44100 } }\npcm.silent { type null }";
    with_alsa(configuration, |_| {
        assert_eq!(AlsaSink::open("card").unwrap().format().rate_hz, 44_100);
        let source = AlsaSource::open("card").unwrap();
        assert_eq!(source.format().rate_hz, 44_100);
        let mut microphone = Microphone::start(source).unwrap();
        assert!(microphone.wait_frame(Duration::from_secs(60)).is_some());
    });
}

#[test]
fn a_device_that_was_lost_comes_back_at_any_rate() {
    let card = |rate_hz: u32| {
        format!("pcm.card {{ type plug slave {{ pcm \"silent\" rate {rate_hz} }} }}\npcm.silent {{ type null }}")
    };
    with_alsa(&card(44_100), |folder| {
        let mut source = AlsaSource::open("card").unwrap();
        let mut sink = AlsaSink::open("card").unwrap();
        source.reopen().unwrap();
        sink.reopen().unwrap();
        assert_eq!((source.format().rate_hz, sink.format().rate_hz), (44_100, 44_100));
        replace(folder, &card(32_000));
        source.reopen().unwrap();
        sink.reopen().unwrap();
        assert_eq!(source.format().rate_hz, 32_000, "whoever reads it learns the rate");
        let SinkFormat { rate_hz, period_frames } = sink.format();
        assert_eq!(rate_hz, 44_100, "for whoever plays on it nothing has changed");
        assert_eq!(sink.write(&vec![0; period_frames]), Ok(Written::InTime));
        replace(folder, "pcm.silent { type null }");
        assert!(source.reopen().is_err() && sink.reopen().is_err());
        assert!(source.read(&mut [0; 160]).is_err() && sink.write(&[0; 441]).is_err() && sink.delay_frames() == 0);
        replace(folder, &card(48_000));
        source.reopen().unwrap();
        sink.reopen().unwrap();
        assert_eq!(source.format().rate_hz, 48_000);
    });
}

/// A file of its own in the old one's place, so that ALSA sees the change.
fn replace(folder: &Path, configuration: &str) {
    let other = folder.join("other.conf");
    std::fs::write(&other, configuration).unwrap();
    std::fs::rename(&other, folder.join("asound.conf")).unwrap();
}

/// A second is a second, whatever the rate: what is played sounds as before.
#[test]
fn a_loudspeaker_that_comes_back_slower_plays_as_long() {
    let card = |pcm: &str, rate_hz: u32| format!("pcm.card {{ type plug slave {{ pcm \"{pcm}\" rate {rate_hz} }} }}\n");
    with_alsa(&(card("silent", 48_000) + TO_FILE), |folder| {
        let mut sink = AlsaSink::open("card").unwrap();
        let SinkFormat { rate_hz, period_frames } = sink.format();
        assert_eq!(rate_hz, 48_000);
        let to_file = TO_FILE.replace("FOLDER", folder.to_str().unwrap());
        replace(folder, &(card("loudspeaker", 32_000) + &to_file));
        sink.reopen().unwrap();
        for _ in 0..100 {
            sink.write(&vec![5_000; period_frames]).unwrap();
        }
        drop(sink);
        let heard = samples(&folder.join("heard.raw")).into_iter().filter(|sample| *sample > 4_000).count();
        assert!((30_000..=32_000).contains(&heard), "{heard} samples of a second at 32 kHz");
    });
}

/// A name that both share is one card, as far as anybody can tell; and a rate of its own is what neither converts.
#[test]
fn microphone_and_loudspeaker_of_one_card_have_one_rate_and_of_two_each_its_own() {
    let configuration = r#"
        pcm.slow { type plug slave { pcm "silent" rate 32000 } }
        pcm.both { type asym playback.pcm "silent" capture.pcm "silent" }
        pcm.silent { type null }
    "#;
    with_alsa(configuration, |_| {
        for loudspeaker_first in [true, false] {
            for (input, output, expected) in [
                ("both", "both", (48_000, 48_000)),
                ("slow", "slow", (32_000, 32_000)),
                ("silent", "both", (16_000, 48_000)),
            ] {
                let devices = SoundDevices::new(input, output, None);
                let (mut source, mut sink) = (devices.microphone(), devices.loudspeaker());
                if loudspeaker_first {
                    sink.begin().unwrap();
                    source.reopen().unwrap();
                } else {
                    source.reopen().unwrap();
                    sink.begin().unwrap();
                }
                let rates = (source.format().rate_hz, sink.format().rate_hz);
                assert_eq!(rates, expected, "{input} and {output}, {loudspeaker_first}");
            }
        }
    });
}

#[test]
fn without_any_card_both_wait_and_move() {
    with_alsa("pcm.nothing { type null }", |folder| {
        let devices = SoundDevices::new("later", "later", None);
        let (source, mut sink) = (devices.microphone(), devices.loudspeaker());
        assert!(sink.begin().is_err());
        let mut microphone = Microphone::start(source).unwrap();
        let (mixer, _playback) = PlaybackThread::start(sink).unwrap();
        assert!(microphone.wait_frame(Duration::from_millis(300)).is_none());
        assert!(microphone.counters().is_lost.get() && mixer.counters().is_lost.get());
        replace(folder, "pcm.later { type null }");
        assert!(microphone.wait_frame(Duration::from_secs(60)).is_some(), "it is taken up when it comes");
        let (mut feed, control) = mixer.open(Part::Speech).unwrap();
        let begun = Instant::now();
        feed.offer(control.stream(), &[1_i16; 4_800]).unwrap();
        while !control.is_drained() {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing is played");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!mixer.counters().is_lost.get());
    });
}

const FROM_FILE: &str = r#"
pcm.microphone { type file slave.pcm "silent" file "/dev/null" infile "FOLDER/said.raw" format "raw" }
pcm.silent { type null }
"#;

#[test]
fn what_is_said_reaches_the_microphone() {
    let said = || (0..16_000).map(|n| (n % 5_000) as i16);
    with_alsa(FROM_FILE, |folder| {
        let bytes: Vec<u8> = said().flat_map(i16::to_le_bytes).collect();
        std::fs::write(folder.join("said.raw"), bytes).unwrap();
        let source = AlsaSource::open("microphone").unwrap();
        assert_eq!((source.format().rate_hz, source.format().channels), (16_000, 1));
        let mut microphone = Microphone::start(source).unwrap();
        let mut heard = Vec::new();
        while heard.len() < 12_800 {
            heard.extend(
                microphone.wait_frame(Duration::from_secs(60)).expect("the file has a second of sound").samples,
            );
        }
        assert_eq!(heard[..12_800], said().take(12_800).collect::<Vec<_>>());
    });
}

#[test]
fn the_null_device_is_a_silent_microphone_and_a_patient_loudspeaker() {
    with_alsa("pcm.nothing { type null }", |_| {
        let mut microphone = Microphone::start(AlsaSource::open("nothing").unwrap()).unwrap();
        let (mixer, _playback) = PlaybackThread::start(AlsaSink::open("nothing").unwrap()).unwrap();
        let (mut feed, control) = mixer.open(Part::Speech).unwrap();
        assert!(microphone.wait_frame(Duration::from_secs(60)).is_some());
        assert_eq!(feed.offer(control.stream(), &[1_i16; 4_800]), Ok(4_800));
        while !control.is_drained() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
}

#[test]
fn a_device_that_is_not_there_says_what_to_do() {
    let configuration = "pcm.gone { type hw card 31 }\npcm.nothing { type null }";
    with_alsa(configuration, |_| {
        for name in ["unheard_of", "gone"] {
            let error = AlsaSink::open(name).err().unwrap();
            assert!(matches!(error, DeviceError::NotFound(..)), "{error:?}");
            assert!(error.to_string().contains(name) && error.to_string().contains("parley check"), "{error}");
        }
        assert!(matches!(AlsaSource::open("a\0b"), Err(DeviceError::Name(_))));
    });
}
