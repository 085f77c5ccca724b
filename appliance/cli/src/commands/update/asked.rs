//! What voice, dashboard and buttons ask.

use std::process::ExitCode;

use anyhow::Result;
use parley_update::events::{self, Event};
use parley_update::policy::ledger::Happened;
use parley_update::rauc::Source;
use parley_update::requests::{self, Request};

use super::{install, restart, stick};

pub(super) fn run() -> Result<ExitCode> {
    let fulfilled = requests::take_up().map_err(Into::into).and_then(fulfil);
    if let Err(error) = &fulfilled {
        events::tell(&Event::RequestFailed { because: format!("{error:#}") });
    }
    fulfilled
}

fn fulfil(request: Request) -> Result<ExitCode> {
    match request {
        Request::InstallOffered => stick::say_yes(),
        Request::ForgetOffer => stick::forget_offer(),
        Request::Install { source } => install::install(&Source::of(&source), false, false).map(|_| ExitCode::SUCCESS),
        Request::Restart => restart::into_trial(),
        Request::Rollback => {
            restart::go_back(Happened::SentBack)?;
            restart::into_trial()
        }
    }
}
