//! What `parley update` and `parley-update` can be told, written down once for both.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What can be wanted of updates.
#[derive(Debug, Subcommand)]
pub enum UpdateCommand {
    /// Which version runs, what is under way, and whether there is a way back
    Status(Show),
    /// Install an update from a file or an address; the device tries it with its next restart
    Install(Install),
    /// Say yes to the update that a stick offers: install it and restart into it
    Accept,
    /// Go back to the version that was in use before
    Rollback {
        /// Prepare it, and wait for `parley update install --restart`
        #[arg(long)]
        no_restart: bool,
    },
    /// What happened to which version
    History(Show),
    /// Say whether an update could be installed, and install nothing
    Check {
        /// A file, or an http(s) address
        source: String,
        /// One JSON object: {ok, version, detail}
        #[arg(long)]
        json: bool,
    },
    /// Make the device forget everything that people told it, and restart; the installed version stays
    Reset {
        /// Really forget everything
        #[arg(long)]
        yes: bool,
    },
    /// Fulfil what was wished through the daemon's door
    #[command(hide = true)]
    Wish,
    /// At every start: find out what it means for updates, and repair what a cut has left
    #[command(hide = true)]
    Started,
    /// At every orderly shutdown: write down that it is one
    #[command(hide = true)]
    Stopping,
    /// In a trial: judge the running version, and go back if it fails
    #[command(hide = true)]
    Gate,
    /// Write down that the running version was committed
    #[command(hide = true)]
    Committed,
    /// Compare the running version with the one before
    #[command(hide = true)]
    Probation,
    /// Before a stick is mounted: whether it may be, as the exit code
    #[command(hide = true)]
    StickWanted,
    /// Look for an update on a mounted stick
    #[command(hide = true)]
    Stick {
        /// Where it is mounted
        folder: PathBuf,
        /// The unit that mounted it, to be restarted with an owner's yes
        #[arg(long)]
        unit: String,
    },
    /// A stick, or a part of one, that is never mounted: say that it cannot be read
    #[command(hide = true)]
    StickUnreadable {
        /// The disk, or the partition
        device: PathBuf,
    },
    /// The stick that was mounted there is gone
    #[command(hide = true)]
    StickGone {
        /// Where it was mounted
        folder: PathBuf,
    },
    /// Write a report onto a mounted stick
    #[command(hide = true)]
    Report {
        /// Where it is mounted
        folder: PathBuf,
    },
}

/// Options of what only shows something.
#[derive(Debug, Args)]
pub struct Show {
    /// JSON: one object for the status, a line for each entry of the history
    #[arg(long)]
    pub json: bool,
}

/// Options of `parley update install`.
#[derive(Debug, Args)]
pub struct Install {
    /// A file, or an http(s) address; without one, what waits for a restart
    pub source: Option<String>,
    /// Try a version once more that went wrong before
    #[arg(long)]
    pub again: bool,
    /// Restart into the new version at once
    #[arg(long)]
    pub restart: bool,
    /// A line of JSON for everything that happens
    #[arg(long)]
    pub json: bool,
}
