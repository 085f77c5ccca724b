//! What updates remember and tell: the updater's own files, the data of all versions, and the events.

pub mod data;
pub mod events;
pub mod schemas;
pub mod update_folder;
