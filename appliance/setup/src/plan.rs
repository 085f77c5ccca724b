//! Turns the owner's file into files to write and a report. Pure: nothing is read or written here.

use parley_board::{Board, known_card};
use parley_settings::{MARKS, OWNER};
use parley_update::owners_card::{BOARD, CHOICE};
use toml::{Table, Value};

use crate::FOLDER;
use crate::owner::{Fleet, Setup, Wifi, is_wireless_key};

/// What is known of the device.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// Whether the image is one for development, which lets a key in.
    pub development: bool,
    /// What the owner's layer of settings says so far. What this version does not know in it stays.
    pub settings: Table,
    /// Which file on the card has named a key of it last.
    pub marks: Table,
    /// What tells this file on the card from another.
    pub mark: String,
    /// The board's serial number, which no other board has; none where the firmware says none.
    pub serial: Option<String>,
    /// The configuration of a fleet's client with words in braces to fill in, where the image has one.
    pub fleet: Option<String>,
}

/// Who may read a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Only root, because it holds a secret.
    Root,
    /// Every user of the device.
    All,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Its absolute path on the device.
    pub path: String,
    /// All that it will hold.
    pub content: String,
    /// Who may read it.
    pub readers: Readers,
}

/// What to do, and what the report says about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files, in the order in which they are written.
    pub writes: Vec<Write>,
    /// A line for each key.
    pub report: Vec<String>,
}

/// The file with the device's name.
pub const NAME: &str = "/var/lib/parley-setup/hostname";

/// What systemd reads before it starts the daemon: the time zone, since `/etc/localtime` is the image's.
pub const ENVIRONMENT: &str = "/var/lib/parley-setup/environment";

/// The owner's time servers, which every start copies to where timesyncd reads them.
pub const TIME_SERVERS: &str = "/var/lib/parley-setup/timesyncd.conf";

/// What follows from a file.
pub fn plan(setup: &Setup, device: &Device) -> Plan {
    let mut plan = Plan::default();
    let mut write = |path: String, content: String, readers| plan.writes.push(Write { path, content, readers });
    let mut report = Vec::new();
    if let Some(name) = &setup.name {
        write(NAME.to_owned(), format!("{name}\n"), Readers::All);
        report.push(format!("name: {name}"));
    }
    if let Some(zone) = &setup.time_zone {
        write(ENVIRONMENT.to_owned(), format!("TZ={zone}\n"), Readers::All);
        report.push(format!("time-zone: {zone}"));
    }
    if !setup.ntp.is_empty() {
        write(TIME_SERVERS.to_owned(), format!("[Time]\nNTP={}\n", setup.ntp.join(" ")), Readers::All);
        report.push(format!("ntp: {}", setup.ntp.join(", ")));
    }
    let mut settings = setup.settings.clone();
    if let Some(name) = &setup.board {
        write(BOARD.to_owned(), format!("{name}\n"), Readers::All);
        let board = parley_board::board(name).and_then(Result::ok);
        report.push(format!("board: {name}{}", board.map(|board| remark_on_board(&board)).unwrap_or_default()));
        settings.push(("hardware".to_owned(), "board".to_owned(), name.as_str().into()));
    }
    if let Some(card) = &setup.sound_card {
        write(CHOICE.to_owned(), format!("{card}\n"), Readers::All);
        report.push(format!("sound-card: {card}{}", remark_on(card)));
    }
    let is_fleets = setup.fleet.is_some() && device.fleet.is_some();
    if is_fleets && !settings.iter().any(|(section, key, _)| section == "updates" && key == "restart") {
        // Nobody stands beside a fleet's devices to say yes.
        settings.push(("updates".to_owned(), "restart".to_owned(), "quiet".into()));
    }
    if !settings.is_empty() {
        let told =
            settings.iter().filter(|(section, key, _)| (section.as_str(), key.as_str()) != ("hardware", "board"));
        report.extend(told.map(|(section, key, value)| format!("{section}.{key}: {value}")));
        // Before the settings themselves: what was set over the daemon's door is not to outlive a cut between the two.
        let named = settings.iter().map(|(section, key, _)| (format!("{section}.{key}"), device.mark.clone().into()));
        let marks: Table = device.marks.clone().into_iter().chain(named).collect();
        write(MARKS.to_owned(), marks.to_string(), Readers::All);
        write(OWNER.to_owned(), with(&device.settings, settings), Readers::All);
    }
    if let Some(key) = &setup.ssh_key {
        if device.development {
            write(format!("{FOLDER}/authorized_keys"), format!("{key}\n"), Readers::Root);
            report.push("ssh-key: this key can log in as root".to_owned());
        } else {
            report.push("ssh-key: not used; only the development image lets anybody log in".to_owned());
        }
    }
    if let Some(wifi) = &setup.wifi {
        write(format!("{FOLDER}/wpa_supplicant-wlan0.conf"), wpa_supplicant(wifi), Readers::Root);
        report.push(format!("wifi: {}", wifi.network));
    }
    if let Some((fleet, name)) = setup.fleet.as_ref().zip(setup.name.as_ref()) {
        match &device.fleet {
            Some(template) => {
                // Two owners may choose the same name; the server would take both devices for one.
                let id = device.serial.as_ref().unwrap_or(name);
                write(format!("{FOLDER}/hawkbit.conf"), hawkbit(template, fleet, id, name), Readers::Root);
                report.push(format!("fleet: {id}, of {}", fleet.server));
            }
            None => report.push("fleet: not used; this image has no client for one".to_owned()),
        }
    }
    plan.report = report;
    plan
}

