//! Wishes about updates: left for root, who fulfils them ([`parley_update::wishes`]).
//!
//! Rules: one is under way at a time, until it is known what came of it, whether its client waits for that or not: what is told
//! of one is never taken for what came of another. One that nobody takes in time is withdrawn, and so is one whose client goes.
//! Whoever wishes is told what came of it.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parley_door::{DoorError, DoorReply, ErrorCode};
use parley_update::records::events::UpdateEvent;
use parley_update::wishes::{LeftWish, Wish};
use tokio::sync::{Mutex, oneshot, watch};
use tokio::time::{sleep, timeout};

/// The longest wait for root to take a wish: systemd starts who does so in a moment, on a device that is busy too.
const LONGEST_TAKING: Duration = Duration::from_secs(5);

/// The longest wait for root to fulfil it: so long its unit may run.
const LONGEST_FULFILLING: Duration = Duration::from_secs(60);

/// How often is looked whether it was taken.
const LOOK: Duration = Duration::from_millis(50);

pub(super) struct Wishes {
    folder: PathBuf,
    one_at_a_time: Arc<Mutex<()>>,
    /// The last one that root has fulfilled, or why it has not.
    ended: watch::Sender<Option<(Wish, Result<(), String>)>>,
}

impl Wishes {
    /// `folder`: where root looks for them.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, one_at_a_time: Arc::default(), ended: watch::Sender::default() }
    }

    /// Has root do something.
    ///
    /// # Errors
    /// Root refuses it, nobody takes it, or it is not known what came of it.
    pub(super) async fn wish(&self, wish: Wish) -> Result<DoorReply, DoorError> {
        let Ok(alone) = Arc::clone(&self.one_at_a_time).try_lock_owned() else {
            return Err(DoorError::new(ErrorCode::Busy, "something else is wished of updates just now; try again"));
        };
        self.ended.send_replace(None);
        let mut ended = self.ended.subscribe();
        let left = LeftWish::new(&self.folder, wish).map_err(|error| {
            tracing::debug!(%error, folder = %self.folder.display(), "a wish cannot be left");
            not_available(wish, "nobody takes wishes of updates here")
        })?;
        // Dropped with the client.
        let (_here, gone) = oneshot::channel();
        let fulfilled = tokio::spawn(async move {
            let _alone = alone;
            taken(left, gone, wish).await?;
            let ended = ended.wait_for(|ended| ended.as_ref().is_some_and(|(which, _)| *which == wish));
            match timeout(LONGEST_FULFILLING, ended).await.map(|ended| ended.map(|ended| ended.clone())) {
                Ok(Ok(Some((_, Err(because))))) => Err(DoorError::new(ErrorCode::NotAvailable, because)),
                Ok(Ok(Some((_, Ok(()))) | None)) => Ok(DoorReply::Done),
                Ok(Err(_)) | Err(_) => {
                    let text =
                        "root has taken the wish, and has not told what came of it; `parley update status` may know";
                    Err(DoorError::new(ErrorCode::TooLate, text))
                }
            }
        });
        let failed = |_| Err(DoorError::new(ErrorCode::NotAvailable, "the door is closed"));
        fulfilled.await.unwrap_or_else(failed)
    }

    /// Something has happened with updates.
    pub(super) fn happened(&self, event: &UpdateEvent) {
        if let UpdateEvent::WishFulfilled { wish } = event {
            self.ended.send_replace(Some((*wish, Ok(()))));
        } else if let UpdateEvent::WishRefused { wish, because } = event {
            self.ended.send_replace(Some((*wish, Err(because.clone()))));
        }
    }
}

/// Waits until root has taken it; otherwise it is withdrawn.
async fn taken(left: LeftWish, gone: oneshot::Receiver<Infallible>, wish: Wish) -> Result<(), DoorError> {
    let looked = timeout(LONGEST_TAKING, async {
        while !left.is_taken() {
            sleep(LOOK).await;
        }
    });
    let because = tokio::select! {
        looked = looked => match looked {
            Ok(()) => return Ok(()),
            Err(_) => "nobody has taken the wish, and it is withdrawn",
        },
        _ = gone => "whoever wished it has gone",
    };
    if left.withdraw() { Err(not_available(wish, because)) } else { Ok(()) }
}

fn not_available(wish: Wish, because: &str) -> DoorError {
    let text = format!("{because}; root can do it: `sudo parley update {}`", wish.command());
    DoorError::new(ErrorCode::NotAvailable, text)
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn wishes() -> (tempfile::TempDir, Wishes) {
        let folder = tempfile::tempdir().expect("a folder");
        let wishes = Wishes::new(folder.path().to_owned());
        (folder, wishes)
    }

    #[tokio::test(start_paused = true)]
    async fn a_wish_that_nobody_takes_is_withdrawn_in_time() {
        let (folder, wishes) = wishes();
        let begun = Instant::now();
        let refused = wishes.wish(Wish::Restart).await.expect_err("there is no root");
        assert_eq!(refused.code, ErrorCode::NotAvailable);
        assert!(refused.message.contains("withdrawn") && refused.message.contains("install --restart"), "{refused:?}");
        assert!(begun.elapsed() < LONGEST_TAKING + LOOK);
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_taken_and_of_which_nothing_is_told_ends_in_time() {
        let (folder, wishes) = wishes();
        // Of another one, from before.
        wishes.happened(&UpdateEvent::WishFulfilled { wish: Wish::Rollback });
        let root = async {
            sleep(LOOK).await;
            std::fs::remove_file(folder.path().join("rollback")).expect("it was left");
            wishes.happened(&UpdateEvent::WishFulfilled { wish: Wish::Accept });
        };
        let begun = Instant::now();
        let (told, ()) = tokio::join!(wishes.wish(Wish::Rollback), root);
        assert_eq!(told.expect_err("nothing was told of it").code, ErrorCode::TooLate);
        assert!(begun.elapsed() >= LONGEST_FULFILLING && begun.elapsed() < LONGEST_FULFILLING + LONGEST_TAKING);
    }
}
