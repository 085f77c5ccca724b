//! The languages beside English: a small corpus of each, and what holds for every one.

use super::*;

mod french;
mod italian;

fn check(language: &str, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| said_in(text, language).as_deref() != Some(*expected))
        .map(|(text, expected)| format!("{text}\n  {:?}\n  instead of {expected}", said_in(text, language)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn kinds(language: &str, cases: &[(&str, Option<Unknowable>)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let found = match answer(text, language, std::iter::empty(), || None) {
                Some(Ready::Declined(kind, _)) => Some(kind),
                Some(Ready::Computed(_) | Ready::Unable(_)) | None => None,
            };
            (found != *expected).then(|| format!("{text}: {found:?} instead of {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn german_sums_and_units_are_computed() {
    check(
        "de",
        &[
            ("Was ist 17 mal 23?", "17 mal 23 ist 391."),
            ("Wie viel ist siebzehn plus dreiundzwanzig?", "17 plus 23 ist 40."),
            ("Hey Parley, wie viel sind zwanzig Prozent von 85?", "20 Prozent von 85 ist 17."),
            ("Was ergibt 2 plus 3 mal 4?", "2 plus 3 mal 4 ist 14."),
            ("Was ist 100 geteilt durch 7?", "100 geteilt durch 7 ist ungefähr 14,29."),
            ("144 durch 12", "144 geteilt durch 12 ist 12."),
            ("Was ist 7 minus 12?", "7 minus 12 ist minus 5."),
            ("Was ist die Wurzel aus 144?", "Die Wurzel aus 144 ist 12."),
            ("Was ist die Hälfte von 90?", "Die Hälfte von 90 ist 45."),
            ("Rechne 2,5 plus 1.000 aus.", "2,5 plus 1000 ist 1002,5."),
            ("Was ist 12 zum Quadrat?", "12 zum Quadrat ist 144."),
            ("Was ist zwei hoch zehn?", "2 hoch 10 ist 1024."),
            ("Wie viel sind 19 Prozent von 50 Euro?", "19 Prozent von 50 ist 9,5 Euro."),
            ("Was ist zweitausenddreihundert minus einhundert?", "2300 minus 100 ist 2200."),
            ("Was ist eine Million geteilt durch vier?", "1000000 geteilt durch 4 ist 250000."),
            ("Wie viele Gramm sind zwei Pfund?", "2 Pfund sind 1000 Gramm."),
            ("Wie viele Sekunden hat eine Stunde?", "1 Stunde sind 3600 Sekunden."),
            ("Wie viele Minuten sind anderthalb Stunden?", "1,5 Stunden sind 90 Minuten."),
            ("Wie viele Minuten sind zweieinhalb Stunden?", "2,5 Stunden sind 150 Minuten."),
            ("Wie viele Minuten sind in einer halben Stunde?", "0,5 Stunden sind 30 Minuten."),
            ("Was sind 10 Meilen in Kilometern?", "10 Meilen sind ungefähr 16,09 Kilometer."),
            ("Rechne 5 Zoll in Zentimeter um", "5 Zoll sind 12,7 Zentimeter."),
            ("Wie viel sind 350 Grad Fahrenheit in Celsius?", "350 Grad Fahrenheit sind ungefähr 176,7 Grad Celsius."),
            ("Was sind minus 40 Grad Celsius in Fahrenheit?", "Minus 40 Grad Celsius sind minus 40 Grad Fahrenheit."),
            ("Wie viele Eier sind ein Dutzend?", "1 Dutzend sind 12 Stück."),
            ("Wie viele Tage hat ein Schaltjahr?", "1 Schaltjahr sind 366 Tage."),
            ("Wie viele Stunden sind drei Tage und 4 Stunden?", "3 Tage und 4 Stunden sind 76 Stunden."),
            ("Was ist drei Komma vierzehn mal zwei?", "3,14 mal 2 ist 6,28."),
            (
                "Was sind 100 km/h in Meter pro Sekunde?",
                "100 Kilometer pro Stunde sind ungefähr 27,78 Meter pro Sekunde.",
            ),
        ],
    );
}

#[test]
fn spanish_sums_and_units_are_computed() {
    check(
        "es",
        &[
            ("¿Cuánto es 17 por 23?", "17 por 23 es 391."),
            ("¿Cuánto es diecisiete más treinta y cinco?", "17 más 35 es 52."),
            ("Oye Parley, ¿cuánto es el veinte por ciento de 85?", "20 por ciento de 85 es 17."),
            ("¿Cuánto son 2 más 3 por 4?", "2 más 3 por 4 es 14."),
            ("¿Cuánto es 100 dividido entre 7?", "100 dividido por 7 es aproximadamente 14,29."),
            ("144 entre 12", "144 dividido por 12 es 12."),
            ("¿Cuánto es 7 menos 12?", "7 menos 12 es menos 5."),
            ("¿Cuál es la raíz cuadrada de 144?", "La raíz cuadrada de 144 es 12."),
            ("¿Cuál es la mitad de noventa?", "La mitad de 90 es 45."),
            ("Calcula 2,5 más 1.000.", "2,5 más 1000 es 1002,5."),
            ("¿Cuánto es 12 al cuadrado?", "12 al cuadrado es 144."),
            ("¿Cuánto es dos elevado a diez?", "2 elevado a 10 es 1024."),
            ("¿Cuánto es el 21 por ciento de 50 euros?", "21 por ciento de 50 es 10,5 euros."),
            ("¿Cuánto es dos mil trescientos menos cien?", "2300 menos 100 es 2200."),
            ("¿Cuánto es mil dividido por cuatro?", "1000 dividido por 4 es 250."),
            ("¿Cuántos gramos son dos libras?", "2 libras son aproximadamente 907,2 gramos."),
            ("¿Cuántos segundos tiene una hora?", "1 hora son 3600 segundos."),
            ("¿Cuántos minutos son una hora y media?", "1,5 horas son 90 minutos."),
            ("¿Cuántos minutos hay en media hora?", "0,5 horas son 30 minutos."),
            ("¿Cuánto son 10 millas en kilómetros?", "10 millas son aproximadamente 16,09 kilómetros."),
            ("Convierte 5 pulgadas a centímetros, por favor", "5 pulgadas son 12,7 centímetros."),
            (
                "¿Cuánto son 350 grados Fahrenheit en Celsius?",
                "350 grados Fahrenheit son aproximadamente 176,7 grados Celsius.",
            ),
            ("¿Cuántos huevos hay en una docena?", "1 docena son 12 unidades."),
            ("¿Cuántos años tiene un siglo?", "1 siglo son 100 años."),
            ("¿Cuánto es un millón y medio entre tres?", "1500000 dividido por 3 es 500000."),
            ("¿Cuánto es 12 500 por dos?", "12500 por 2 es 25000."),
            ("¿Cuánto es dos coma veinticinco más uno?", "2,25 más 1 es 3,25."),
        ],
    );
}

#[test]
fn what_is_no_sum_in_german_or_spanish_is_left_to_the_model() {
    for (language, text) in [
        ("de", "Was ist 42?"),
        ("de", "Was ist 9/11?"),
        ("de", "Was ist 100 plus 20 Prozent?"),
        ("de", "Was ist 5 geteilt durch 0?"),
        ("de", "Wie viele Tage hat ein Monat?"),
        ("de", "Wie viele Menschen leben in Paris?"),
        ("de", "Wie viel Gramm Zucker sind in einer Cola?"),
        ("de", "Wie heißt die Hauptstadt von Italien?"),
        ("de", "Erzähl mir einen Witz über sieben Zwerge"),
        ("de", "Was ist ein Pfund?"),
        ("de", "Rechne zwei Pfund in Meter um"),
        ("es", "¿Qué es 42?"),
        ("es", "¿Cuánto es 100 más 20 por ciento?"),
        ("es", "¿Cuánto es 5 dividido por 0?"),
        ("es", "¿Cuántos días tiene un mes?"),
        ("es", "¿Cuántas patas tiene una araña?"),
        ("es", "¿Cuál es la capital del Reino Unido?"),
        ("es", "¿Qué color sale si mezclo rojo y blanco?"),
        ("es", "Convierte dos libras a metros"),
    ] {
        assert_eq!(said_in(text, language), None, "{text}");
    }
}

#[test]
fn what_nobody_here_can_know_is_declined_in_german() {
    use Unknowable::{Future, Private, Today};
    kinds(
        "de",
        &[
            ("Was habe ich zum Frühstück gegessen?", Some(Private)),
            ("Wo ist meine Brille?", Some(Private)),
            ("Wie heißt meine Schwester?", Some(Private)),
            ("Wie alt bin ich?", Some(Private)),
            ("Wer gewinnt die nächste Wahl?", Some(Future)),
            ("Wie lauten die Lottozahlen vom nächsten Samstag?", Some(Future)),
            ("Werde ich glücklich sein?", Some(Future)),
            ("Wird es nächste Woche regnen?", Some(Future)),
            ("Wie ist das Wetter heute?", Some(Today)),
            ("Wie spät ist es?", Some(Today)),
            ("Regnet es gerade?", Some(Today)),
            ("Wie steht der Goldpreis im Moment?", None),
            ("Was gibt es Neues in der Welt?", Some(Today)),
            ("Wer hat gestern das Spiel gewonnen?", Some(Today)),
            ("Wie koche ich ein Ei?", None),
            ("Was soll ich mit meinem alten Telefon machen?", None),
            ("Wie heißt du?", None),
            ("Wer hat das Telefon erfunden?", None),
            ("Warum ist der Himmel blau?", None),
            ("Wie warm ist es auf dem Mars?", None),
            ("Was bedeutet Morgenstund hat Gold im Mund?", None),
            ("Welche Farbe entsteht, wenn man Blau und Gelb mischt?", None),
            ("Welcher Monat kommt nach Februar?", None),
            ("Wie viele Knochen hat der Mensch?", None),
        ],
    );
    let told = |text, told| answer(text, "de", [told].into_iter(), || None).is_some();
    assert!(!told("Wie heiße ich?", "Hallo, ich heiße Anna.") && told("Wo ist meine Brille?", "Wo ist meine Brille?"));
    assert!(!told("Wo ist meine Brille?", "Ich habe meine Brille auf den Tisch gelegt."));
}

#[test]
fn what_nobody_here_can_know_is_declined_in_spanish() {
    use Unknowable::{Future, Private, Today};
    kinds(
        "es",
        &[
            ("¿Qué desayuné esta mañana?", Some(Private)),
            ("¿Dónde están mis gafas?", Some(Private)),
            ("¿Cómo se llama mi hermana?", Some(Private)),
            ("¿Cuántos años tengo?", Some(Private)),
            ("¿Quién ganará las próximas elecciones?", Some(Future)),
            ("¿Cuáles serán los números de la lotería?", Some(Future)),
            ("¿Lloverá la semana que viene?", Some(Future)),
            ("¿Va a llover mañana?", Some(Future)),
            ("¿Qué tiempo hace hoy?", Some(Today)),
            ("¿Qué hora es?", Some(Today)),
            ("¿Está lloviendo?", Some(Today)),
            ("¿Cuáles son las noticias de hoy?", Some(Today)),
            ("¿Quién ganó el partido anoche?", Some(Today)),
            ("¿Cómo puedo cocer un huevo?", None),
            ("¿Qué debo hacer con mi teléfono viejo?", None),
            ("¿Cómo te llamas?", None),
            ("¿Quién inventó el teléfono?", None),
            ("¿Por qué el cielo es azul?", None),
            ("¿Qué mes viene después de junio?", None),
            ("¿De qué se hace el queso?", None),
            ("¿En qué país está la Torre Eiffel?", None),
            ("¿Cuál es el animal más alto del mundo?", None),
            ("¿Qué temperatura hace en Marte?", None),
        ],
    );
}

const NOW: Now = Now { year: 2026, month: 11, day: 29, weekday: 6, hour: 15, minute: 4 };

/// What is said on such a day at four minutes past such an hour.
fn said_at(text: &str, language: &str, day: u8, hour: u8) -> Option<String> {
    let now = Now { day, hour, ..NOW };
    answer(text, language, std::iter::empty(), || Some(now)).map(|ready| ready.sentence().to_owned())
}

#[test]
fn a_date_of_something_else_is_no_question_for_the_clock() {
    for (language, text, kind) in [
        ("en", "What is the date?", true),
        ("en", "What is the date of the Battle of Hastings?", false),
        ("de", "Welches Datum ist heute?", true),
        ("de", "Welches Datum hat Heiligabend?", false),
        ("es", "¿Cuál es la fecha?", true),
        ("es", "¿Cuál es la fecha de la independencia de México?", false),
    ] {
        kinds(language, &[(text, kind.then_some(Unknowable::Today))]);
    }
}

#[test]
fn time_and_date_are_told_where_they_are_known() {
    let said = |text, language| match answer(text, language, std::iter::empty(), || Some(NOW)) {
        Some(Ready::Computed(text)) => text,
        other => format!("{other:?}"),
    };
    for (language, text, expected) in [
        ("en", "What time is it?", "It is 3:04 PM."),
        ("en", "Hey Parley, could you tell me what's the time, please?", "It is 3:04 PM."),
        ("en", "What day is it today?", "Today is Sunday, November 29, 2026."),
        ("en", "What's today's date?", "Today is Sunday, November 29, 2026."),
        ("en", "What year is it?", "It is 2026."),
        ("de", "Wie spät ist es?", "Es ist 15:04 Uhr."),
        ("de", "Welcher Tag ist heute?", "Heute ist Sonntag, der 29. November 2026."),
        ("es", "¿Qué hora es?", "Son las 15:04."),
        ("es", "¿Qué día es hoy?", "Hoy es domingo, 29 de noviembre de 2026."),
    ] {
        assert_eq!(said(text, language), expected, "{text}");
    }
    let at = |hour, minute| {
        let now = Now { hour, minute, ..NOW };
        answer("what time is it", "en", std::iter::empty(), || Some(now)).map(|said| said.sentence().to_owned())
    };
    assert_eq!(at(0, 5).as_deref(), Some("It is 12:05 AM."));
    assert_eq!(at(12, 0).as_deref(), Some("It is 12:00 PM."));
    // What is asked of another place or of another time is no question for this clock.
    for text in ["What time is it in Tokyo?", "What time does the bus leave?", "What day is it tomorrow?"] {
        assert!(!matches!(answer(text, "en", std::iter::empty(), || Some(NOW)), Some(Ready::Computed(_))), "{text}");
    }
    assert_eq!(kind("What time is it?", &[]), Some(Unknowable::Today), "where no clock was ever set");
}

proptest! {
    #[test]
    fn no_text_panics_in_any_language(
        text in "\\PC{0,120}",
        language in prop::sample::select(vec!["de", "es", "fr", "it"]),
    ) {
        let _ = said_in(&text, language);
    }

    #[test]
    fn no_text_of_such_words_panics_in_any_language(
        words in prop::collection::vec(prop::sample::select(vec![
            "was ist", "17", "0", "1.000", "2,5", "999999999999999", "plus", "mal", "minus", "Prozent", "von", "die Hälfte von", "und", "hundert", "tausend",
            "Millionen", "zweitausenddreihundert", "einhalb", "zweieinhalb", "anderthalb", "Wurzel aus", "hoch", "wie viele", "Gramm", "in", "zwei", "Pfund", "Grad", "Celsius", "komma",
            "cuánto es", "más", "por", "ciento", "de", "la mitad de", "y", "media", "mil", "millones", "dos", "cuántos", "gramos", "son", "libras", "grados", "coma", "elevado a",
            "meine", "wird", "morgen", "Wetter", "mi", "mañana", "-", "/", "°", "²", "%", "€", "combien font", "moins",
            "fois", "pour", "cent", "la moitié de", "et demie", "quatre", "vingt", "quinze", "mille", "virgule",
            "combien de", "d'", "heures", "font", "livres", "puissance", "quanto fa", "più", "meno", "per", "cento",
            "la metà di", "e", "mezzo", "ventunmila", "milioni", "virgola", "quanti", "ore", "sono", "un'", "libbre",
            "elevato a", "alla", "mes", "demain", "mio", "domani", "12 500",
        ]), 0..14),
        language in prop::sample::select(vec!["en", "de", "es", "fr", "it"]),
    ) {
        let _ = said_in(&words.join(" "), language);
    }

    #[test]
    fn sums_of_whole_numbers_are_right_in_any_language(
        a in 0_i64..100_000,
        b in 1_i64..100_000,
        (language, asks, [plus, times], is) in prop::sample::select(SUMS),
    ) {
        for (sign, value) in [(plus, a + b), (times, a * b)] {
            let said = format!("{a} {sign} {b} {is} {value}.");
            prop_assert_eq!(said_in(&format!("{asks} {a} {sign} {b}"), language), Some(said));
        }
    }

    /// What the language's own table of numbers says is read as that number.
    #[test]
    fn a_number_in_words_is_read_as_that_number(
        n in prop_oneof![0_i128..1_000_000, 0_i128..1_000, 1_000_000_i128..100_000_000],
        (language, asks, [plus, _], is) in prop::sample::select(SUMS),
    ) {
        let words = parley_speech_text::language::of(language).unwrap().numbers().cardinal(n);
        let question = format!("{asks} {words} {plus} 1");
        let expected = format!("{n} {plus} 1 {is} {}.", n + 1);
        prop_assert_eq!(said_in(&question, language), Some(expected), "{}", question);
    }
}

/// How one asks for a sum, its signs, and what is said before its value.
const SUMS: &[(&str, &str, [&str; 2], &str)] = &[
    ("de", "was ist", ["plus", "mal"], "ist"),
    ("es", "cuánto es", ["más", "por"], "es"),
    ("fr", "combien font", ["plus", "fois"], "égale"),
    ("it", "quanto fa", ["più", "per"], "fa"),
];

#[test]
fn what_is_not_understood_to_the_last_sign_is_not_computed() {
    for (language, texts) in [
        (
            "en",
            "(2 + 3) * 4|√16 + 2|3½ + 1|2⁴ + 1|3! times 2|$1.50 + 50¢|5 dollars plus 50 cents|5 euros plus 5 dollars|$20 plus €5|\
             twenty dollars five plus three|2^3^2|one thousand and a half times two|a million and a half divided by 3|3 · 4|[2+3]*2",
        ),
        ("de", "(2 + 3) * 4|5 Euro plus 50 Cent|3½ + 1|√16 + 2"),
        ("es", "treinta euros y cinco céntimos más dos|(2 + 3) * 4|5 euros más 5 dólares"),
        ("fr", "cent euros vingt plus trois|5 euros plus 50 centimes|deux mille et demi fois deux|(2 + 3) * 4"),
        ("it", "cento euro e venti più tre|(2 + 3) * 4"),
    ] {
        for text in texts.split('|').map(str::trim) {
            assert_eq!(answer(text, language, std::iter::empty(), || None), None, "{language}: {text}");
        }
    }
}

#[test]
fn what_begins_with_nought_is_less_than_one() {
    for (language, text, expected) in [
        ("en", "0,125 times 8", "0.125 times 8 is 1."),
        ("de", "0.125 mal 8", "0,125 mal 8 ist 1."),
        ("es", "0.250 por 4", "0,25 por 4 es 1."),
        ("fr", "0.125 fois 8", "0,125 fois 8 égale 1."),
        ("it", "0.500 per 4", "0,5 per 4 fa 2."),
    ] {
        let said = answer(text, language, std::iter::empty(), || None);
        assert_eq!(said.as_ref().map(Ready::sentence), Some(expected), "{text}");
    }
}
