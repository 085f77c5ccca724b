//! What every measurement needs: models, workers beside this program, recordings.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parley_audio::capture::FRAME_RATE_HZ;
use parley_audio::playback::LOUDSPEAKER_HZ;
use parley_conversation::{BargeIn, Event, Notice, Phase, Settings};
use parley_daemon::conductor::{Generating, Observation};
use parley_daemon::rehearsal::Room;
use parley_daemon::session::{settings_at_device, told_settings};
use parley_daemon::wake_words::WakeWords;
use parley_daemon::workers::{Needed, Workers};
pub use parley_e2e::product::{config, models};
use parley_models::Selection;
use parley_settings::Config;
use parley_speech::{Clip, SpeechSets};
use tokio::sync::broadcast;

/// A conversation in a quiet room takes at most this long to come to rest.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn speech() -> Result<SpeechSets> {
    parley_speech::prepare(&parley_speech::default_folder())
}

pub fn samples(sets: &SpeechSets, clip: &Clip) -> Result<Vec<i16>> {
    Ok(parley_audio::wav::load(&sets.path(clip), FRAME_RATE_HZ)?)
}

/// Worker processes beside this program, ready.
pub async fn workers(needed: Needed) -> Result<Workers> {
    let workers = Workers::spawn(&config()?, &models()?, needed)?;
    workers.ready().await?;
    Ok(workers)
}

/// Samples as time.
pub fn time(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(FRAME_RATE_HZ))
}

/// What the image ships: it changes nothing of the defaults but which models there are.
pub fn product_settings(config: &Config, models: &Selection) -> Settings {
    settings_at_device(config, models, LOUDSPEAKER_HZ)
}

/// Where speech interrupts an answer, as with a headset.
pub fn with_headset(settings: &mut Settings) {
    settings.barge_in = BargeIn::Voice;
}

/// Prints what is measured.
pub fn print_settings(config: &Config, settings: &Settings) {
    let told = told_settings(config, settings.barge_in);
    let told: Vec<String> = told.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    println!("settings: {}", told.join(", "));
}

/// A room with every engine ready, and the product's settings but for what `change` does to them, which are printed.
pub async fn open(change: impl FnOnce(&mut Settings)) -> Result<Room> {
    open_with(WakeWords::default(), change).await
}

/// The same where Parley sleeps until it hears one of these.
pub async fn open_with(wake_words: WakeWords, change: impl FnOnce(&mut Settings)) -> Result<Room> {
    let (config, models) = (config()?, models()?);
    let workers = Workers::spawn(&config, &models, Needed::All)?;
    let mut settings = product_settings(&config, &models);
    change(&mut settings);
    print_settings(&config, &settings);
    let room = Room::asleep(settings, Generating::default(), workers, wake_words)?;
    room.ready().await?;
    Ok(room)
}

/// Interrupts whatever is being said, and waits until all is quiet.
pub async fn hush(room: &Room) -> Result<()> {
    room.handle().control.send(Event::Interrupt).await?;
    let mut phase = room.handle().phase.clone();
    tokio::time::timeout(PATIENCE, async {
        loop {
            let is_quiet = |phase: &Phase| matches!(phase, Phase::Quiet | Phase::Asleep);
            phase.wait_for(is_quiet).await?;
            // Quiet must last: a noise at the end of a clip may still be judged.
            tokio::time::sleep(Duration::from_millis(400)).await;
            if is_quiet(&phase.borrow()) {
                return anyhow::Ok(());
            }
            room.handle().control.send(Event::Interrupt).await?;
        }
    })
    .await
    .context("the conversation did not come to rest within a minute")?
}

/// The next notice, with the moment it came.
pub async fn next_notice(
    observations: &mut broadcast::Receiver<Observation>,
    until: Instant,
) -> Result<Option<(Instant, Notice)>> {
    loop {
        match tokio::time::timeout_at(until.into(), observations.recv()).await {
            Err(_) => return Ok(None),
            Ok(Ok(Observation::Notice(notice))) => return Ok(Some((Instant::now(), notice))),
            Ok(Ok(Observation::Turn(_)) | Err(broadcast::error::RecvError::Lagged(_))) => {}
            Ok(Err(broadcast::error::RecvError::Closed)) => anyhow::bail!("the conversation has ended"),
        }
    }
}

/// The 95 % interval of a share of which so many were seen (Wilson), each 0 to 1.
pub fn wilson(seen: usize, of: usize) -> [f64; 2] {
    const Z: f64 = 1.96;
    let (share, of) = (seen as f64 / (of as f64).max(1.0), (of as f64).max(1.0));
    let centre = share + Z * Z / (2.0 * of);
    let half = Z * (share * (1.0 - share) / of + Z * Z / (4.0 * of * of)).sqrt();
    [centre - half, centre + half].map(|edge| (edge / (1.0 + Z * Z / of)).clamp(0.0, 1.0))
}

/// The value at a share of a sorted distribution, by nearest rank.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_is_wilsons() {
        let near = |interval: [f64; 2], truth: [f64; 2]| interval.iter().zip(truth).all(|(a, b)| (a - b).abs() < 5e-4);
        assert!(near(wilson(0, 240), [0.0, 0.0158]), "{:?}", wilson(0, 240));
        assert!(near(wilson(6, 240), [0.0115, 0.0535]), "{:?}", wilson(6, 240));
        assert!(near(wilson(5, 10), [0.2366, 0.7634]), "{:?}", wilson(5, 10));
        assert_eq!(wilson(0, 0)[0], 0.0, "nothing seen, nothing known");
    }
}
