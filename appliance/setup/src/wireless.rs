//! Whether the wireless network is there and takes the key: what `wpa_supplicant` says on its control socket, and what the
//! owner is told of it.
//!
//! The supplicant never gives up: it looks for the network again and again; after a refusal it waits for 10 s and, after
//! more of them, for up to five minutes, and tries again. So a key that a router refuses for an hour needs nobody to start
//! the device again.
//!
//! Rules:
//! - One datagram is one message; a message that is not known means nothing. Of the file with the key only the network's
//!   name is read.
//! - A network that is not found is told after [`ROUTERS_START`], once: after a power cut the router starts later than the
//!   device, and one that is off at night is no mistake of the owner's.
//! - While a key is refused the supplicant looks away from the network, and says that it finds none: that means nothing.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, process};

use parley_update::announcements::{self, AnnouncementFile};

use crate::FOLDER;

/// The supplicant's control socket; its unit says that it has one.
const CONTROL: &str = "/run/wpa_supplicant/wlan0";
/// The name of the announcement.
const WIFI: &str = "wifi";
/// After so long without a message the supplicant is asked whether it is still there.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest message that is read; longer ones are cut.
const LONGEST_MESSAGE: usize = 4096;

/// So long a network may be away before the owner hears of it: what a home router takes to start.
pub const ROUTERS_START: Duration = Duration::from_secs(180);

/// What a message of the supplicant's means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The network is not in reach.
    NotFound,
    /// The network is there, whatever else goes wrong.
    Found,
    /// The network does not take the key.
    Refused,
    /// The device is in the network.
    Connected,
}

/// Understands a message: an event, as `<3>CTRL-EVENT-…`, or the answer to `STATUS`.
pub fn understand(message: &str) -> Option<News> {
    if message.lines().any(|line| line == "wpa_state=COMPLETED") {
        return Some(News::Connected);
    }
    let event = message.strip_prefix('<').and_then(|rest| rest.split_once('>')).map_or(message, |(_, event)| event);
    let mut words = event.split_whitespace();
    let name = words.next()?;
    // The network's own name comes before the reason and may hold anything, the reason included.
    let last = words.next_back().unwrap_or_default();
    match name {
        "CTRL-EVENT-CONNECTED" => Some(News::Connected),
        "CTRL-EVENT-SSID-TEMP-DISABLED" if last == "reason=WRONG_KEY" => Some(News::Refused),
        // WPA3, where the network itself finds that the password is another one.
        "CTRL-EVENT-AUTH-REJECT" if event.contains(" auth_type=3 ") && event.contains(" status_code=15") => {
            Some(News::Refused)
        }
        "CTRL-EVENT-SSID-TEMP-DISABLED" | "CTRL-EVENT-AUTH-REJECT" | "CTRL-EVENT-ASSOC-REJECT" => Some(News::Found),
        "CTRL-EVENT-NETWORK-NOT-FOUND" => Some(News::NotFound),
        _ => None,
    }
}

/// The network's name in a configuration that [`crate::plan`] has written.
pub fn network(configuration: &str) -> Option<String> {
    let digits = configuration.lines().find_map(|line| line.trim().strip_prefix("ssid="))?.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn refused(network: &str) -> AnnouncementFile {
    AnnouncementFile::at_every_start(format!(
        "The Wi-Fi {network} does not take the password. I go on trying. If it has changed, write the new one onto my card."
    ))
}

fn not_found(network: &str) -> AnnouncementFile {
    let text = format!(
        "I do not find the Wi-Fi {network}. I go on looking. If it is called something else, write its name onto my card, \
         with the same capital and small letters."
    );
    AnnouncementFile::once(text, network)
}

/// What the owner is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    NotFound,
    Refused,
    /// Nothing is wrong any more.
    Well,
}

/// What was heard of the network so far. Pure.
#[derive(Debug, Default)]
struct Heard {
    away_since: Option<Instant>,
    is_refused: bool,
}

impl Heard {
    fn hear(&mut self, news: News, now: Instant) -> Option<Word> {
        if news != News::NotFound {
            self.away_since = None;
        }
        match news {
            News::NotFound if self.is_refused => None,
            News::NotFound => {
                let since = *self.away_since.get_or_insert(now);
                (now.saturating_duration_since(since) >= ROUTERS_START).then_some(Word::NotFound)
            }
            News::Found => None,
            News::Refused => {
                self.is_refused = true;
                Some(Word::Refused)
            }
            News::Connected => {
                self.is_refused = false;
                Some(Word::Well)
            }
        }
    }
}

