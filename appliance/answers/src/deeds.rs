//! Commands that somebody gives to a home: this version can only talk, and a language model says that it has done them.
//!
//! A command begins with one of its language's verbs and names a thing of a home, or begins with a phrase that leaves no doubt. "Play
//! a game with me" and "open the story with a storm" are for the language model.

use crate::words::{Word, behind, has};

/// A command has no more words.
const MOST_WORDS: usize = 16;

/// What makes a command in one language.
struct Deeds {
    /// What may stand before the verb, where that stays as it is.
    asked: &'static [&'static str],
    /// What it begins with, where a thing follows.
    verbs: &'static [&'static str],
    things: &'static [&'static str],
    /// What it begins with, whatever follows.
    alone: &'static [&'static str],
    sentence: &'static str,
}

/// What is said to a command; `None`: it is none.
pub(crate) fn answer(words: &[Word], language: &str) -> Option<&'static str> {
    let deeds = of(language)?;
    let words = deeds.asked.iter().find_map(|phrase| behind(words, phrase)).unwrap_or(words);
    let begins = |phrases: &[&str]| phrases.iter().any(|phrase| behind(words, phrase).is_some());
    let is_deed = begins(deeds.alone)
        || (begins(deeds.verbs)
            && deeds.things.iter().any(|thing| words.iter().any(|word| word.is(thing)) || has(words, thing)));
    (words.len() <= MOST_WORDS && is_deed).then_some(deeds.sentence)
}

fn of(language: &str) -> Option<&'static Deeds> {
    match language {
        "en" => Some(&ENGLISH),
        "de" => Some(&GERMAN),
        "es" => Some(&SPANISH),
        "fr" => Some(&FRENCH),
        "it" => Some(&ITALIAN),
        _ => None,
    }
}

#[rustfmt::skip]
const ENGLISH: Deeds = Deeds {
    asked: &["could you", "can you", "would you", "will you", "i want you to", "i need you to"],
    verbs: &[
        "turn", "switch", "dim", "brighten", "lower", "raise", "set", "start", "stop", "pause", "resume", "cancel", "play", "put", "open", "close", "shut",
        "lock", "unlock", "show", "read", "check", "add", "record", "mute", "heat", "cool", "run", "activate", "arm", "disarm", "skip", "find",
    ],
    things: &[
        "light", "lights", "lamp", "lamps", "radio", "television", "tv", "telly", "music", "song", "songs", "jazz", "album", "playlist", "heating", "heater",
        "thermostat", "temperature", "fan", "blind", "blinds", "curtain", "curtains", "shutter", "shutters", "door", "doors", "garage", "gate", "window", "windows",
        "vacuum", "hoover", "dishwasher", "washing", "dryer", "oven", "kettle", "coffee", "alarm", "alarms", "timer", "timers", "reminder", "camera", "lock", "plug",
        "socket", "everything", "speaker", "sprinkler", "sprinklers", "mail", "mails", "email", "emails", "messages", "voicemail", "shopping", "list", "calendar",
        "appointment", "appointments", "house", "boiler", "phone",
    ],
    alone: &[
        "remind me", "wake me", "call my", "phone my", "ring my", "text my", "message my", "email my", "send a message", "send a text", "send an email",
        "send an e-mail", "send my", "make it warmer", "make it cooler", "make it colder", "make it brighter", "make it darker", "book me", "order me", "buy me",
        "take a note", "make a note", "count down from", "start a countdown",
    ],
    sentence: "I cannot do that yet. I can only talk.",
};

#[rustfmt::skip]
const GERMAN: Deeds = Deeds {
    asked: &[],
    verbs: &[
        "mach", "mache", "schalt", "schalte", "dreh", "drehe", "dimm", "dimme", "stell", "stelle", "starte", "start", "stopp", "stoppe", "spiel", "spiele", "öffne",
        "schließ", "schließe", "sperr", "sperre", "zeig", "zeige", "lies", "setz", "setze", "schreib", "schreibe", "füg", "füge", "fahr", "fahre", "lass", "lösch",
        "lösche", "heiz", "heize",
    ],
    things: &[
        "licht", "lichter", "lampe", "lampen", "radio", "fernseher", "musik", "lied", "heizung", "thermostat", "temperatur", "ventilator", "rollladen", "rolladen",
        "rollläden", "jalousie", "jalousien", "vorhang", "vorhänge", "tür", "haustür", "garage", "garagentor", "tor", "fenster", "staubsauger", "spülmaschine",
        "geschirrspüler", "waschmaschine", "trockner", "ofen", "backofen", "wasserkocher", "kaffee", "kaffeemaschine", "wecker", "alarm", "timer", "kurzzeitwecker",
        "erinnerung", "kamera", "schloss", "steckdose", "alles", "mails", "mail", "e-mails", "nachrichten", "einkaufsliste", "einkaufszettel", "liste", "kalender", "termin",
    ],
    alone: &[
        "erinnere mich", "erinner mich", "weck mich", "wecke mich", "ruf meine", "ruf meinen", "rufe meine", "rufe meinen", "schick meiner", "schick meinem",
        "schick eine nachricht", "schicke eine nachricht", "sende eine nachricht", "schreib eine nachricht", "mach es wärmer", "mach es kälter", "mach es heller",
        "mach es dunkler", "bestell mir", "bestelle mir",
    ],
    sentence: "Das kann ich noch nicht. Ich kann nur reden.",
};