/// What an owner of this board has to know.
fn remark_on_board(board: &Board) -> String {
    let count = match board.buttons.len() {
        1 => "a button".to_owned(),
        several => format!("{several} buttons"),
    };
    format!(", {}: {count}{}", board.title, if board.lights.is_some() { " and lights" } else { "" })
}

/// What an owner of this card has to know.
fn remark_on(card: &str) -> &'static str {
    match known_card(card) {
        Some(card) if card.records => "; the device restarts for it if it is new",
        Some(_) => {
            "; the device restarts for it if it is new. This card only plays: a microphone is needed beside it, on USB, \
             and [audio] says which of the two is which"
        }
        None => "; sound comes from USB, or from a card that the firmware knows by its own EEPROM",
    }
}

/// The owner's layer with some settings changed; whatever else it says stays.
pub fn with(layer: &Table, settings: Vec<(String, String, Value)>) -> String {
    let mut layer = layer.clone();
    for (section, key, value) in settings {
        let table = layer.entry(section).or_insert_with(|| Table::new().into());
        match table.as_table_mut() {
            Some(table) => drop(table.insert(key, value)),
            None => *table = Table::from_iter([(key, value)]).into(),
        }
    }
    layer.to_string()
}

/// The name in hexadecimal, so that no letter of it means anything to the reader of the file.
fn wpa_supplicant(wifi: &Wifi) -> String {
    let name: String = wifi.network.bytes().map(|byte| format!("{byte:02x}")).collect();
    let country = wifi.country.as_ref().map(|country| format!("country={country}\n")).unwrap_or_default();
    let keys = match &wifi.password {
        // SAE starts from a password and cannot use a key that was made of one.
        Some(key) if is_wireless_key(key) => {
            format!("\tkey_mgmt=WPA-PSK WPA-PSK-SHA256\n\tieee80211w=1\n\tpsk={key}\n")
        }
        // Quoted up to the last quote of the line, so a quote in it is as good as any other letter.
        Some(password) => format!("\tkey_mgmt=WPA-PSK WPA-PSK-SHA256 SAE\n\tieee80211w=1\n\tpsk=\"{password}\"\n"),
        None => "\tkey_mgmt=NONE\n".to_owned(),
    };
    format!("{country}network={{\n\tssid={name}\n\tscan_ssid=1\n{keys}}}\n")
}

/// The values were checked: none contains a line break, a brace or a space.
fn hawkbit(template: &str, fleet: &Fleet, id: &str, name: &str) -> String {
    let filled = template.replace("{server}", &fleet.server).replace("{device}", id).replace("{name}", name);
    filled.replace("{token}", &fleet.token)
}

#[cfg(test)]
mod tests {
    use parley_board::SOUND_CARDS;
    use parley_settings::Config;
    use proptest::prelude::*;

    use super::*;

    fn planned(text: &str, device: &Device) -> Plan {
        let setup = Setup::parse(text.as_bytes(), &Config::default()).expect("a good file");
        plan(&setup, device)
    }

    #[test]
    fn what_is_not_said_is_not_touched() {
        assert_eq!(planned("# nothing\n", &Device::default()), Plan::default());
    }

    #[test]
    fn settings_change_and_others_stay_those_of_a_newer_version_too() {
        let settings = "[audio]\ninput = \"hw:1\"\n[future]\nx = [1]\n".parse().expect("TOML");
        let device = Device { settings, ..Device::default() };
        let plan = planned("language = \"fr\"\n[updates]\nstick = \"install\"\n[audio]\noutput = \"hw:2\"\n", &device);
        let written: Table = plan.writes[1].content.parse().expect("TOML");
        let expected = "[audio]\ninput = \"hw:1\"\noutput = \"hw:2\"\n[future]\nx = [1]\n[conversation]\nlanguage = \"fr\"\n\
                        [updates]\nstick = \"install\"\n";
        assert_eq!(written, expected.parse().expect("TOML"));
        assert_eq!((plan.writes[1].path.as_str(), plan.writes[1].readers), (OWNER, Readers::All));
        assert_eq!(plan.report.len(), 3, "{plan:?}");
    }

