//! Which values are good.

use std::net::IpAddr;

use parley_board::{SOUND_CARDS, known_card};
use parley_update::owners_card::NONE;

/// ISO 3166-1, as wireless regulations use it.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO \
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW \
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

pub(super) fn is_country(country: &str) -> bool {
    COUNTRIES.split(' ').any(|code| code == country)
}

/// The code that somebody has probably meant.
pub(super) fn country_meant(written: &str) -> Option<&'static str> {
    let written = written.trim().to_ascii_uppercase();
    let code = match written.as_str() {
        "UK" | "EN" | "ENG" | "GBR" => "GB",
        "USA" => "US",
        "DEU" | "GER" => "DE",
        "JAP" | "JPN" => "JP",
        other => other,
    };
    COUNTRIES.split(' ').find(|known| *known == code)
}

pub(super) fn is_host_name(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && (1..=63).contains(&name.len()) && !name.starts_with('-') && !name.ends_with('-')
}

pub(super) fn is_sound_card(name: &str) -> bool {
    name == NONE || known_card(name).is_some()
}

/// What [`is_sound_card`] takes, in words.
pub(super) fn good_cards() -> String {
    let names: Vec<&str> = SOUND_CARDS.iter().map(|card| card.overlay).collect();
    format!("one of {}; or \"{NONE}\"", names.join(", "))
}

pub(super) fn is_board(name: &str) -> bool {
    name == NONE || parley_board::names().any(|known| known == name)
}

/// What [`is_board`] takes, in words.
pub(super) fn good_boards() -> String {
    format!("one of {}; or \"{NONE}\"", parley_board::names().collect::<Vec<_>>().join(", "))
}

pub(super) fn is_word(word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    (1..=64).contains(&word.len()) && word.trim() == word && word.chars().all(is_part)
}

pub(super) fn is_public_key(key: &str) -> bool {
    let kind = ["ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-", "sk-ssh-ed25519@openssh.com ", "sk-ecdsa-sha2-"];
    kind.iter().any(|kind| key.starts_with(kind)) && key.split(' ').count() >= 2 && !key.contains(char::is_control)
}

pub(super) fn is_network(network: &str) -> bool {
    (1..=32).contains(&network.len())
}

pub(super) fn is_password(password: &str) -> bool {
    let is_phrase = (8..=63).contains(&password.len()) && password.bytes().all(|b| (0x20..0x7f).contains(&b));
    is_phrase || is_wireless_key(password)
}

/// What `wpa_passphrase` makes of a password: the key itself.
pub(crate) fn is_wireless_key(password: &str) -> bool {
    password.len() == 64 && password.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A name or an address.
pub(super) fn is_host(host: &str) -> bool {
    let is_name = !host.is_empty() && host.len() <= 253 && host.split('.').all(is_host_name);
    is_name || host.parse::<IpAddr>().is_ok()
}

/// Whether it can be the name of a file of the zoneinfo database; which there are, the image knows.
pub(super) fn is_time_zone(zone: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b));
    zone.len() <= 64 && zone.split('/').all(is_part)
}

pub(super) fn is_server(server: &str) -> bool {
    let (host, port) = server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port)));
    let is_name = !host.is_empty() && host.len() <= 253 && host.split('.').all(is_host_name);
    is_name && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

pub(super) fn is_token(token: &str) -> bool {
    (1..=256).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
}
