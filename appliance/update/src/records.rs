//! What updates remember and tell: the updater's own files, the data of all versions, and the events.

pub mod data;
pub mod events;
pub mod faults;
pub mod moved;
pub mod on_data;
pub mod schemas;
pub mod starts;
pub mod update_folder;
