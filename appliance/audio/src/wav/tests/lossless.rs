//! What is in the container comes out of it: bits, channels, headers that are odd.

use super::*;

/// A file of one format and these bytes of sound.
fn made(format: &[u8], sound: &[u8]) -> Vec<u8> {
    [
        b"RIFF\0\0\0\0WAVEfmt ",
        &(format.len() as u32).to_le_bytes()[..],
        format,
        b"data",
        &(sound.len() as u32).to_le_bytes(),
        sound,
    ]
    .concat()
}

/// The 16 bytes that each format has.
fn format(tag: u16, channels: u16, bits: u16, frame_bytes: u16) -> Vec<u8> {
    let rate = 16_000_u32;
    [
        &tag.to_le_bytes()[..],
        &channels.to_le_bytes(),
        &rate.to_le_bytes(),
        &(rate * u32::from(frame_bytes)).to_le_bytes(),
        &frame_bytes.to_le_bytes(),
        &bits.to_le_bytes(),
    ]
    .concat()
}

fn extensible(container_bits: u16, valid_bits: u16, tag: u16) -> Vec<u8> {
    let beginning = format(0xfffe, 1, container_bits, container_bits / 8);
    [&beginning[..], &22_u16.to_le_bytes(), &valid_bits.to_le_bytes(), &[0; 4], &tag.to_le_bytes(), &[0; 14]].concat()
}

fn levels(content: &[u8]) -> Vec<f32> {
    let (_folder, path) = file(content);
    let mut reader = WavReader::open(&path).unwrap();
    let (mut samples, mut block) = (Vec::new(), [0.0; 999]);
    loop {
        match reader.read(&mut block).unwrap() {
            0 => return samples,
            read => samples.extend_from_slice(&block[..read]),
        }
    }
}

fn sine(frames: usize, cycles: f64) -> impl Iterator<Item = f64> {
    (0..frames).map(move |frame| (frame as f64 / frames as f64 * cycles * std::f64::consts::TAU).sin() * 0.25)
}

#[track_caller]
fn check_sine(levels: &[f32], frames: usize) {
    assert_eq!(levels.len(), frames);
    for (level, expected) in levels.iter().zip(sine(frames, 80.0)) {
        assert!((f64::from(*level) - expected).abs() < 1e-3, "{level} is not {expected}");
    }
}

#[test]
fn valid_bits_are_found_on_top_and_at_the_bottom() {
    const FRAMES: usize = 20_000;
    for (container, valid) in [(4_usize, 24_u16), (4, 20), (4, 16), (3, 20), (2, 12), (4, 31)] {
        let encode = |places: u32| -> Vec<u8> {
            let full_scale = f64::from(1_u32 << (valid - 1));
            let value = |level: f64| ((level * full_scale) as i32) << places;
            sine(FRAMES, 80.0).flat_map(|level| value(level).to_le_bytes()[..container].to_vec()).collect()
        };
        let bits = container as u16 * 8;
        let on_top = encode(u32::from(bits - valid));
        for format in [extensible(bits, valid, 1), format(1, 1, valid, container as u16)] {
            check_sine(&levels(&made(&format, &on_top)), FRAMES);
            check_sine(&levels(&made(&format, &encode(0))), FRAMES);
        }
        // Half a second of digital silence before it says nothing.
        let silence = vec![0; container * FRAMES / 2];
        let later = levels(&made(&extensible(bits, valid, 1), &[silence, on_top].concat()));
        check_sine(&later[FRAMES / 2..], FRAMES);
    }
}

#[test]
fn floats_of_both_sizes_are_read() {
    let doubles: Vec<u8> = sine(500, 80.0).flat_map(f64::to_le_bytes).collect();
    check_sine(&levels(&made(&format(3, 1, 64, 8), &doubles)), 500);
    let singles: Vec<u8> = sine(500, 80.0).flat_map(|level| (level as f32).to_le_bytes()).collect();
    check_sine(&levels(&made(&extensible(32, 32, 3), &singles)), 500);
}

