//! Italian.

mod topics;
mod units;

use std::sync::LazyLock;

use super::{Clock, Numbers, Sums, Table};
use crate::spelled::Spelled;

static SPELLED: LazyLock<Spelled> = LazyLock::new(|| Spelled::new("it", &["un", "uno", "una"]).also(other_forms));

pub(super) const TABLE: Table = Table {
    language: "it",
    decimal: ',',
    elides: true,
    one_below_two: false,
    courtesy_before: &[
        "ehi parley",
        "ciao parley",
        "senti parley",
        "parley",
        "ciao",
        "buongiorno",
        "buonasera",
        "senti",
        "scusa",
        "allora",
        "bene",
        "ok",
        "okay",
        "per favore",
        "per piacere",
        "mi puoi dire",
        "puoi dirmi",
        "mi potresti dire",
        "potresti dirmi",
        "mi sai dire",
        "sai dirmi",
        "mi dici",
        "lo sai",
        "sai",
        "dimmi",
        "vorrei sapere",
        "voglio sapere",
        "una domanda",
    ],
    courtesy_after: &["per favore", "per piacere", "parley", "grazie mille", "grazie", "esattamente"],
    minus: "meno",
    numbers: Some(Numbers {
        spelled: &SPELLED,
        minus: &["meno"],
        point: &["virgola"],
        scales: &[
            ("miliardi", 1_000_000_000),
            ("miliardo", 1_000_000_000),
            ("milioni", 1_000_000),
            ("milione", 1_000_000),
            ("mila", 1_000),
            ("mille", 1_000),
        ],
        and: &["e"],
        parts: &[("mezza", 1, 2), ("mezzo", 1, 2), ("mezz", 1, 2), ("un quarto", 1, 4), ("tre quarti", 3, 4)],
        and_a_half: &["e mezza", "e mezzo"],
        half_ending: None,
    }),
    sums: SUMS,
    units: units::UNITS,
    topics: topics::TOPICS,
    clock: CLOCK,
};

/// "Ventun" before a noun, "centootto" beside "centotto", and the hundreds by themselves: "cento e venti".
fn other_forms(number: i128, form: &str) -> Vec<String> {
    let whole = form.replace("centott", "centoott");
    let hundreds = whole.split_once("cento").filter(|_| number % 100 > 0);
    let parted = hundreds
        .into_iter()
        .flat_map(|(before, after)| [format!("{before}cento {after}"), format!("{before}cento e {after}")]);
    let before_a_noun = form.strip_suffix("uno").map(|before| format!("{before}un"));
    parted.chain(before_a_noun).chain([whole.clone()]).collect()
}

const SUMS: Sums = Sums {
    questions: &[
        "quanto fa",
        "quanto fanno",
        "quanto è",
        "quant è",
        "quanto sono",
        "quanti sono",
        "quanto viene",
        "quanto vale",
        "quanto farebbe",
        "quanto sarebbe",
        "qual è",
        "quale è",
        "cos è",
        "cosa è",
        "che cos è",
        "cosa fa",
        "che cosa fa",
        "qual è il risultato di",
        "calcola",
        "calcolami",
        "calcoli",
        "risolvi",
    ],
    ends: &["quanto fa", "quanto fanno", "quant è", "uguale", "in totale", "in tutto", "insieme"],
    plus: &["più", "e"],
    minus: &["meno"],
    times: &["per", "moltiplicato per", "volte", "x"],
    over: &["diviso per", "diviso", "divisi per", "fratto"],
    percent: &["per cento", "percento"],
    of: &["di", "del", "dello", "della", "dell", "dei", "degli", "delle"],
    root: &["radice quadrata di", "radice di"],
    multiples: &[
        ("la metà di", 1, 2, "la metà di"),
        ("il doppio di", 2, 1, "il doppio di"),
        ("il triplo di", 3, 1, "il triplo di"),
        ("un terzo di", 1, 3, "un terzo di"),
        ("la terza parte di", 1, 3, "un terzo di"),
        ("due terzi di", 2, 3, "due terzi di"),
        ("i due terzi di", 2, 3, "due terzi di"),
        ("un quarto di", 1, 4, "un quarto di"),
        ("la quarta parte di", 1, 4, "un quarto di"),
        ("tre quarti di", 3, 4, "tre quarti di"),
        ("i tre quarti di", 3, 4, "tre quarti di"),
        ("un quinto di", 1, 5, "un quinto di"),
        ("un decimo di", 1, 10, "un decimo di"),
    ],
    squared: &["al quadrato", "alla seconda"],
    cubed: &["al cubo", "alla terza"],
    power: &["elevato alla", "elevato a", "alla potenza di", "alla"],
    articles: &["il", "lo", "la", "l", "i"],
    is: "fa",
    about: "circa",
    says_plus: "più",
    says_minus: "meno",
    says_times: "per",
    says_over: "diviso",
    says_percent: "per cento di",
    says_root: "la radice quadrata di",
    says_squared: "al quadrato",
    says_cubed: "al cubo",
    says_power: "elevato a",
    money: &["euro", "dollari", "franchi", "centesimi"],
    says_money: [('€', "euro"), ('$', "dollari"), ('£', "sterline")],
};

const CLOCK: Clock = Clock {
    time: &[
        "che ora è",
        "che ora è adesso",
        "che ore sono",
        "che ore sono adesso",
        "che ore sono ora",
        "che ore sono in questo momento",
        "che ora fai",
        "che or è",
        "hai l ora",
        "l ora",
        "dammi l ora",
    ],
    date: &[
        "che giorno è",
        "che giorno è oggi",
        "oggi che giorno è",
        "che giorno siamo oggi",
        "che giorno siamo",
        "che giorno della settimana è",
        "che giorno della settimana è oggi",
        "che data è",
        "che data è oggi",
        "qual è la data",
        "qual è la data di oggi",
        "qual è la data odierna",
        "quanti ne abbiamo",
        "quanti ne abbiamo oggi",
    ],
    year: &["in che anno siamo", "in quale anno siamo", "che anno è"],
    month: &["in che mese siamo", "in quale mese siamo", "che mese è"],
    weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
};
