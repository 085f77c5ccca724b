//! "Louder", said to Parley: the volume changes as it does by `parley ctl volume`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parley_conversation::{Effect, EffectId, EffectResult, VolumeStep};

use super::Volume;
use crate::conductor::{Performer, Performing};

/// By so many percent points.
const STEP: u8 = 10;
/// No voice makes it quieter: the next word has to be heard.
const QUIETEST: u8 = 10;

/// Which volume is changed, once there is one. Clones are the same.
#[derive(Clone, Default)]
pub struct VolumeByVoice(Arc<OnceLock<Volume>>);

impl VolumeByVoice {
    /// From now on it is this one; the first counts.
    pub fn is_of(&self, volume: Volume) {
        // An error means that there is one.
        let _ = self.0.set(volume);
    }

    /// Does what changes the volume, and leaves every other effect to somebody else.
    pub fn performer(&self, others: impl Performer + 'static) -> Arc<dyn Performer> {
        Arc::new(ByVoice { volume: self.clone(), others: Arc::new(others) })
    }

    async fn change(self, step: VolumeStep) -> EffectResult {
        let Some(volume) = self.0.get().cloned() else {
            return EffectResult::Failed("there is no loudspeaker".into());
        };
        // It waits for the card.
        let changed = tokio::task::spawn_blocking(move || volume.change(|percent| next(percent, step), None)).await;
        match changed {
            Ok((percent, remembered)) => {
                if let Err(error) = remembered {
                    tracing::warn!(%error, "the volume is not remembered beyond this start");
                }
                // Every voice can say a number.
                EffectResult::Say(format!("{percent} %."))
            }
            Err(panic) => EffectResult::Failed(panic.to_string()),
        }
    }
}

fn next(percent: u8, step: VolumeStep) -> u8 {
    match step {
        VolumeStep::Louder => percent.saturating_add(STEP),
        VolumeStep::Quieter => percent.saturating_sub(STEP).max(QUIETEST.min(percent)),
    }
}

struct ByVoice {
    volume: VolumeByVoice,
    others: Arc<dyn Performer>,
}

impl Performer for ByVoice {
    fn perform(&self, id: EffectId, effect: Effect) -> Performing {
        match VolumeStep::of(&effect) {
            Some(step) => Box::pin(self.volume.clone().change(step)),
            None => self.others.perform(id, effect),
        }
    }

    fn limit(&self) -> Duration {
        self.others.limit()
    }
}

#[cfg(test)]
mod tests {
    use parley_audio::playback::Renderer;

    use super::*;

    struct Nobody;

    impl Performer for Nobody {
        fn perform(&self, _: EffectId, _: Effect) -> Performing {
            Box::pin(async { EffectResult::Failed("nobody does that".into()) })
        }
    }

    fn volume(setting: u8) -> Volume {
        let (mixer, _) = Renderer::new(1_000, 10);
        Volume::with(mixer, setting, None)
    }

    #[tokio::test]
    async fn it_changes_by_steps_within_what_can_be_heard() {
        let volume = volume(85);
        let mut changes = volume.changes();
        let by_voice = VolumeByVoice::default();
        let performer = by_voice.performer(Nobody);
        let said = async |step: VolumeStep| performer.perform(EffectId(1), step.effect()).await;
        assert_eq!(said(VolumeStep::Louder).await, EffectResult::Failed("there is no loudspeaker".into()));
        by_voice.is_of(volume.clone());
        assert_eq!(said(VolumeStep::Louder).await, EffectResult::Say("95 %.".into()));
        assert_eq!(said(VolumeStep::Louder).await, EffectResult::Say("100 %.".into()));
        assert_eq!((volume.get(), *changes.borrow_and_update()), (100, 100));
        for _ in 0..12 {
            said(VolumeStep::Quieter).await;
        }
        assert_eq!(volume.get(), QUIETEST);
        volume.set(0).expect_err("it is not remembered");
        assert_eq!(said(VolumeStep::Quieter).await, EffectResult::Say("0 %.".into()), "whoever wants none gets none");
    }

    #[tokio::test]
    async fn everything_else_is_left_to_others() {
        let performer = VolumeByVoice::default().performer(Nobody);
        let effect = Effect { name: "light".into(), arguments: "{}".into() };
        assert_eq!(performer.perform(EffectId(1), effect).await, EffectResult::Failed("nobody does that".into()));
    }
}
