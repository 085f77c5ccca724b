use proptest::prelude::*;

use super::*;
use crate::BOARDS;

fn refused(text: &str) -> String {
    Board::parse(&format!("title = \"A board\"\n{text}")).expect_err(text).to_string()
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let button = |rest: &str| format!("[[button]]\nline = 17\n{rest}\n");
    for (text, says) in [
        (format!("{}{}", button("short = \"talk\""), button("short = \"mute\"")), "line 17 is a button and a button"),
        (format!("{}[lights]\nkind = \"plain\"\nlights = [{{ line = 17, shows = [\"muted\"] }}]", button("short = \"talk\"")), "line 17 is a button and a light"),
        (button(""), "does nothing"),
        (button("short = \"reset\""), "hold says after how many seconds"),
        (button("long = \"mute\"\nhold = [{ seconds = 3, does = \"reset\" }]"), "one of the two"),
        (button("hold = [{ seconds = 3, does = \"reset\" }, { seconds = 3, does = \"update\" }]"), "do not rise"),
        (button("hold = [{ seconds = 86, does = \"reset\" }]"), "1 to 30"),
        (button("while-held = \"talk\"\nshort = \"stop\""), "nothing else"),
        (button("while-held = \"mute\""), "only talk"),
        (button("short = \"dance\""), "line 4: unknown variant `dance`"),
        ("[[button]]\nline = 0\nshort = \"talk\"".into(), "2 to 27"),
        ("[[button]]\nline = 300\nshort = \"talk\"".into(), "line 3: "),
        ("[lights]\nkind = \"apa102\"\ncount = 10000\nspi = \"0.0\"".into(), "10000 lights: it has to be 1 to 256"),
        ("[lights]\nkind = \"apa102\"\ncount = 0\nspi = \"0.0\"".into(), "0 lights"),
        ("[lights]\nkind = \"apa102\"\ncount = 3".into(), "on spi, or on clock and data"),
        ("[lights]\nkind = \"apa102\"\ncount = 3\nclock = 5".into(), "on spi, or on clock and data"),
        ("[lights]\nkind = \"apa102\"\ncount = 3\nclock = 5\ndata = 6\nspi = \"0.0\"".into(), "on spi, or on clock and data"),
        ("[lights]\nkind = \"ws2812\"\ncount = 3\nspi = \"../mem\"".into(), "\"0.0\" or \"0.1\""),
        ("[lights]\nkind = \"plain\"\nlights = [{ line = 5, shows = [\"muted\"] }, { line = 6, shows = [\"muted\"] }]".into(), "\"muted\" is shown on line 5 and line 6"),
        ("sound-card = \"hifiberry-amp100\"\n[[button]]\nline = 17\nshort = \"talk\"".into(), "hifiberry-amp100 has it already"),
        ("sound-card = \"hifiberry-future\"".into(), "no sound card that this version knows"),
        ("colour = 7".into(), "line 2: unknown field `colour`"),
    ] {
        let told = refused(&text);
        assert!(told.contains(says), "{text}\n→ {told}");
    }
}

#[test]
fn a_board_goes_with_the_cards_that_leave_its_lines_alone() {
    let board = |name: &str| crate::board(name).expect("it is known").expect("it is sound");
    for card in crate::SOUND_CARDS.iter().filter(|card| card.overlay.starts_with("hifiberry")) {
        assert_eq!(board("hifiberry-buttons").fits(card.overlay), Ok(()), "{}", card.overlay);
        assert!(board("respeaker-2-mic").fits(card.overlay).is_err(), "it has one of its own");
    }
    assert!(board("plain").fits("hifiberry-amp100").is_err_and(|error| error.to_string().contains("line 17")));
}

#[test]
fn the_firmware_is_told_of_spi_and_of_lines_that_nothing_else_holds() {
    let firmware = |name: &str| crate::board(name).expect("it is known").expect("it is sound").firmware();
    assert_eq!(firmware("respeaker-2-mic"), ["dtparam=spi=on"]);
    assert_eq!(firmware("plain"), ["gpio=17=ip,pu"]);
    let pulls = ["gpio=23=ip,pu", "gpio=24=ip,pu", "gpio=22=ip,pu", "gpio=25=ip,pu"];
    assert_eq!(firmware("hifiberry-buttons"), pulls);
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(cut in 0_usize..2_000, which in 0..BOARDS.len(), with in ".{0,20}") {
        let file = BOARDS[which].1;
        let cut = (0..=cut.min(file.len())).rev().find(|cut| file.is_char_boundary(*cut)).unwrap_or_default();
        let _ = Board::parse(&format!("{}{with}{}", &file[..cut], &file[cut..]));
    }
}