    /// What was set over the daemon's door yields to a card that names the key anew, and to no other.
    #[test]
    fn each_key_that_the_file_names_gets_its_mark_and_others_keep_theirs() {
        let marks = "\"audio.volume\" = \"1\"\n\"conversation.language\" = \"1\"\n".parse().expect("TOML");
        let device = Device { marks, mark: "2".into(), ..Device::default() };
        let plan = planned("language = \"fr\"\n[updates]\nstick = \"install\"\n", &device);
        assert_eq!((plan.writes[0].path.as_str(), plan.writes[0].readers), (MARKS, Readers::All));
        let written: Table = plan.writes[0].content.parse().expect("TOML");
        let expected = "\"audio.volume\" = \"1\"\n\"conversation.language\" = \"2\"\n\"updates.stick\" = \"2\"\n";
        assert_eq!(written, expected.parse().expect("TOML"));
        assert!(planned("name = \"kitchen\"\n", &device).writes.iter().all(|write| write.path != MARKS));
    }

    #[test]
    fn a_fleets_devices_restart_by_themselves_unless_they_are_told_otherwise() {
        let fleet = "name = \"a\"\n[fleet]\nserver = \"x\"\ntoken = \"t\"\n";
        let device = Device { fleet: Some("{server}".into()), ..Device::default() };
        let restart = |text: &str, device: &Device| {
            let written = planned(text, device).writes.into_iter().find(|write| write.path == OWNER)?;
            let layer: Table = written.content.parse().expect("TOML");
            Some(layer["updates"]["restart"].as_str().expect("text").to_owned())
        };
        assert_eq!(restart(fleet, &device).as_deref(), Some("quiet"));
        let asked = format!("{fleet}[updates]\nrestart = \"asked\"\n");
        assert_eq!(restart(&asked, &device).as_deref(), Some("asked"));
        assert_eq!(restart(fleet, &Device::default()), None, "an image without a client is no fleet's");
    }

    #[test]
    fn a_key_opens_only_the_development_image() {
        let file = "ssh-key = \"ssh-ed25519 AAAA\"";
        assert!(planned(file, &Device::default()).writes.is_empty());
        let device = Device { development: true, ..Device::default() };
        assert_eq!(planned(file, &device).writes[0].path, "/var/lib/parley-setup/authorized_keys");
    }

    #[test]
    fn a_password_is_for_root_alone_and_not_in_the_report() {
        let plan =
            planned("[wifi]\nnetwork = \"Home\"\npassword = \"sword\\\"fish\"\ncountry = \"GB\"", &Device::default());
        assert_eq!(plan.writes[0].readers, Readers::Root);
        assert!(
            plan.writes[0].content.contains("\tssid=486f6d65\n")
                && plan.writes[0].content.contains("psk=\"sword\"fish\"\n")
        );
        assert!(plan.writes[0].content.starts_with("country=GB\n"));
        assert!(!plan.report.join(" ").contains("fish"));
    }

    #[test]
    fn a_fleets_client_gets_the_products_configuration_with_the_devices_own_words() {
        let file = "name = \"kitchen\"\n[fleet]\nserver = \"updates.example.org:8443\"\ntoken = \"swordfish\"";
        let device =
            Device { fleet: Some(include_str!("../../../ota/hawkbit/config.conf").into()), ..Device::default() };
        let plan = planned(file, &device);
        let written =
            plan.writes.iter().find(|write| write.path.ends_with("/hawkbit.conf")).expect("its configuration");
        assert_eq!(written.readers, Readers::Root);
        let value = |key: &str| {
            let line =
                written.content.lines().find(|line| line.split('=').next().is_some_and(|name| name.trim() == key));
            line.and_then(|line| Some(line.split_once('=')?.1.trim().to_owned()))
        };
        assert_eq!(value("hawkbit_server").as_deref(), Some("updates.example.org:8443"));
        assert_eq!(value("target_name").as_deref(), Some("kitchen"), "a board without a number");
        assert_eq!(value("name").as_deref(), Some("kitchen"));
        assert_eq!(value("auth_token").as_deref(), Some("swordfish"));
        assert!(
            !written.content.lines().any(|line| !line.starts_with('#') && line.contains('{')),
            "{}",
            written.content
        );
        assert!(!plan.report.join(" ").contains("swordfish"));
        let other = planned(file, &Device::default());
        assert!(!other.writes.iter().any(|write| write.content.contains("swordfish")), "{other:?}");
        assert!(other.report.join(" ").contains("no client"), "{other:?}");
    }

