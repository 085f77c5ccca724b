//! Updates that cannot brick.
//!
//! From the ground up: [`files`], `acting` and [`output`]; [`bootchain`], the slots and how the firmware chooses one;
//! [`policy`], the rules; [`records`], what is remembered; [`system`], [`device`], [`keyring`] and [`observed`], what is
//! seen of this machine; [`owners_card`], which sound card and board it is told to use, and [`board_nodes`], what of it the daemon may open; [`announcements`], what root's helpers have
//! to say; [`wishes`], what the daemon's door asks of root; [`rauc`], which writes the slots; and `flow`,
//! the commands of the program `parley-update`.

mod acting;
pub mod announcements;
pub mod board_nodes;
pub mod bootchain;
pub mod command_line;
pub mod device;
pub mod files;
#[cfg(feature = "flow")]
pub mod flow;
pub mod keyring;
pub mod observed;
pub mod output;
pub mod owners_card;
pub mod owners_file;
pub mod policy;
pub mod rauc;
pub mod records;
pub mod system;
mod uses;
pub mod wishes;
