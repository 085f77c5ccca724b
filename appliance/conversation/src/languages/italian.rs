//! Italian.

use super::{EchoSentences, Language, Remarks, Sentences};

pub(super) const TABLE: Language = Language {
    code: "it",
    persona: "Sei Parley, un assistente vocale gentile. Rispondi alla domanda in una o due frasi brevi e semplici \
        in italiano.",
    names: "ar arabo, de tedesco, el greco, en inglese, es spagnolo, fr francese, it italiano, ja giapponese, nl \
        olandese, pl polacco, pt portoghese, ro rumeno, ru russo, sq albanese, sv svedese, tr turco, uk ucraino, \
        zh cinese",
    another: "un'altra lingua",
    and: "e",
    leading: "a agli ai al alla alle allo anche che come con da dal dalla dalle dei del della delle dello di e \
        eh ehm fra gli i il in la le lo ma mia mie miei mio molto nei nel nella nelle nello nostra \
        nostro o per perché quando quindi se sua sue suo suoi tra tua tue tuo tuoi un una uno",
    frequent: "abbiamo adesso all altro anni anno barzelletta bene buonasera buongiorno c calcola canzone chi chiama \
        chiami chiamo ci ciao converti cos cosa d dall dell dimmi dire diviso domani dopo dov dove era fa fanno \
        fare favore giorni giorno grazie ha hai hanno ho ieri io italiano l lei lui meno mese mi mondo nell no \
        noi nome non oggi ora ore paese pensi penso piove piovendo più poesia posso prima prossima puoi può \
        quadrata quadrato qual quale quali quant quanta quante quanti quanto quella quello questa queste questi \
        questo raccontami radice sai scrivi sei settimana si siamo significa sono spiega spiegami sta stai \
        storia su sul sull sulla sì tempo ti traduci tu tutti tutto va vi voglio voi volte vuoi vuol è",
    sentences: Sentences {
        did_not_hear: "Scusa, non ho potuto sentire. Ripeti, per favore.",
        no_answer: "Mi dispiace, non ho una risposta.",
        cannot_hear: "In questo momento non riesco a capire chi parla. Sto cercando di rimediare.",
        cannot_think: "In questo momento non mi vengono risposte. Sto cercando di rimediare.",
        did_not_work: "Mi dispiace, non ha funzionato.",
        too_many_steps: "Mi dispiace, sono più passi di quanti ne possa fare.",
        too_long: "È troppo lungo per me. Chiedimi una parte, per favore.",
        nothing_yet: "Non ho ancora detto niente.",
        that_was_all: "Era tutto.",
        other_language: "Credo che tu abbia parlato {spoken}, ma io parlo solo {known}.",
        language_of_settings: "Le mie impostazioni dicono che con me si parla {spoken}, ma io parlo solo {known}.",
        not_sure: "Ma non lo so con certezza.",
        doubts: "non sono sicuro, non sono sicura, non lo so, non so, non posso, nessuno sa",
        bad_settings: "Alcune mie impostazioni non sono utilizzabili, perciò vado avanti senza.",
        other_models: "I modelli indicati nelle mie impostazioni non ci sono, perciò uso quelli che avevo \
            all'inizio.",
        no_microphone: "Il mio microfono non c'è. Non posso sentire nessuno finché non viene collegato.",
        half_duplex: "Mentre parlo non posso sentirti. Per fermarmi, di' basta tra due frasi.",
        echo: EchoSentences {
            no_sound: "Il mio microfono non dà alcun suono. Per favore, ricollegalo.",
            microphone: "Il mio microfono non suona bene. Per favore, controlla il cavo e il livello.",
            not_heard: "Il mio microfono non sente il mio altoparlante. Per favore, guarda se è collegato.",
            loopback: "Il mio microfono sente quello che riceve il mio altoparlante, e non la stanza. Per favore, scegline un altro.",
            clips: "Il mio altoparlante è troppo forte per il mio microfono. Per favore, abbassalo, o allontana i due.",
            late: "Il mio altoparlante suona così tardi che non riconosco la mia voce. Per favore, collegalo con un cavo.",
            clocks: "Il mio microfono e il mio altoparlante non hanno lo stesso orologio. Per favore, usa una sola scheda per tutti e due.",
            stays: "Sento troppo la mia voce. Per favore, abbassa il mio altoparlante, o allontanalo dal mio microfono.",
        },
        lesson_begins: "Di' il nome cinque volte, ogni volta dopo il segnale.",
        lesson_learnt: "Imparato. D'ora in poi rispondo anche a {name}.",
        lesson_stopped: "Va bene, allora non imparo niente.",
        lesson_unheard: "Non ho sentito nessun nome. Per riprovare, di': impara una nuova parola di attivazione.",
        lesson_silent: "Una volta si sentiva appena più della stanza. Avvicinati, per favore, e chiedimelo di nuovo.",
        lesson_length: "Una volta era troppo corto o troppo lungo per un nome. Chiedimelo di nuovo, per favore.",
        lesson_different: "Non suonava sempre uguale. Chiedimelo di nuovo, e di' ogni volta lo stesso nome.",
        lesson_not_here: "Qui nessuno deve chiamarmi, quindi non mi serve un nome.",
        word_forgotten: "Non rispondo più a {name}.",
        word_unknown: "Nessuno mi ha insegnato quel nome.",
    },
    remarks: Remarks {
        rules: &[
            ("it", "questo|quello|ciò|questa"),
            ("its", "[<it>] (è|era|sarebbe|sembra|mi sembra|mi pare|suona)"),
            (
                "very",
                "molto|davvero|veramente|proprio|così|tanto|totalmente|completamente|assolutamente|piuttosto|\
                    estremamente|perfettamente|incredibilmente|decisamente|particolarmente|super|tutto|anche|più \
                    che|sicuramente",
            ),
            (
                "right",
                "vero|giusto|corretto|chiaro|logico|esatto|ovvio|normale|evidente|ragionevole|comprensibile|\
                    plausibile|sicuro|certo|possibile|d'accordo|ok|okay|chiarissimo|verissimo|giustissimo|sensato",
            ),
            (
                "good",
                "bene|bello|bella|buono|interessante|interessantissimo|bellissimo|benissimo|ottimo|fantastico|\
                    perfetto|eccellente|meraviglioso|affascinante|impressionante|incredibile|stupendo|splendido|\
                    sorprendente|divertente|divertentissimo|buffo|curioso|strano|stranissimo|bizzarro|carino|triste|\
                    terribile|orribile|utile|pratico|figo|fico|pazzesco|grandioso|geniale|straordinario|magnifico|\
                    notevole|stupefacente|emozionante|assurdo|inaspettato|intelligente|esilarante|spettacolare|un \
                    peccato|peccato|una bella notizia|niente male",
            ),
            (
                "thing",
                "idea|domanda|osservazione|punto|risposta|spiegazione|storia|notizia|esempio|consiglio|argomento",
            ),
            ("while", "(un|solo un) (attimo|momento|secondo|minuto|attimino|momentino|secondino|minutino|istante)"),
            ("again", "ancora [una volta]|di nuovo|un'altra volta|una volta ancora|nuovamente|da capo"),
            ("said", "quello che (hai detto|ha detto|stavi dicendo|hai appena detto|dicevi)"),
            (
                "last",
                "(la|la tua|la sua) [ultima] (risposta|frase|parte)|tutto|l'ultima (risposta|frase|parte|cosa)|\
                    <said>",
            ),
            ("what_i_said", "[di] quello che ho (detto|chiesto)|la [mia] (domanda|richiesta)|tutto"),
            ("talking", "di (parlare|leggere|raccontare|chiacchierare|rispondere)"),
            ("your_voice", "il (volume|suono|tono)|la [tua] voce"),
            ("you_are", "[il volume] è|sei|parli|parla|la tua voce è"),
            ("hear", "capito|sentito|afferrato|colto"),
            ("wake_word", "parola (di attivazione|d'attivazione|di risveglio|chiave|di chiamata)"),
        ],
        stop: "stop, alt, basta [così|parlare|<talking>|per favore], può bastare, mi basta, (ferma|fermati|si fermi|\
            fermarti|fermarsi|fermo|fermatevi), (smettila|la smetta|smetterla|smetti|smetta|smettere) [<talking>], \
            (finiscila|piantala|la pianti|dacci un taglio), silenzio, [stai|sta'|stia|stare|resta|resti|rimani] \
            (zitto|zitta|in silenzio), (stai|sta') (buono|buona), taci, taccia, tacere, chiudi (la bocca|il becco), \
            (fai|fa'|faccia|fare) silenzio, [è|ne ho|ho sentito] abbastanza, non (ora|adesso), non (parlare|parli) \
            [più], non (dire|dica) (altro|niente|più niente|più nulla), neanche una parola, è tutto, lasciami in \
            pace",
        patience: "(aspetta|aspetti|aspettare|attendi|attenda|attendere) [<while>|un po'], [dammi|mi dia|solo] \
            <while>, pausa, (fai|fa'|faccia|fare) [una] pausa, metti in pausa, (fammi|lasciami|mi faccia|mi lasci) \
            (parlare|pensare|finire|dire una cosa), non così (veloce|in fretta)",
        retract: "(lascia|lasci|lasciamo|lasciar|lasciare) (stare|perdere), non (importa|fa niente|è importante|è \
            niente|serve|fa nulla), fa (niente|lo stesso|nulla), è lo stesso, (annulla|annulli|annullare|cancella|\
            cancelli) [<what_i_said>], (dimentica|dimentichi|dimenticare|dimenticati|ignora|ignori) [<it>|\
            <what_i_said>], dimenticalo, scordatelo, scordalo, ignoralo, niente, nulla, come non detto, no grazie, \
            ho cambiato idea, non (parlavo|stavo parlando) con (te|lei), non ho detto (niente|nulla), non c'è \
            bisogno, meglio di no",
        go_on: "(continua|continui|continuare|prosegui|prosegua|proseguire|riprendi|riprenda|riprendere) [a \
            (parlare|leggere|raccontare|spiegare)|così|con (la (storia|spiegazione|risposta)|<it>)|da dove eri \
            rimasto], (vai|vada|andare|va') avanti, avanti, non (fermarti|ti fermare|si fermi|smettere), e poi, \
            (dimmi|mi dica|raccontami|mi racconti|dirmi|raccontarmi) il resto, (voglio|vorrei) \
            (sapere|sentire) il resto, sono (ancora qui|tutto orecchi|tutt'orecchi)",
        repeat: "(ripeti|ripeta|ripetere|ripetilo|lo ripeta|ripeterlo|ripetimelo|ripetermelo|ripetimi) [<it>|<last>] \
            [<again>], ancora una volta, di nuovo, un'altra volta, una volta ancora, da capo, (dillo|dimmelo|dirlo|\
            dirmelo|lo dica|me lo dica|rileggilo) <again>, [che] cosa (hai|ha) [appena] detto, che (hai|ha) detto, \
            come (hai detto|ha detto|dici|dice|scusa|scusi|prego), cosa (dicevi|diceva|stavi dicendo), [scusa|scusi|\
            mi dispiace] non [ti|la|lo|vi] ho <hear> [bene|niente|nulla|<it>|<last>], non l'ho <hear>, non ti \
            capisco",
        louder: "[parla|parli|parlare|dillo|leggi|legga|mettilo] più (forte|alto|ad alta voce), (alza|alzi|alzare|\
            aumenta|aumenti|aumentare) <your_voice>, più volume, non (ti|la) sento [bene|niente|per niente|molto \
            bene], (ti|la) sento (appena|male|a malapena), [<you_are>] troppo (piano|basso|bassa), non abbastanza \
            forte",
        quieter: "[parla|parli|parlare|dillo|leggi|legga|mettilo] (più (piano|basso|sottovoce)|meno forte|a bassa \
            voce), (abbassa|abbassi|abbassare|riduci|riduca|ridurre|diminuisci) <your_voice>, meno (volume|rumore), \
            [<you_are>] troppo (forte|alto|alta), non [parlare|parli] così (forte|alto), non (urlare|gridare|urli|\
            gridi), smettila di (urlare|gridare)",
        learn_word: "(impara|impari|imparare) [di nuovo] (una|un'altra|la|la mia|la tua) [nuova|altra] <wake_word> [nuova] [<again>], \
            (impara|impari|imparare) un (nuovo|altro) nome, (voglio|vorrei|mi piacerebbe) (chiamarti|chiamarla) (in un altro \
            modo|in modo diverso|diversamente), (voglio|vorrei|mi piacerebbe) (darti|darle|insegnarti|insegnarle) (un \
            (nuovo|altro) nome|(una nuova|un'altra) <wake_word>)",
        forget_word: "(dimentica|dimentichi|cancella|cancelli|elimina|elimini|dimenticare|cancellare|eliminare) (la|la \
            mia|la tua) <wake_word>",
        acknowledge: "<right>, <good>, <very> (<right>|<good>), <very> <very> (<right>|<good>), <its> [<very>] \
            [<very>] (<right>|<good>) [saperlo|sentirlo], <its> abbastanza <good>, (bello|buono) (saperlo|a \
            sapersi), che (<good>|storia|peccato|sorpresa|ridere|spettacolo|fortuna|bella (<thing>|cosa)), (buona|\
            bella|ottima|ottimo|bel|buon) <thing>, <its> una (buona|bella|ottima) <thing>, [<it>] (ha [<very>|\
            perfettamente|molto] senso|mi (piace|interessa|torna|sta bene|va bene|convince)|funziona|torna|spiega \
            (tutto|molte cose)) [<very>|molto], [tutto] va [<very>] (bene|benissimo), tutto (bene|chiaro|a posto), \
            [sì] [lo] (capisco|vedo|so|immagino|credo|comprendo|suppongo) [bene|perfettamente|benissimo|cosa (vuoi|\
            vuole) dire], (credo|penso|direi|immagino|suppongo|spero) [proprio] di sì, [ho|tutto] [<very>] (capito|\
            compreso|afferrato), ricevuto, non (lo sapevo|ci credo|ci posso credere|me l'aspettavo|avevo idea|ci \
            avevo pensato|c'è dubbio), me lo (immagino|immaginavo|aspettavo), lo (immaginavo|pensavo|sapevo), [lo] \
            penso anch'io, (hai|ha) [<very>|perfettamente] ragione, sono [<very>] (d'accordo|contento|contenta|\
            colpito|sorpreso) [con (te|lei)], (ti|la) (ascolto|seguo|capisco|credo), (senza|nessun) (dubbio|\
            problema), non c'è problema, certo [che (sì|no)], ma certo, ma dai, dai, ma davvero, ma no, di certo, \
            naturalmente, ovviamente, certamente, esattamente, precisamente, assolutamente [sì], decisamente, \
            sicuramente, chiaramente, indubbiamente, effettivamente, infatti, in effetti, davvero, veramente, sul \
            serio, proprio così, è così, già [già], sì [sì|certo|infatti], eh già, eh sì, ah [sì|ecco|già], ecco, \
            appunto, mamma mia, [oh] (dio mio|mio dio), accidenti, caspita, caspiterina, però, wow, uau, uh, urca, \
            bravo, ben (detto|fatto), anch'io, anche a me, hm, hmm, mm, mhm, mmh, oh, ha, ahah, ahaha, ok, okay, \
            volentieri, affare fatto, perché no, grazie [mille|tante|infinite|<very>|molte] [per (la (spiegazione|\
            risposta|informazione)|l'aiuto|tutto|averlo detto)], (mille|tante|molte) grazie, ti ringrazio, la \
            ringrazio",
        polite: "per favore, per piacere, per cortesia, parley, ehi, oh, ah, beh, allora, scusa, scusi",
        small: "per favore, per piacere, per cortesia, adesso, ora, subito, [solo] un po', un pochino, un poco, un \
            pochettino, molto, ancora, pure, immediatamente, [per] <while>, leggermente, semplicemente, dai, anche, \
            magari, gentilmente",
        asking: "no, lo, ma, e, (puoi|può|potresti|potrebbe|vuoi|vuole|vorresti|devi|dovresti|dovrebbe), (voglio|\
            vorrei) che [tu|lei], ti (prego|dispiace|dispiacerebbe) [di], le dispiace, mi dispiace, ho detto [di], \
            se (puoi|può|possibile|è possibile|non ti dispiace), senti, ascolta, ciao, per me, mi, prego, ti prego, \
            su",
    },
};
