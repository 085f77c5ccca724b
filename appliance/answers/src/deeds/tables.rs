//! Verbs and things of commands, by language.

use super::Deeds;

pub(super) fn of(language: &str) -> Option<&'static Deeds> {
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
    dials: &["call", "dial", "phone"],
    asked: &["could you", "can you", "would you", "will you", "i want you to", "i need you to", "i would like you to", "id like you to"],
    asked_to: &[],
    fillers: &["please", "just", "now", "and", "also", "then", "okay", "ok", "kindly"],
    groups: &[
        (
            &["turn", "switch", "dim", "brighten", "lower", "raise", "set", "start", "stop", "pause", "resume", "cancel", "activate", "arm", "disarm", "mute", "delete"],
            &[
                "light", "lights", "lamp", "lamps", "radio", "television", "tv", "telly", "music", "heating", "heater", "thermostat", "fan", "blind", "blinds", "curtain",
                "curtains", "shutter", "shutters", "vacuum", "hoover", "dishwasher", "washing", "dryer", "oven", "kettle", "coffee machine", "alarm", "alarms", "timer",
                "timers", "reminder", "camera", "plug", "socket", "speaker", "sprinkler", "sprinklers", "boiler", "volume", "temperature in", "temperature to",
            ],
        ),
        (&["turn", "switch"], &["everything off", "everything on", "off everything", "on everything", "it off", "it on", "them off", "them on", "off all", "on all"]),
        (
            &["open", "close", "shut", "lock", "unlock"],
            &["door", "doors", "garage", "gate", "window", "windows", "blind", "blinds", "curtain", "curtains", "shutter", "shutters"],
        ),
        (&["play", "put on"], &["music", "jazz", "radio", "album", "playlist", "the song", "a song", "beethoven", "mozart", "something relaxing"]),
        (&["read", "check", "show me", "show"], &["my mail", "my last mail", "my email", "my emails", "my messages", "my voicemail", "my calendar", "my appointments", "the camera"]),
        (&["add", "put"], &["shopping list", "my list", "my calendar"]),
        (&["make", "create", "schedule"], &["an appointment", "a reminder", "an alarm", "a meeting", "an event", "me a coffee", "some coffee"]),
    ],
    alone: &[
        "wake me", "call my", "call mum", "call mom", "call dad", "call the police", "call an ambulance", "call the fire", "call a doctor", 
        "call for help", "phone my", "phone mum", "ring my mother", "ring my father", "ring mum", "text my", "message my", "email my", "send a message", "send a text",
        "send an email", "send an e mail", "send my", "order me", "order a pizza", "buy me", "book me", "lights off", "lights on", "make it warmer in", "make it cooler in",
        "make it colder in", "make it brighter in", "make it darker in", "make it warmer here", "remind me to", "remind me at", "remind me in", "remind me on", "remind me tonight",
    ],
    both: &[("text", "that"), ("send", "a message"), ("send", "an email"), ("remind me", "tomorrow")],
    texts: &[
        "story", "poem", "joke", "verse", "rhyme", "rhymes", "into a song", "to music", "into a list", "word", "words", "sentence", "how", "why", "which", "what", "who",
        "scene", "role", "game", "spelling",
    ],
    sentence: "I cannot do that yet. I can only talk.",
};