/// Listens to the supplicant and leaves for the assistant what there is to say, until the supplicant ends.
///
/// # Errors
/// The supplicant is not there, or has ended.
pub fn watch() -> io::Result<()> {
    let configuration = fs::read_to_string(Path::new(FOLDER).join("wpa_supplicant-wlan0.conf"))?;
    let network = network(&configuration).unwrap_or_default();
    // systemd makes the folder for the unit. The supplicant sends its answers there, so it has to see it.
    let folder = env::var_os("RUNTIME_DIRECTORY").map_or_else(env::temp_dir, PathBuf::from);
    let own = folder.join(format!("{}.socket", process::id()));
    let mut heard = Heard::default();
    let watched = listen(Path::new(CONTROL), &own, |news| {
        let word = heard.hear(news, Instant::now());
        word.map_or(Ok(()), |word| tell(Path::new(announcements::FOLDER), &network, word))
    });
    fs::remove_file(own).ok();
    watched
}

fn tell(folder: &Path, network: &str, word: Word) -> io::Result<()> {
    match word {
        Word::NotFound => announcements::leave(folder, WIFI, &not_found(network)),
        Word::Refused => announcements::leave(folder, WIFI, &refused(network)),
        Word::Well => announcements::take_back(folder, WIFI),
    }
}

