//! Bad input gets a clear error or a sensible answer, and nothing is lost.

use std::path::PathBuf;

use crate::support::{fail, lines, parley, parley_with, run, scratch, speech, succeed};

/// Writes a WAV of this format from 16-bit samples at 16 kHz.
fn wav(name: &str, spec: hound::WavSpec, samples: &[i16]) -> PathBuf {
    let path = scratch().join(name);
    let mut writer = hound::WavWriter::create(&path, spec).expect("it can be written");
    let times = (spec.sample_rate / 16_000).max(1) as usize;
    for sample in samples.iter().flat_map(|sample| std::iter::repeat_n(*sample, times * usize::from(spec.channels))) {
        match (spec.sample_format, spec.bits_per_sample) {
            (hound::SampleFormat::Float, _) => writer.write_sample(f32::from(sample) / 32_768.0),
            (hound::SampleFormat::Int, 8) => writer.write_sample((sample >> 8) as i8),
            (hound::SampleFormat::Int, 24) => writer.write_sample(i32::from(sample) << 8),
            (hound::SampleFormat::Int, _) => writer.write_sample(sample),
        }
        .expect("it can be written");
    }
    writer.finalize().expect("it can be finished");
    path
}

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16, sample_format: hound::SampleFormat) -> hound::WavSpec {
    hound::WavSpec { channels, sample_rate, bits_per_sample, sample_format }
}

#[test]
fn any_kind_of_wav_is_understood() {
    let sets = speech();
    let clip = sets.questions.first().expect("there are questions");
    let mut reader = hound::WavReader::open(sets.path(clip)).expect("it is a WAV");
    let samples: Vec<i16> = reader.samples().map(|sample| sample.expect("it is whole")).collect();
    let formats = [
        ("8.wav", spec(1, 16_000, 8, hound::SampleFormat::Int)),
        ("24.wav", spec(1, 16_000, 24, hound::SampleFormat::Int)),
        ("float.wav", spec(1, 16_000, 32, hound::SampleFormat::Float)),
        ("stereo.wav", spec(2, 16_000, 16, hound::SampleFormat::Int)),
        ("96k.wav", spec(2, 96_000, 24, hound::SampleFormat::Int)),
    ];
    let files = formats.map(|(name, spec)| wav(name, spec, &samples));
    let heard = lines(&succeed(parley().args(["transcribe", "--json", "--language", "en"]).args(&files)));
    let plain = lines(&succeed(parley().args(["transcribe", "--json", "--language", "en"]).arg(sets.path(clip))));
    let words = |text: &serde_json::Value| text["text"].as_str().unwrap_or_default().to_lowercase();
    for line in heard.iter().skip(1) {
        assert_eq!(words(line), words(&plain[0]), "{line}");
    }
    assert!(!words(&heard[0]).is_empty(), "8 bits are noisy, but words");
}

#[test]
fn what_is_no_recording_is_refused_and_the_others_are_transcribed() {
    let sets = speech();
    let good = sets.path(sets.questions.first().expect("there are questions"));
    let text = scratch().join("text.wav");
    std::fs::write(&text, "this is not a recording").expect("it can be written");
    let empty = scratch().join("empty.wav");
    std::fs::write(&empty, "").expect("it can be written");
    let output =
        run(parley().args(["transcribe", "--json"]).args([&text, &empty, &scratch().join("missing.wav")]).arg(&good));
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    for name in ["text.wav", "empty.wav", "missing.wav"] {
        assert!(message.contains(name), "{name} in {message}");
    }
    assert_eq!(lines(&String::from_utf8_lossy(&output.stdout)).len(), 1, "the good one was transcribed");
}

#[test]
fn a_recording_that_is_cut_short_gives_what_is_there() {
    let sets = speech();
    let whole = std::fs::read(sets.path(sets.questions.first().expect("there are questions"))).expect("it can be read");
    let cut = scratch().join("cut.wav");
    std::fs::write(&cut, &whole[..whole.len() / 2 + 1]).expect("it can be written");
    let output = run(parley().args(["transcribe", "--json"]).arg(&cut));
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cut short"));
}

#[test]
fn silence_noise_and_music_have_no_words() {
    let format = spec(1, 16_000, 16, hound::SampleFormat::Int);
    let mut seed = 1u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as i16 / 8
    };
    let chord = |i: usize| {
        [220.0, 277.2, 329.6]
            .map(|hz: f32| (i as f32 / 16_000.0 * hz * std::f32::consts::TAU).sin() * 4_000.0)
            .iter()
            .sum::<f32>() as i16
    };
    let files = [
        wav("silence.wav", format, &[0; 48_000]),
        wav("noise.wav", format, &(0..48_000).map(|_| noise()).collect::<Vec<_>>()),
        wav("music.wav", format, &(0..48_000).map(chord).collect::<Vec<_>>()),
    ];
    for line in lines(&succeed(parley().args(["transcribe", "--json"]).args(&files))) {
        assert_eq!(line["text"], "", "{line}");
    }
}

#[test]
fn too_long_a_question_is_refused_and_control_characters_are_not_spoken() {
    let long = scratch().join("long.txt");
    std::fs::write(&long, "word ".repeat(200_000) + "\n").expect("it can be written");
    let stdin = std::fs::File::open(&long).expect("it is there");
    let output = run(parley().arg("ask").stdin(stdin));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("4000") && message.contains("characters"), "{message}");

    let wav = scratch().join("control.wav");
    succeed(parley().args(["say", "--output"]).arg(&wav).arg("Hello\u{7}\u{1b}[31m there."));
    let message = fail(parley().args(["say", "--output"]).arg(&wav).arg("\u{1}\u{2}…"));
    assert!(message.contains("nothing"), "{message}");
}

#[test]
fn a_model_of_the_wrong_kind_or_cut_short_is_named() {
    let good = parley_models_folder();
    let folder = tempfile::tempdir().expect("a folder");
    for file in std::fs::read_dir(&good).expect("the models are there").flatten() {
        if file.path().is_file() {
            std::os::unix::fs::symlink(file.path(), folder.path().join(file.file_name())).expect("it can be linked");
        }
    }
    let model = folder.path().join("ggml-base.bin");
    let whole = std::fs::read(&model).expect("it is there");
    for damage in [whole[..1_000_000].to_vec(), b"not a model".repeat(1_000)] {
        std::fs::remove_file(&model).expect("it is there");
        std::fs::write(&model, damage).expect("it can be written");
        let message = fail(parley().args(["ask", "hello"]).env("PARLEY_MODELS", folder.path()));
        assert!(message.contains("ggml-base.bin") && message.contains("parley models fetch"), "{message}");
    }
}

fn parley_models_folder() -> PathBuf {
    let list = succeed(parley().args(["models", "list"]));
    let line = list.lines().next().expect("a first line");
    line.trim_start_matches("Models are kept in ").into()
}

#[test]
fn a_full_disk_is_named() {
    let message = fail(parley().args(["say", "--output", "/dev/full", "Hello there, this does not fit."]));
    assert!(message.contains("/dev/full"), "{message}");
}

#[test]
fn no_sound_card_says_what_to_do() {
    let config = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(config.path(), "[audio]\ninput = \"hw:CARD=none\"\noutput = \"hw:CARD=none\"\n")
        .expect("it can be written");
    let message = fail(parley_with(config.path()).args(["talk", "--mic"]));
    assert!(message.contains("parley check"), "{message}");
}