#[rustfmt::skip]
const GERMAN: Deeds = Deeds {
    dials: &["ruf", "rufe", "wähl", "wähle", "ruf die"],
    asked: &[],
    asked_to: &["kannst du", "könntest du", "würdest du", "kannst du bitte"],
    fillers: &["bitte", "mal", "und", "jetzt", "dann", "doch", "okay"],
    groups: &[
        (
            &[
                "mach", "mache", "machen sie", "schalt", "schalte", "schalten sie", "dreh", "drehe", "dimm", "dimme", "stell", "stelle", "starte", "start", "stopp", "stoppe",
                "fahr", "fahre", "heiz", "heize", "lösch", "lösche", "saug", "anmachen", "ausmachen", "einschalten", "ausschalten", "anschalten", "abschalten", "dimmen",
                "starten", "stoppen", "stellen", "herunterfahren", "hochfahren", "lauter machen", "leiser machen",
            ],
            &[
                "licht", "lichter", "lampe", "lampen", "radio", "fernseher", "musik", "heizung", "thermostat", "ventilator", "rollladen", "rolladen", "rollläden", "jalousie",
                "jalousien", "staubsauger", "spülmaschine", "geschirrspüler", "waschmaschine", "trockner", "ofen", "backofen", "wasserkocher", "kaffeemaschine", "wecker",
                "alarm", "timer", "kurzzeitwecker", "kamera", "steckdose", "alles aus", "alles an", "lautstärke",
            ],
        ),
        (
            &["öffne", "öffnen", "schließ", "schließe", "schließen", "sperr", "sperre", "mach", "mache", "aufmachen", "zumachen", "abschließen", "aufschließen"],
            &["tür", "türen", "haustür", "garage", "garagentor", "das tor", "fenster", "rollladen", "rollläden", "jalousie", "jalousien", "vorhang", "vorhänge"],
        ),
        (&["spiel", "spiele", "abspielen", "spielen"], &["musik", "das lied", "ein lied", "radio", "jazz", "album"]),
        (&["lies", "zeig", "zeige", "zeig mir"], &["meine mails", "meine e mails", "meine nachrichten", "meinen kalender", "meine termine", "die kamera"]),
        (&["setz", "setze", "schreib", "schreibe", "füg", "füge"], &["einkaufsliste", "einkaufszettel", "meine liste", "kalender"]),
    ],
    alone: &[
        "weck mich", "wecke mich", "ruf meine", "ruf meinen", "rufe meine", "rufe meinen", "ruf mama", "ruf papa", "ruf die polizei", "ruf den notarzt", "ruf die feuerwehr",
        "ruf einen krankenwagen", "ruf einen arzt", "ruf hilfe", "ruf den notruf", "schick meiner", "schick meinem", "schick eine nachricht", "schicke eine nachricht",
        "sende eine nachricht", "schreib eine nachricht", "bestell mir", "bestelle mir", "bestell eine", "licht an", "licht aus", "mach es wärmer", "mach es kälter",
        "mach es heller",
    ],
    both: &[("erinnere mich", "an"), ("erinner mich", "an"), ("erinnere mich", "daran"), ("erinnere mich", "um"), ("erinnere mich", "morgen")],
    texts: &[
        "geschichte", "gedicht", "witz", "vers", "reim", "wort", "wörter", "satz", "rolle", "spiel mit", "stell dir vor", "wie", "warum", "welche", "welcher", "was", "wer",
    ],
    sentence: "Das kann ich noch nicht. Ich kann nur reden.",
};

#[rustfmt::skip]
const SPANISH: Deeds = Deeds {
    dials: &["llama al", "marca", "marca el"],
    asked: &[],
    asked_to: &["puedes", "podrías", "quieres", "me puedes", "podría"],
    fillers: &["por favor", "y", "ahora", "entonces", "vale"],
    groups: &[
        (
            &[
                "enciende", "encienda", "encender", "prende", "prender", "apaga", "apague", "apagar", "atenúa", "atenuar", "baja", "bajar", "sube", "subir", "pon", "ponme",
                "poner", "programa", "programar", "inicia", "detén", "cancela", "cancelar", "activa", "activar", "desactiva", "desactivar",
            ],
            &[
                "luz", "luces", "lámpara", "lámparas", "la radio", "televisor", "televisión", "tele", "música", "calefacción", "calefactor", "termostato", "ventilador",
                "persiana", "persianas", "aspiradora", "lavavajillas", "lavadora", "secadora", "horno", "cafetera", "alarma", "temporizador", "recordatorio", "cámara",
                "enchufe", "volumen", "todo",
            ],
        ),
        (
            &["abre", "abra", "abrir", "cierra", "cierre", "cerrar", "bloquea", "bloquear", "desbloquea"],
            &["puerta", "puertas", "garaje", "portón", "ventana", "ventanas", "persiana", "persianas", "cortina", "cortinas"],
        ),
        (&["reproduce", "reproducir", "pon"], &["música", "la canción", "una canción", "álbum"]),
        (&["lee", "léeme", "enséñame", "muéstrame"], &["mis correos", "mi correo", "mis mensajes", "mi calendario", "mis citas", "la cámara"]),
        (&["añade", "agrega", "apunta", "añadir"], &["lista de la compra", "lista de compras", "mi lista", "calendario"]),
    ],
    alone: &[
        "despiértame", "llama a mi", "llama a mamá", "llama a papá", "llama a la policía", "llama a una ambulancia", "llama a los bomberos", "llama a un médico", 
        "llama a emergencias", "envía un mensaje", "manda un mensaje", "envía un correo", "manda un correo", "pide una pizza", "pídeme", "recuérdame llamar", "recuérdame comprar", "recuérdame que tengo",
    ],
    both: &[("recuérdame", "mañana"), ("recuérdame", "las plantas"), ("recuérdame", "a las")],
    texts: &[
        "historia", "cuento", "poema", "chiste", "verso", "rima", "palabra", "palabras", "frase", "ejemplo", "cuál", "quién", "papel",
    ],
    sentence: "Eso todavía no sé hacerlo. Solo puedo hablar.",
};