fn listen(control: &Path, own: &Path, mut tell: impl FnMut(News) -> io::Result<()>) -> io::Result<()> {
    let socket = UnixDatagram::bind(own)?;
    socket.connect(control)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.send(b"ATTACH")?;
    // It may be in the network already.
    socket.send(b"STATUS")?;
    let mut message = [0; LONGEST_MESSAGE];
    loop {
        match socket.recv(&mut message) {
            Ok(length) => {
                let message = String::from_utf8_lossy(message.get(..length).unwrap_or_default());
                if let Some(news) = understand(&message) {
                    tell(news)?;
                }
            }
            // One that has ended, or was started again, has no such socket any more.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                socket.send(b"PING")?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use parley_settings::Config;
    use proptest::prelude::*;

    use super::*;
    use crate::owner::Setup;
    use crate::plan::{Device, plan};

    #[test]
    fn a_key_that_is_refused_and_a_network_that_is_away_are_told_from_everything_else_that_goes_wrong() {
        for (message, news) in [
            (
                "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"Home\" auth_failures=1 duration=10 reason=WRONG_KEY",
                Some(News::Refused),
            ),
            (
                "<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:03:00 auth_type=3 auth_transaction=2 status_code=15",
                Some(News::Refused),
            ),
            (
                "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:03:00 completed [id=0 id_str=]",
                Some(News::Connected),
            ),
            (
                "bssid=02:00:00:00:03:00\nssid=Home\nwpa_state=COMPLETED\nip_address=192.168.1.5\n",
                Some(News::Connected),
            ),
            ("ssid=wpa_state=COMPLETED\nwpa_state=SCANNING\n", None),
            (
                "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"reason=WRONG_KEY\" auth_failures=1 duration=10 reason=CONN_FAILED",
                Some(News::Found),
            ),
            (
                "<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:03:00 auth_type=3 auth_transaction=1 status_code=17",
                Some(News::Found),
            ),
            ("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:03:00 status_code=1", Some(News::Found)),
            ("<3>CTRL-EVENT-SSID-REENABLED id=0 ssid=\"CTRL-EVENT-CONNECTED\"", None),
            ("<3>CTRL-EVENT-NETWORK-NOT-FOUND ", Some(News::NotFound)),
            ("OK\n", None),
            ("PONG\n", None),
            ("", None),
        ] {
            assert_eq!(understand(message), news, "{message}");
        }
    }

    #[test]
    fn the_owner_hears_of_a_refused_key_until_the_network_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let said = || announcements::read(folder.path()).into_values().map(|said| said.text).collect::<String>();
        tell(folder.path(), "Home", Word::Refused).unwrap();
        assert!(said().starts_with("The Wi-Fi Home does not take the password. I go on trying."), "{}", said());
        tell(folder.path(), "Home", Word::Well).unwrap();
        assert_eq!(said(), "");
    }

    #[test]
    fn a_network_that_is_not_there_is_named_once() {
        let folder = tempfile::tempdir().unwrap();
        tell(folder.path(), "Hmoe", Word::NotFound).unwrap();
        let said = announcements::read(folder.path()).remove(WIFI).unwrap();
        assert!(said.text.starts_with("I do not find the Wi-Fi Hmoe. I go on looking."), "{said:?}");
        assert!(!said.every_start && said.about == "Hmoe", "once for each name: {said:?}");
    }

    /// What is told after news, each a number of seconds behind the one before.
    fn told(news: &[(u64, News)]) -> Vec<Word> {
        let (mut heard, mut now) = (Heard::default(), Instant::now());
        let hear = |&(seconds, news): &(u64, News)| {
            now += Duration::from_secs(seconds);
            heard.hear(news, now)
        };
        news.iter().filter_map(hear).collect()
    }

    #[test]
    fn a_network_is_told_to_be_away_when_a_router_would_have_started() {
        use News::{Connected, Found, NotFound};
        assert_eq!(told(&[(0, NotFound), (5, NotFound), (174, NotFound)]), []);
        assert_eq!(told(&[(0, NotFound), (5, NotFound), (175, NotFound)]), [Word::NotFound]);
        assert_eq!(told(&[(0, NotFound), (170, Found), (10, NotFound)]), [], "it was there in between");
        assert_eq!(told(&[(0, NotFound), (170, Connected), (10, NotFound)]), [Word::Well]);
    }

    #[test]
    fn a_key_that_is_refused_is_not_taken_for_a_network_that_is_away() {
        use News::{Connected, NotFound, Refused};
        assert_eq!(told(&[(0, Refused), (5, NotFound), (300, NotFound)]), [Word::Refused]);
        let moved = [(0, Refused), (5, Connected), (5, NotFound), (300, NotFound)];
        assert_eq!(told(&moved), [Word::Refused, Word::Well, Word::NotFound]);
    }

    #[test]
    fn a_supplicant_is_attached_to_asked_and_left_when_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (control, own) = (folder.path().join("wlan0"), folder.path().join("own"));
        let supplicant = UnixDatagram::bind(&control).unwrap();
        let mut heard = Vec::new();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut buffer = [0; 64];
                for expected in ["ATTACH", "STATUS"] {
                    let length = supplicant.recv(&mut buffer).unwrap();
                    assert_eq!(&buffer[..length], expected.as_bytes());
                }
                for message in
                    ["OK\n", "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 reason=WRONG_KEY", "<3>CTRL-EVENT-CONNECTED -"]
                {
                    supplicant.send_to(message.as_bytes(), &own).unwrap();
                }
            });
            // What cannot be told ends it as well as a supplicant that ends.
            let ended = listen(&control, &own, |news| {
                heard.push(news);
                if news == News::Connected { Err(io::Error::other("enough")) } else { Ok(()) }
            });
            assert_eq!(ended.unwrap_err().to_string(), "enough");
        });
        assert_eq!(heard, [News::Refused, News::Connected]);
        assert!(listen(&folder.path().join("none"), &folder.path().join("other"), |_| Ok(())).is_err());
    }

    proptest! {
        #[test]
        fn whatever_a_network_is_called_its_name_is_read_and_no_part_of_the_key(name in ".{1,8}", password in "[!-~]{8,63}") {
            let file = format!("[wifi]\nnetwork = {}\npassword = {}\n", toml::Value::from(name.as_str()), toml::Value::from(password.as_str()));
            if let Ok(setup) = Setup::parse(file.as_bytes(), &Config::default()) {
                let written = plan(&setup, &Device::default()).writes.remove(0).content;
                let network = network(&written);
                prop_assert_eq!(network.as_deref(), Some(name.as_str()));
                let network = network.unwrap_or_default();
                prop_assert!(!refused(&network).text.contains(&password));
                // A name may hold the password by itself.
                prop_assert!(name.contains(&password) || !not_found(&network).text.contains(&password));
            }
        }

        #[test]
        fn no_message_panics(message in ".{0,200}", configuration in "(ssid=)?.{0,60}") {
            understand(&message);
            network(&configuration);
        }
    }
}
