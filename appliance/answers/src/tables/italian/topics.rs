//! What nobody here can know, in Italian.

use super::super::Topics;

#[rustfmt::skip]
pub(super) const TOPICS: Topics = Topics {
    private: "Non lo so. Di te so solo quello che mi racconti.",
    future: "Non lo so. È nel futuro, e potrei solo tirare a indovinare.",
    today: "Non lo so. Non sono collegato a niente che possa dirmi che cosa succede oggi.",
    advice: &[
        "devo", "dovrei", "dovremmo", "dobbiamo", "posso", "possiamo", "potrei", "può", "possono", "bisogna", "serve",
        "ho bisogno", "cosa fare", "come faccio", "si fa", "si fanno", "se io", "se tu", "se si", "se un", "se una",
        "se il", "se la", "se mi", "se ho", "se mescolo", "se mangio", "significa", "vuol dire", "vuole dire",
        "si dice", "traduci", "canzone", "film", "libro", "romanzo", "poesia", "racconto", "storia", "barzelletta",
        "in generale", "di solito", "normalmente",
    ],
    advice_begins: &[
        "come posso", "come si cucina", "come si prepara", "come si usa", "come si scrive", "come si pronuncia",
        "come faccio", "come fare", "perché", "raccontami", "racconta", "scrivi", "scrivimi", "descrivi", "spiega",
        "spiegami", "immagina", "parlami",
    ],
    asks: &[
        "che", "che cosa", "cosa", "qual", "quale", "quali", "dov", "dove", "quando", "chi", "come si chiama",
        "come si chiamano", "come mi chiamo", "come sta", "come stanno", "quanti", "quante", "quanto", "quanta",
        "quant", "a che ora", "a quale", "in che", "in quale", "con chi", "di chi", "di che",
    ],
    facts: &[
        "che", "cosa", "cos", "qual", "quale", "quali", "chi", "dove", "dov", "da dove", "di dove", "quando", "quanto",
        "quanta", "quanti", "quante", "quant", "a che", "a quale", "a quali", "a chi", "a quanto", "in che", "in quale",
        "in quali", "in quanti", "di che", "di quale", "di quali", "di chi", "di quanti", "da che", "da quale",
        "da chi", "da quando", "da quanto", "con che", "con quale", "con chi", "su quale", "su che", "per quanto",
        "per quale", "fino a quando", "come si chiama", "come si chiamano",
    ],
    addressed: &[
        "tu", "ti", "te", "tuo", "tua", "tuoi", "tue", "chi sei", "cosa sei", "che cosa sei", "stai", "puoi", "sai",
        "hai", "pensi", "vuoi",
    ],
    own: &["mio", "mia", "miei", "mie", "nostro", "nostra", "nostri", "nostre"],
    person: &[
        "ho", "abbiamo mangiato", "abbiamo fatto", "abbiamo detto", "abbiamo messo", "abbiamo comprato", "sono nato",
        "sono nata", "mi chiamo", "dove abito", "dove vivo", "dove lavoro", "quanto peso", "sono alto", "sono alta",
        "mi piace", "mi piacciono",
    ],
    soon: &[
        "domani", "dopodomani", "stasera", "stanotte", "questo fine settimana", "questo weekend", "settimana prossima",
        "prossima settimana", "mese prossimo", "prossimo mese", "anno prossimo", "prossimo anno", "prossima volta",
        "lunedì prossimo", "prossimo lunedì", "martedì prossimo", "prossimo martedì", "mercoledì prossimo",
        "prossimo mercoledì", "giovedì prossimo", "prossimo giovedì", "venerdì prossimo", "prossimo venerdì",
        "sabato prossimo", "prossimo sabato", "domenica prossima", "prossima domenica", "estate prossima",
        "prossima estate", "inverno prossimo", "prossimo inverno", "prossime elezioni", "prossimo mondiale",
        "prossimi mondiali", "prossimo presidente", "prossimo papa", "prossima estrazione", "fra dieci anni",
        "tra dieci anni", "fra cinque anni", "tra cinque anni", "fra vent anni", "tra vent anni", "fra venti anni",
        "tra venti anni", "fra cento anni", "tra cento anni", "in futuro", "nel futuro",
    ],
    future_verbs: &[
        "vincerà", "vinceranno", "pioverà", "nevicherà", "succederà", "accadrà", "costerà", "sarà il", "sarà la",
        "sarà eletto", "sarà eletta", "varrà", "salirà", "scenderà", "cadrà", "crollerà", "morirà", "morirò", "sposerò",
        "finirà",
    ],
    will: &[
        "chi", "cosa", "che", "quando", "dove", "pioverà", "nevicherà", "quanto", "quanti", "quante", "come sarà",
        "quale", "quali", "ci sarà", "sarà", "farà",
    ],
    will_begins: &["pioverà", "nevicherà", "ci sarà", "sarà", "farà"],
    going_to: &[
        "vincerà", "vinceranno", "pioverà", "nevicherà", "succederà", "accadrà", "costerà", "sarà", "saranno", "varrà",
        "salirà", "scenderà", "cadrà", "crollerà", "morirà", "morirò", "sposerò", "finirà", "farà", "sarò", "avrò",
        "vivrò", "diventerò", "vincerò",
    ],
    own_future: &[
        "sarò", "diventerò", "avrò", "vivrò", "vincerò", "quando sarò", "quando diventerò", "quando morirò",
        "quando mi", "quando vincerò", "chi sposerò", "con chi mi", "quanto vivrò", "quanti anni vivrò", "quanti figli",
        "mi sposerò",
    ],
    soon_verbs: &[
        "vince", "vincerà", "tempo", "meteo", "prezzo", "succederà", "succede", "presidente", "campione", "numeri",
        "piove", "pioverà", "nevica",
    ],
    lottery: &[
        "numeri del lotto", "numeri della lotteria", "numeri vincenti", "numero vincente", "superenalotto",
        "estrazione del lotto", "biglietto della lotteria",
    ],
    predict: &["predici", "prevedi", "puoi predire", "puoi prevedere"],
    now: &[
        "oggi", "adesso", "in questo momento", "al momento", "attualmente", "attuale", "attuali", "stamattina",
        "stamani", "questa mattina", "questo pomeriggio", "stasera", "questa settimana", "ieri sera", "ieri",
        "stanotte", "ultime", "fuori", "qui vicino", "qui", "in diretta", "domani",
    ],
    of_today: &[
        "tempo", "meteo", "previsioni", "temperatura", "notizie", "titoli", "risultato", "risultati", "traffico",
        "azione", "azioni", "borsa", "cambio", "prezzo", "prezzi", "costa", "vale", "piove", "pioggia", "nevica",
        "neve", "sole", "vento", "polline", "partita", "vinto", "aperto", "aperta", "chiuso", "chiusa", "autobus",
        "treno", "volo", "in tv", "in televisione", "data", "giorno", "successo", "succede", "ritardo", "caldo",
        "freddo", "luna",
    ],
    without_when: &[
        "che ora è", "che ore sono", "hai l ora", "che giorno è oggi", "quanti ne abbiamo oggi", "che data è oggi",
        "qual è la data di oggi", "in che anno siamo", "in che mese siamo", "sta piovendo", "piove", "sta nevicando",
        "nevica", "c è il sole", "fa freddo fuori", "fa caldo fuori", "che tempo fa", "che tempo farà",
        "com è il tempo", "come è il tempo", "che temperatura c è", "che temperatura fa", "quanti gradi ci sono",
        "cosa dicono le previsioni", "cosa dice il meteo", "quali sono le notizie", "cosa dicono le notizie",
        "leggimi le notizie", "è aperto il supermercato", "è aperta la farmacia", "è aperta la banca",
        "è aperta la posta", "è aperto il negozio", "il supermercato è aperto", "la farmacia è aperta",
        "la banca è aperta", "com è il traffico", "c è traffico", "c è coda", "quando passa il prossimo",
        "a che ora passa il prossimo", "quando parte il prossimo", "a che ora parte il prossimo",
        "quanto vale un bitcoin", "quanto vale il bitcoin", "quanto costa un bitcoin", "a quanto sta il",
        "chi è alla porta", "chi ha vinto la partita", "chi ha vinto ieri",
    ],
    timeless: &[
        "su marte", "su venere", "sulla luna", "su giove", "sul sole", "differenza", "media", "in media",
        "nella storia", "guerra mondiale", "di tutti i tempi", "capitale", "inventato", "secolo",
    ],
    common: &[
        "che", "cosa", "qual", "quale", "quali", "chi", "dove", "dov", "quando", "come", "è", "sono", "il", "lo", "la",
        "l", "i", "gli", "le", "un", "uno", "una", "mio", "mia", "miei", "mie", "nostro", "nostra", "ho", "ha", "hanno",
        "di", "del", "della", "in", "a", "al", "si", "mi", "chiama", "chiamo", "quanti", "quante", "quanto", "anni",
        "nome", "preferito", "preferita", "ultimo", "ultima", "sta", "stanno", "per", "su", "sul", "sulla",
    ],
    teller: &["io", "mio", "mia", "miei", "mie", "mi", "ho", "nostro", "nostra", "noi", "abito", "vivo"],
    my_name: &["mio nome", "mi chiamo"],
    tells_name: &["mio nome è", "mi chiamo", "io sono", "sono", "chiamami"],
};