#[rustfmt::skip]
const FRENCH: Deeds = Deeds {
    dials: &["appelle le", "appelle", "compose le"],
    asked: &[],
    asked_to: &["peux tu", "pourrais tu", "tu peux", "tu pourrais", "pouvez vous", "pourriez vous", "est ce que tu peux", "veux tu"],
    fillers: &["s il te plaît", "s il vous plaît", "et", "maintenant", "alors", "me", "m"],
    groups: &[
        (
            &[
                "allume", "allumez", "allumer", "éteins", "éteignez", "éteindre", "baisse", "baissez", "baisser", "monte", "montez", "monter", "règle", "réglez", "régler",
                "mets", "mettez", "mettre", "démarre", "démarrer", "lance", "lancer", "arrête", "arrêtez", "arrêter", "annule", "annuler", "active", "désactive", "passe",
            ],
            &[
                "lumière", "lumières", "lampe", "lampes", "la radio", "télévision", "télé", "musique", "chauffage", "thermostat", "ventilateur", "volet", "volets", "store",
                "stores", "aspirateur", "lave vaisselle", "lave linge", "sèche linge", "le four", "bouilloire", "cafetière", "alarme", "le réveil", "un réveil", "minuteur",
                "un rappel", "caméra", "prise", "volume",
            ],
        ),
        (
            &["ouvre", "ouvrez", "ouvrir", "ferme", "fermez", "fermer", "verrouille", "verrouiller", "déverrouille"],
            &["porte", "portes", "garage", "portail", "fenêtre", "fenêtres", "volet", "volets", "rideau", "rideaux", "store", "stores"],
        ),
        (&["joue", "jouer"], &["de la musique", "la chanson", "une chanson", "un album"]),
        (&["lis", "montre", "montre moi", "lis moi"], &["mes mails", "mes messages", "mon calendrier", "mes rendez vous", "la caméra"]),
        (&["ajoute", "ajoutez", "ajouter"], &["liste de courses", "ma liste", "liste des courses", "calendrier"]),
    ],
    alone: &[
        "rappelle moi de", "rappelle moi d", "rappelle moi demain", "réveille moi", "appelle ma", "appelle mon", "appelle maman", "appelle papa", "appelle la police",
        "appelle une ambulance", "appelle les pompiers", "appelle un médecin", "appelle les secours", "téléphone à", "envoie un message", "envoie un mail",
        "commande moi", "commande une pizza",
    ],
    both: &[],
    texts: &[
        "histoire", "poème", "blague", "vers", "rime", "mot", "mots", "phrase", "exemple", "rôle", "comment", "pourquoi", "quelle", "quel", "qui", "quoi",
    ],
    sentence: "Je ne sais pas encore faire cela. Je ne peux que parler.",
};

#[rustfmt::skip]
const ITALIAN: Deeds = Deeds {
    dials: &["chiama il", "chiama", "componi il"],
    asked: &[],
    asked_to: &["puoi", "potresti", "può", "mi puoi", "vuoi"],
    fillers: &["per favore", "per piacere", "e", "adesso", "ora", "allora"],
    groups: &[
        (
            &[
                "accendi", "accendere", "spegni", "spegnere", "abbassa", "abbassare", "alza", "alzare", "imposta", "impostare", "metti", "mettere", "avvia", "avviare", "ferma",
                "fermare", "annulla", "annullare", "attiva", "attivare", "disattiva", "regola", "regolare",
            ],
            &[
                "luce", "luci", "lampada", "lampade", "la radio", "televisore", "televisione", "tv", "della musica", "la musica", "riscaldamento", "termostato", "ventilatore",
                "tapparella", "tapparelle", "aspirapolvere", "lavastoviglie", "lavatrice", "asciugatrice", "forno", "bollitore", "sveglia", "allarme", "timer", "promemoria",
                "telecamera", "presa", "volume", "tutto",
            ],
        ),
        (
            &["apri", "aprire", "chiudi", "chiudere", "blocca", "bloccare", "sblocca"],
            &["porta", "porte", "garage", "cancello", "finestra", "finestre", "tapparella", "tapparelle", "persiana", "persiane", "tenda", "tende"],
        ),
        (&["riproduci", "riprodurre", "suona"], &["della musica", "la canzone", "una canzone", "un album"]),
        (&["leggi", "leggimi", "mostrami"], &["la mia posta", "le mie mail", "i miei messaggi", "il mio calendario", "i miei appuntamenti", "la telecamera"]),
        (&["aggiungi", "aggiungere"], &["lista della spesa", "mia lista", "calendario"]),
    ],
    alone: &[
        "ricordami di", "ricordami domani", "svegliami", "chiama mia", "chiama mio", "chiama la mamma", "chiama mamma", "chiama papà", "chiama la polizia",
        "chiama un ambulanza", "chiama i pompieri", "chiama un medico", "telefona a", "manda un messaggio", "invia un messaggio", "manda una mail",
        "invia una mail", "ordinami", "ordina una pizza",
    ],
    both: &[],
    texts: &[
        "storia", "poesia", "barzelletta", "verso", "versi", "rima", "parola", "parole", "frase", "esempio", "ruolo", "perché", "quale", "che cosa", "chi",
    ],
    sentence: "Questo non lo so ancora fare. Posso solo parlare.",
};