    #[test]
    fn a_card_that_only_plays_is_said_to_need_a_microphone() {
        for card in SOUND_CARDS {
            let plan = planned(&format!("sound-card = \"{}\"\n", card.overlay), &Device::default());
            let write = Write { path: CHOICE.into(), content: format!("{}\n", card.overlay), readers: Readers::All };
            assert_eq!(plan.writes, [write]);
            assert_eq!(plan.report[0].contains("a microphone is needed"), !card.records, "{plan:?}");
        }
        let plan = planned("sound-card = \"none\"\n", &Device::default());
        assert_eq!(plan.writes[0].content, "none\n");
        assert!(plan.report[0].starts_with("sound-card: none; sound comes from USB"), "{plan:?}");
    }

    #[test]
    fn a_board_is_written_for_the_firmware_and_for_the_daemon() {
        let plan = planned("board = \"respeaker-2-mic\"\n[hardware]\nbrightness = 30\n", &Device::default());
        let content =
            |path: &str| plan.writes.iter().find(|write| write.path == path).map(|write| write.content.as_str());
        assert_eq!((content(BOARD), content(CHOICE)), (Some("respeaker-2-mic\n"), Some("wm8960-soundcard\n")));
        let settings: Table = content(OWNER).expect("settings").parse().expect("TOML");
        assert_eq!(settings, "[hardware]\nbrightness = 30\nboard = \"respeaker-2-mic\"\n".parse().expect("TOML"));
        assert_eq!(plan.report[0], "board: respeaker-2-mic, ReSpeaker 2-Mics Pi HAT: a button and lights");
        assert!(plan.report.contains(&"hardware.brightness: 30".to_owned()), "{:?}", plan.report);
    }

    #[test]
    fn two_devices_of_one_name_are_two_for_the_server() {
        let file = "name = \"kitchen\"\n[fleet]\nserver = \"s\"\ntoken = \"t\"";
        let of = |serial: &str| {
            let fleet = Some(include_str!("../../../ota/hawkbit/config.conf").to_owned());
            planned(file, &Device { serial: Some(serial.to_owned()), fleet, ..Device::default() })
        };
        let written = |plan: &Plan| plan.writes.iter().find(|write| write.path.ends_with("/hawkbit.conf")).cloned();
        let (one, other) = (of("10000000abcdef01"), of("10000000abcdef02"));
        assert_ne!(written(&one), written(&other));
        let content = written(&one).expect("its configuration").content;
        assert!(content.contains("target_name               = 10000000abcdef01\n"), "{content}");
        assert!(content.contains("\nname                      = kitchen\n"), "{content}");
        assert!(one.report.contains(&"fleet: 10000000abcdef01, of s".to_owned()), "{one:?}");
    }

    #[test]
    fn a_key_of_64_digits_is_no_password() {
        let key = "a1".repeat(32);
        let plan = planned(&format!("[wifi]\nnetwork = \"Home\"\npassword = \"{key}\"\n"), &Device::default());
        let written = &plan.writes[0].content;
        assert!(written.contains(&format!("\tpsk={key}\n")) && !written.contains("SAE"), "{written}");
        let phrase = planned("[wifi]\nnetwork = \"Home\"\npassword = \"longpassword\"\n", &Device::default());
        assert!(phrase.writes[0].content.contains("SAE"));
    }

    #[test]
    fn who_needs_the_time_finds_it_where_it_is_written() {
        let plan = planned("time-zone = \"Europe/Berlin\"\nntp = [\"a.example\", \"::1\"]\n", &Device::default());
        let content =
            |path: &str| plan.writes.iter().find(|write| write.path == path).map(|write| write.content.as_str());
        assert_eq!(content(ENVIRONMENT), Some("TZ=Europe/Berlin\n"));
        assert_eq!(content(TIME_SERVERS), Some("[Time]\nNTP=a.example ::1\n"));
        let daemon = include_str!("../../../rootfs-overlay/usr/lib/systemd/system/parley.service");
        assert!(daemon.contains(&format!("\nEnvironmentFile=-{ENVIRONMENT}\n")));
        let unit = include_str!("../../../meta-voice/recipes-core/parley-setup/files/parley-setup.service");
        let before = unit.lines().find_map(|line| line.strip_prefix("Before=")).expect("an order");
        assert!(before.split(' ').any(|unit| unit == "systemd-timesyncd.service"), "{before}");
    }

    proptest! {
        #[test]
        fn no_network_name_or_password_adds_a_line_of_its_own(network in ".{1,8}", password in "[ -~]{8,63}") {
            let text = format!("[wifi]\nnetwork = {}\npassword = {}\n", toml::Value::from(network), toml::Value::from(password));
            if let Ok(setup) = Setup::parse(text.as_bytes(), &Config::default()) {
                let written = plan(&setup, &Device::default()).writes.remove(0).content;
                prop_assert_eq!(written.lines().count(), 7);
            }
        }
    }
}