#[rustfmt::skip]
const SPANISH: Deeds = Deeds {
    asked: &[],
    verbs: &[
        "enciende", "prende", "apaga", "atenúa", "baja", "sube", "pon", "programa", "inicia", "para", "detén", "abre", "cierra", "bloquea", "desbloquea", "muéstrame",
        "enséñame", "lee", "léeme", "añade", "agrega", "reproduce", "toca", "cancela", "activa", "desactiva",
    ],
    things: &[
        "luz", "luces", "lámpara", "lámparas", "radio", "televisor", "televisión", "tele", "música", "canción", "calefacción", "calefactor", "termostato", "temperatura",
        "ventilador", "persiana", "persianas", "cortina", "cortinas", "puerta", "garaje", "portón", "ventana", "ventanas", "aspiradora", "lavavajillas", "lavadora",
        "secadora", "horno", "cafetera", "café", "alarma", "temporizador", "recordatorio", "cámara", "cerradura", "enchufe", "todo", "correo", "correos", "mensajes",
        "lista", "calendario", "cita",
    ],
    alone: &[
        "recuérdame", "despiértame", "llama a mi", "llama a", "envía un mensaje", "manda un mensaje", "envía un correo", "manda un correo", "pide un", "pide una",
    ],
    sentence: "Eso todavía no sé hacerlo. Solo puedo hablar.",
};

#[rustfmt::skip]
const FRENCH: Deeds = Deeds {
    asked: &[],
    verbs: &[
        "allume", "allumez", "éteins", "éteignez", "baisse", "monte", "règle", "mets", "mettez", "démarre", "lance", "arrête", "ouvre", "ouvrez", "ferme", "fermez",
        "verrouille", "déverrouille", "montre", "lis", "ajoute", "ajoutez", "joue", "annule", "active", "désactive",
    ],
    things: &[
        "lumière", "lumières", "lampe", "lampes", "radio", "télévision", "télé", "musique", "chanson", "chauffage", "thermostat", "température", "ventilateur", "volet",
        "volets", "store", "stores", "rideau", "rideaux", "porte", "garage", "portail", "fenêtre", "fenêtres", "aspirateur", "lave-vaisselle", "vaisselle", "linge",
        "sèche-linge", "four", "bouilloire", "cafetière", "café", "alarme", "réveil", "minuteur", "rappel", "caméra", "serrure", "prise", "tout", "courrier", "mails",
        "messages", "liste", "calendrier", "rendez-vous",
    ],
    alone: &[
        "rappelle-moi", "rappelle moi", "réveille-moi", "réveille moi", "appelle ma", "appelle mon", "téléphone à", "envoie un message", "envoie un mail",
        "commande-moi", "commande moi",
    ],
    sentence: "Je ne sais pas encore faire cela. Je ne peux que parler.",
};

#[rustfmt::skip]
const ITALIAN: Deeds = Deeds {
    asked: &[],
    verbs: &[
        "accendi", "spegni", "abbassa", "alza", "imposta", "metti", "avvia", "ferma", "apri", "chiudi", "blocca", "sblocca", "mostrami", "leggi", "leggimi", "aggiungi",
        "riproduci", "suona", "annulla", "attiva", "disattiva", "regola",
    ],
    things: &[
        "luce", "luci", "lampada", "lampade", "radio", "televisore", "televisione", "tv", "musica", "canzone", "riscaldamento", "termostato", "temperatura", "ventilatore",
        "tapparella", "tapparelle", "persiana", "persiane", "tenda", "tende", "porta", "garage", "cancello", "finestra", "finestre", "aspirapolvere", "lavastoviglie",
        "lavatrice", "asciugatrice", "forno", "bollitore", "caffè", "sveglia", "allarme", "timer", "promemoria", "telecamera", "serratura", "presa", "tutto", "posta",
        "mail", "messaggi", "lista", "calendario", "appuntamento",
    ],
    alone: &[
        "ricordami", "svegliami", "chiama mia", "chiama mio", "telefona a", "manda un messaggio", "invia un messaggio", "manda una mail", "invia una mail", "ordinami",
    ],
    sentence: "Questo non lo so ancora fare. Posso solo parlare.",
};
