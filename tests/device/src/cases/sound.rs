//! Sound, through the guest's real ALSA.

mod unplugged;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{ANSWERS, Bench, RARE, Report, Scenario, said_on};
use crate::layout::SlotName;

pub const SOUND: Scenario = Scenario {
    name: "sound",
    cases: cases! {
        "what_the_assistant_says_leaves_the_sound_card": "an answer's tone of 440 Hz is in the recording of an HDA sound card's output",
        "a_loudspeaker_that_is_pulled_is_missed_and_taken_up_again": "a USB card that is unplugged: the daemon lives on, says at the door that it is away, then how often; what it says once it is plugged in again leaves the card",
        "a_loudspeaker_that_stays_away_gives_way_to_another": "where no card is named, the machine's own plays in the place of the USB card, after a while",
        "what_is_played_to_the_microphone_is_heard": "a tone that is played into the loop is what the loop's other end records",
    },
    starts: 1,
    run: sound,
    ..RARE
};

/// The tone of the engines' double.
const TONE_HZ: f64 = 440.0;

fn sound(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&SOUND)?;
    let recording = bench.folder(SOUND.name).join("loudspeaker.wav");
    device.plugged.sound = Some(recording.clone());
    let loudspeaker = bench.folder(SOUND.name).join("usb-loudspeaker.wav");
    device.plugged.loudspeaker = Some(loudspeaker.clone());
    device.power_on()?;
    said_on(&mut device, ANSWERS, SlotName::A)?;
    let configuration = "[audio]\\ninput = \"plughw:CARD=Loopback,DEV=1\"\\noutput = \"plughw:CARD=Intel\"\\n";
    let play = format!(
        "export PARLEY_MODELS=/usr/share/parley/models; printf '{configuration}' > /run/sound.toml; \
         cat /proc/asound/cards; parley --config /run/sound.toml say 'This is the virtual device.'"
    );
    let said = device.run(&play);
    let taken_up = unplugged::taken_up_again(&mut device);
    let replaced = unplugged::replaced(&mut device);
    // One end of the loop after the other: the second takes the first one's format, and at once each would stop the
    // other.
    let looped = "systemctl stop parley.service; parley say --output /run/tone.wav 'A tone for the loop, long enough.' && \
                  (arecord -q -D plughw:CARD=Loopback,DEV=1 -f S16_LE -r 16000 -c 1 -d 3 /run/heard.wav & \
                  until grep -q RUNNING /proc/asound/Loopback/pcm1c/sub0/status; do sleep 0.1; done; \
                  aplay -q -D plughw:CARD=Loopback,DEV=0 /run/tone.wav; wait) && \
                  od -An -v -tu1 -w16 -j44 /run/heard.wav | tr -d ' \\n' | md5sum && ls -l /run/heard.wav && \
                  test $(od -An -v -td2 -w2 -j44 /run/heard.wav | sort -nu | wc -l) -gt 100";
    let heard = device.run(&format!("export PARLEY_MODELS=/usr/share/parley/models; {looped}"));
    device.end()?;
    let outcome = taken_up.and_then(|said| Ok(format!("{said}; {}", has_tone(&loudspeaker)?)));
    report.case("a_loudspeaker_that_is_pulled_is_missed_and_taken_up_again", outcome);
    report.case("a_loudspeaker_that_stays_away_gives_way_to_another", replaced);
    let outcome = said.and_then(|_| has_tone(&recording));
    report.case("what_the_assistant_says_leaves_the_sound_card", outcome);
    report.case("what_is_played_to_the_microphone_is_heard", heard);
    Ok(())
}

fn has_tone(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).context("the emulator wrote no recording")?;
    let (rate_hz, samples) = first_channel(&bytes).context("the recording is no WAV file")?;
    let shares = samples.chunks(rate_hz as usize / 4).map(|block| share_of_tone(block, rate_hz));
    let loudest = shares.fold(0.0, f64::max);
    ensure!(loudest > 0.5, "440 Hz has only {:.0} % of the loudest block", 100.0 * loudest);
    Ok(format!("{:.0} % of the power is at 440 Hz", 100.0 * loudest))
}

/// Rate and first channel of a WAV file of 16-bit samples.
fn first_channel(bytes: &[u8]) -> Option<(u32, Vec<f64>)> {
    let channels = usize::from(u16::from_le_bytes(bytes.get(22..24)?.try_into().ok()?)).max(1);
    let rate_hz = u32::from_le_bytes(bytes.get(24..28)?.try_into().ok()?);
    let samples = bytes.get(44..)?.chunks_exact(2 * channels);
    let first = |frame: &[u8]| f64::from(i16::from_le_bytes([frame[0], frame[1]]));
    Some((rate_hz, samples.map(first).collect()))
}

/// The part of a block's power that is at the tone, 0 to 1.
fn share_of_tone(block: &[f64], rate_hz: u32) -> f64 {
    let angle = |index: usize| std::f64::consts::TAU * TONE_HZ * index as f64 / f64::from(rate_hz);
    let (cosine, sine) = block.iter().enumerate().fold((0.0, 0.0), |(cosine, sine), (index, sample)| {
        (cosine + sample * angle(index).cos(), sine + sample * angle(index).sin())
    });
    let power: f64 = block.iter().map(|sample| sample * sample).sum();
    if power == 0.0 { 0.0 } else { 2.0 * (cosine * cosine + sine * sine) / (power * block.len() as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frequency_hz: f64) -> Vec<f64> {
        (0..11_025).map(|index| (std::f64::consts::TAU * frequency_hz * f64::from(index) / 44_100.0).sin()).collect()
    }

    #[test]
    fn the_tone_is_told_from_others_and_from_silence() {
        assert!(share_of_tone(&tone(440.0), 44_100) > 0.99);
        assert!(share_of_tone(&tone(600.0), 44_100) < 0.01);
        assert!(share_of_tone(&[0.0; 100], 44_100) < 0.01);
    }

    #[test]
    fn the_first_channel_is_read() {
        let mut file = vec![0; 44];
        file[22] = 2;
        file[24..28].copy_from_slice(&48_000_u32.to_le_bytes());
        file.extend([1, 0, 9, 9, 2, 0, 9, 9]);
        assert_eq!(first_channel(&file), Some((48_000, vec![1.0, 2.0])));
        assert!(first_channel(&file[..20]).is_none());
    }
}