#[test]
fn a_header_that_is_odd_loses_nothing() {
    let sound: Vec<u8> = sine(500, 80.0).flat_map(|level| ((level * 32_768.0) as i16).to_le_bytes()).collect();
    for frame_bytes in [0, 1, 3, 7, u16::MAX] {
        let mut format = format(1, 1, 16, 2);
        format[12..14].copy_from_slice(&frame_bytes.to_le_bytes());
        check_sine(&levels(&made(&format, &sound)), 500);
    }
    for extra in [1_usize, 2, 4, 6, 24, 100] {
        let longer = [format(1, 1, 16, 2), vec![0; extra]].concat();
        let padded = [made(&longer, b"")[..20 + longer.len()].to_vec(), vec![0; extra % 2]].concat();
        let content = [&padded, &made(&longer, &sound)[20 + longer.len()..]].concat();
        check_sine(&levels(&content), 500);
        if extra % 2 == 1 {
            check_sine(&levels(&made(&longer, &sound)), 500);
        }
    }
}

/// What each channel holds of two voices.
fn recorded(channels: &[(f64, f64)], frames: usize) -> Vec<u8> {
    let voices = sine(frames, 80.0).zip(sine(frames, 211.0));
    let sample = |level: f64| ((level * 32_768.0) as i16).to_le_bytes();
    let sound: Vec<u8> =
        voices.flat_map(|(a, b)| channels.iter().flat_map(move |of| sample(a * of.0 + b * of.1))).collect();
    let channels = channels.len() as u16;
    made(&format(1, channels, 16, 2 * channels), &sound)
}

fn cancels(content: &[u8]) -> bool {
    let (_folder, path) = file(content);
    let mut reader = WavReader::open(&path).unwrap();
    while reader.read(&mut [0.0; 64]).unwrap() > 0 {}
    reader.channels_cancel()
}

fn loudness(levels: &[f32]) -> f32 {
    (levels.iter().map(|level| level * level).sum::<f32>() / levels.len() as f32).sqrt()
}

#[test]
fn channels_that_cancel_each_other_are_heard() {
    // Wired the wrong way round; not quite alike; with a room around it; among silent ones; two pairs.
    for channels in [
        &[(1.0, 0.0), (-1.0, 0.0)][..],
        &[(1.0, 0.0), (-0.9, 0.0)],
        &[(1.0, 0.2), (-1.0, 0.2)],
        &[(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 0.0)],
        &[(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)],
    ] {
        let content = recorded(channels, 32_000);
        let loudness = loudness(&levels(&content));
        assert!(cancels(&content) && loudness > 0.1, "{channels:?}: {loudness}");
    }
}

#[test]
fn channels_that_do_not_cancel_are_mixed() {
    for channels in [
        &[(1.0, 0.0), (1.0, 0.0)][..],
        &[(1.0, 0.0), (0.0, 1.0)],
        &[(1.0, 0.0), (0.0, 0.0)],
        &[(0.0, 0.0), (0.0, 0.0)],
        &[(1.0, 0.0), (-0.3, 1.0)],
        &[(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (1.0, 0.0)],
    ] {
        let content = recorded(channels, 32_000);
        assert!(!cancels(&content), "{channels:?}");
        let mean = |of: fn(&(f64, f64)) -> f64| channels.iter().map(of).sum::<f64>() / channels.len() as f64;
        let (a, b) = (mean(|of| of.0), mean(|of| of.1));
        let expected = sine(32_000, 80.0).zip(sine(32_000, 211.0)).map(|voices| voices.0 * a + voices.1 * b);
        assert!(
            levels(&content).iter().zip(expected).all(|(level, expected)| (f64::from(*level) - expected).abs() < 1e-3)
        );
    }
}

proptest! {
    /// However two channels are mixed of two voices, what comes out is not much quieter than they are.
    #[test]
    fn no_mixture_is_lost(
        left in (-1.0..1.0, -1.0..1.0),
        right in (-1.0..1.0, -1.0..1.0),
    ) {
        let of = |channel: (f64, f64)| channel.0.hypot(channel.1) * 0.25 / 2_f64.sqrt();
        let louder = of(left).max(of(right));
        prop_assume!(louder > 0.01);
        let mixed = f64::from(loudness(&levels(&recorded(&[left, right], 16_000))));
        prop_assert!(mixed > louder * 0.24, "{mixed} of {louder}");
    }
}
