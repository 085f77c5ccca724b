//! Files of every kind, good and bad.

mod lengths;
mod lossless;
mod places;

use std::path::PathBuf;

use hound::{SampleFormat, WavSpec};
use proptest::prelude::*;

use super::*;

/// A file of this content, which goes with its folder.
fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// A 16-bit mono file of samples 1, 2, 3, …
fn good(samples: usize) -> Vec<u8> {
    let (_folder, path) = file(&[]);
    let mut writer = WavWriter::create(&path, 16_000).unwrap();
    writer.write(&(1..=samples as i16).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

/// Reads everything, in blocks that fit nothing.
fn read(content: &[u8]) -> Result<(Vec<i16>, bool), WavError> {
    let (_folder, path) = file(content);
    let mut reader = WavReader::open(&path)?;
    let (mut samples, mut block) = (Vec::new(), [0.0; 7]);
    loop {
        match reader.read(&mut block)? {
            0 => return Ok((samples, reader.is_cut_short())),
            read => extend_i16(&block[..read], &mut samples),
        }
    }
}

#[test]
fn every_encoding_and_channel_count_is_read_as_mono() {
    let encodings = [
        (8, SampleFormat::Int),
        (16, SampleFormat::Int),
        (24, SampleFormat::Int),
        (32, SampleFormat::Int),
        (32, SampleFormat::Float),
    ];
    for ((bits_per_sample, sample_format), channels) in encodings.into_iter().flat_map(|e| [1, 2, 6].map(|c| (e, c))) {
        let (_folder, path) = file(&[]);
        let spec = WavSpec { channels, sample_rate: 11_025, bits_per_sample, sample_format };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for frame in 0..100 {
            for channel in 0..channels {
                // The mean of the channels is a quarter of full scale, up and down.
                let beside = if channels == 1 { 0.0 } else { 0.125 };
                let level = if frame % 2 == 0 { 0.25 } else { -0.25 } + if channel % 2 == 0 { beside } else { -beside };
                match sample_format {
                    SampleFormat::Float => writer.write_sample(level as f32).unwrap(),
                    SampleFormat::Int => {
                        writer.write_sample((level * 2.0_f64.powi(i32::from(bits_per_sample) - 1)) as i32).unwrap()
                    }
                }
            }
        }
        writer.finalize().unwrap();
        let mut reader = WavReader::open(&path).unwrap();
        assert_eq!((reader.rate_hz(), reader.is_cut_short()), (11_025, false));
        let mut mono = [0.0; 200];
        assert_eq!(reader.read(&mut mono).unwrap(), 100);
        let expected = |n: usize| if n.is_multiple_of(2) { 0.25 } else { -0.25 };
        assert!(
            mono[..100].iter().enumerate().all(|(n, sample)| (sample - expected(n)).abs() < 1e-6),
            "{spec:?}: {mono:?}"
        );
        assert_eq!(reader.read(&mut mono).unwrap(), 0);
    }
}

#[test]
fn a_file_that_was_cut_short_gives_what_is_there() {
    let whole = good(100);
    let expected: Vec<i16> = (1..=100).collect();
    assert_eq!(read(&whole).unwrap(), (expected.clone(), false));
    // In the middle of a sample.
    assert_eq!(read(&whole[..44 + 101]).unwrap(), (expected[..50].to_vec(), true));
    // A recorder that crashed before it knew the lengths.
    let mut crashed = whole.clone();
    crashed[4..8].fill(0);
    crashed[40..44].fill(0);
    assert_eq!(read(&crashed).unwrap(), (expected.clone(), true));
    // A stream never knows its length, and is whole all the same.
    let mut stream = whole.clone();
    stream[4..8].fill(0xff);
    stream[40..44].fill(0xff);
    assert_eq!(read(&stream).unwrap(), (expected, false));
}

#[test]
fn chunks_that_are_not_sound_are_skipped() {
    let whole = good(10);
    let title = [b"LIST".as_slice(), &5_u32.to_le_bytes(), b"title\0"].concat();
    let content = [&whole[..36], &title, &whole[36..], &title].concat();
    assert_eq!(read(&content).unwrap(), ((1..=10).collect(), false));
    let before_format = [&whole[..12], &title, &whole[12..]].concat();
    assert_eq!(read(&before_format).unwrap().0.len(), 10);
}

#[test]
fn what_is_not_a_wav_file_says_why() {
    let check = |content: &[u8], words: &str| {
        let message = read(content).unwrap_err().to_string();
        assert!(message.contains("x.wav") && message.contains(words), "{message}");
    };
    let whole = good(10);
    check(b"", "ends within its header");
    check(b"ID3\x03 this is an mp3 file", "does not begin with RIFF");
    check(&whole[..30], "ends within its header");
    check(&whole[..44], "no sound in it");
    check(&[&whole[..12], &whole[36..]].concat(), "the format is missing");
    let patched = |at: usize, value: u16| {
        let mut content = whole.clone();
        content[at..at + 2].copy_from_slice(&value.to_le_bytes());
        content
    };
    check(&patched(20, 2), "not supported (format 0x0002 with 16 bits)");
    check(&patched(34, 0), "not supported");
    check(&patched(34, 33), "not supported");
    check(&patched(22, 0), "it has no channels");
    let mut no_rate = whole.clone();
    no_rate[24..32].fill(0);
    check(&no_rate, "its sample rate is 0");
    let error = WavReader::open(Path::new("/nowhere/at/all.wav")).err().unwrap().to_string();
    assert!(error.starts_with("/nowhere/at/all.wav cannot be opened: No such file"), "{error}");
}

#[test]
fn not_a_number_is_silence() {
    let (_folder, path) = file(&[]);
    let spec = WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 32, sample_format: SampleFormat::Float };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for sample in [f32::NAN, f32::INFINITY, 0.5, f32::NEG_INFINITY] {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    let mut mono = [9.0; 4];
    WavReader::open(&path).unwrap().read(&mut mono).unwrap();
    assert_eq!(mono, [0.0, 0.0, 0.5, 0.0]);
}

#[test]
fn a_clip_is_loaded_at_the_rate_that_is_asked_for() {
    let (_folder, path) = file(&good(1_600));
    assert_eq!(load(&path, 16_000).unwrap(), (1..=1_600).collect::<Vec<i16>>());
    assert_eq!(load(&path, 44_100).unwrap().len(), 4_410);
    assert!(load(&path, 1).unwrap_err().to_string().contains("x.wav: a sample rate of 1 Hz"));
}

#[test]
fn a_file_is_readable_while_it_grows() {
    let (_folder, path) = file(&[]);
    let mut writer = WavWriter::create(&path, 1_000).unwrap();
    let error = WavReader::open(&path).err().unwrap().to_string();
    assert!(error.contains("no sound in it"), "a header that is right from the start: {error}");
    writer.write(&[1; 2_500]).unwrap();
    // As after a crash: nobody finished it.
    let so_far = std::fs::read(&path).unwrap();
    assert_eq!(read(&so_far).unwrap(), (vec![1; 2_500], false));
    writer.write(&[1; 500]).unwrap();
    writer.finish().unwrap();
    assert_eq!(load(&path, 1_000).unwrap(), [1; 3_000]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(at in 0_usize..60, bytes in prop::collection::vec(any::<u8>(), 1..24), cut in 0_usize..300) {
        let mut content = good(100);
        for (place, byte) in content[at..].iter_mut().zip(bytes) {
            *place = byte;
        }
        content.truncate(cut);
        let _ = read(&content);
    }

    #[test]
    fn any_cut_gives_the_samples_before_it(cut in 46_usize..=244) {
        let (samples, is_cut_short) = read(&good(100)[..cut]).unwrap();
        prop_assert_eq!(samples, (1..=((cut - 44) / 2) as i16).collect::<Vec<_>>());
        prop_assert_eq!(is_cut_short, cut < 244);
    }
}
