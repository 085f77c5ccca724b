//! Keys and buttons that stop an answer, and wake a Parley that sleeps: those of a USB loudspeaker or headset, a remote control, a button on the board's
//! pins that the kernel knows as a key. A keyboard's letters do nothing.
//!
//! The kernel says in `/sys/class/input` which keys a device has, and in `/dev/input` when one is pressed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use parley_conversation::{Event, Waking};
use tokio::sync::mpsc;

/// The kernel's codes: play/pause, stop, stop and pause of a CD, phone, play, media, microphone off, and the buttons without
/// a name (`BTN_0` to `BTN_9`) that a board's own are given.
const CODES: [u16; 18] = [164, 128, 166, 201, 169, 207, 226, 248, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265];

/// How often is looked whether somebody has plugged one in.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Devices that are listened to at once.
const MOST: usize = 16;
/// `struct input_event` of a 64-bit kernel: the time, then type, code and value.
const EVENT_BYTES: usize = 24;
/// The type of an event of a key, and the value of one that goes down.
const KEY_EVENT: u16 = 1;
const DOWN: i32 = 1;

/// The devices with such a key that may be read, below this root folder.
pub fn found(root: &Path) -> BTreeSet<PathBuf> {
    let listed = fs::read_dir(root.join("sys/class/input")).into_iter().flatten().flatten();
    let events =
        listed.filter_map(|entry| entry.file_name().into_string().ok().filter(|name| name.starts_with("event")));
    let has_key = |name: &String| {
        let keys = root.join("sys/class/input").join(name).join("device/capabilities/key");
        fs::read_to_string(keys).is_ok_and(|keys| CODES.iter().any(|code| has(&keys, *code)))
    };
    let devices = events.filter(has_key).map(|name| root.join("dev/input").join(name));
    devices.filter(|device| File::open(device).is_ok()).take(MOST).collect()
}

/// Whether a set of bits has this one: words of 64 in hexadecimal, the highest first.
fn has(bits: &str, code: u16) -> bool {
    let word = bits.split_whitespace().rev().nth(usize::from(code / 64));
    word.and_then(|word| u64::from_str_radix(word, 16).ok()).is_some_and(|word| word >> (code % 64) & 1 == 1)
}

/// Lets every such key interrupt this conversation, or wake it, until it has ended; also those that are plugged in later.
pub fn listen(root: PathBuf, control: mpsc::WeakSender<Event>) -> std::io::Result<()> {
    let scan = move || {
        let mut open: Vec<(PathBuf, thread::JoinHandle<()>)> = Vec::new();
        while control.strong_count() > 0 {
            open.retain(|(_, reader)| !reader.is_finished());
            for device in found(&root) {
                if open.len() < MOST && !open.iter().any(|(known, _)| *known == device) {
                    let (control, path) = (control.clone(), device.clone());
                    let reader = thread::Builder::new().name("key".into()).spawn(move || read(&path, &control));
                    open.extend(reader.ok().map(|reader| (device, reader)));
                }
            }
            thread::sleep(LOOK_EVERY);
        }
    };
    thread::Builder::new().name("keys".into()).spawn(scan).map(drop)
}

/// Until the device or the conversation is gone.
fn read(device: &Path, control: &mpsc::WeakSender<Event>) {
    let Ok(mut events) = File::open(device) else { return };
    let mut event = [0; EVENT_BYTES];
    while events.read_exact(&mut event).is_ok() {
        if is_pressed(&event) {
            let Some(control) = control.upgrade() else { return };
            if control.blocking_send(Event::Woken { by: Waking::Button }).is_err() {
                return;
            }
        }
    }
}

fn is_pressed(event: &[u8; EVENT_BYTES]) -> bool {
    let [.., type_0, type_1, code_0, code_1, value_0, value_1, value_2, value_3] = *event;
    u16::from_ne_bytes([type_0, type_1]) == KEY_EVENT
        && CODES.contains(&u16::from_ne_bytes([code_0, code_1]))
        && i32::from_ne_bytes([value_0, value_1, value_2, value_3]) == DOWN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: u16, code: u16, value: i32) -> Vec<u8> {
        [&[0; 16][..], &kind.to_ne_bytes(), &code.to_ne_bytes(), &value.to_ne_bytes()].concat()
    }

    fn device(root: &Path, name: &str, keys: &str, events: &[Vec<u8>]) -> PathBuf {
        let capabilities = root.join("sys/class/input").join(name).join("device/capabilities");
        fs::create_dir_all(&capabilities).expect("it can be made");
        fs::write(capabilities.join("key"), keys).expect("it can be written");
        let path = root.join("dev/input").join(name);
        fs::create_dir_all(root.join("dev/input")).expect("it can be made");
        fs::write(&path, events.concat()).expect("it can be written");
        path
    }

    /// Bit 164 is the 36th of the third word, 256 the first of the fifth.
    #[test]
    fn a_device_is_chosen_by_its_keys() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(found(root.path()), BTreeSet::new(), "a machine without any");
        let speaker = device(root.path(), "event0", "1000000000 0 0\n", &[]);
        let button = device(root.path(), "event1", "1 0 0 0 0\n", &[]);
        device(root.path(), "event2", "10000000000000 0\n", &[]);
        device(root.path(), "event3", "", &[]);
        device(root.path(), "mouse0", "1000000000 0 0\n", &[]);
        assert_eq!(found(root.path()), BTreeSet::from([speaker.clone(), button]), "no power button");
        fs::remove_file(speaker).expect("it is there");
        assert_eq!(found(root.path()).len(), 1, "what cannot be opened presses nothing");
    }

    #[tokio::test]
    async fn only_a_press_of_such_a_key_interrupts() {
        let root = tempfile::tempdir().expect("a folder");
        // A letter, a release, a repeat, another kind of event, and a press.
        let events = [event(1, 30, 1), event(1, 164, 0), event(1, 164, 2), event(4, 164, 1), event(1, 164, 1)];
        device(root.path(), "event0", "1000000000 0 0\n", &events);
        let (control, mut wanted) = mpsc::channel(8);
        listen(root.path().to_owned(), control.downgrade()).expect("a thread");
        assert_eq!(wanted.recv().await, Some(Event::Woken { by: Waking::Button }));
        assert!(wanted.try_recv().is_err(), "once");
        drop(control);
        assert_eq!(wanted.recv().await, None, "the threads keep no conversation alive");
    }
}
