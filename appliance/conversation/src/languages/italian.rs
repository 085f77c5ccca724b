//! Italian.

use super::{Language, Remarks, Sentences};

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
    },
    remarks: Remarks {
        stop: "basta, basta così, ferma, fermati, si fermi, fermo, smettila, smetti, smetti di parlare, silenzio, \
            zitto, zitta, stai zitto, stai zitta, taci, sta' zitto, stop, alt, è abbastanza, abbastanza, non ora",
        patience: "aspetta, aspetti, un momento, un attimo, un secondo",
        retract: "lascia stare, lasci stare, lascia perdere, lasci perdere, non importa, fa niente, non fa \
            niente, annulla, dimentica, dimenticalo, niente, come non detto",
        go_on: "continua, continui, continuare, vai avanti, vada avanti, avanti, prosegui, prosegua, non \
            fermarti, e poi, continua pure",
        repeat: "ripeti, ripetilo, ripeta, ripetere, ripeterlo, ripeti quello che hai detto, ancora una volta, di \
            nuovo, un'altra volta, dillo di nuovo, dillo ancora, cosa hai detto, che hai detto, che cosa hai \
            detto, come hai detto, come dici, come scusa, non ho capito, non ho sentito, non ti ho sentito",
        louder: "più forte, parla più forte, parli più forte, parlare più forte, alza il volume, alzi il volume, \
            alzare il volume, alza la voce, più volume, non ti sento, troppo piano, più alto",
        quieter: "più piano, parla più piano, parli più piano, parlare più piano, più basso, abbassa il volume, \
            abbassi il volume, abbassare il volume, abbassa la voce, meno forte, troppo forte, è troppo forte, non \
            così forte",
        acknowledge: "ah, ah sì, bene, bello, benissimo, capisco, capito, certo, certamente, chiaro, d'accordo, \
            davvero, esatto, giusto, grazie, grazie mille, hm, ho capito, interessante, lo so, ma certo, mhm, mm, \
            molto bene, molto interessante, oh, ok, okay, ottimo, perfetto, sì, va bene, vedo, vero, è vero, ha \
            senso, ti ascolto, già",
        polite: "per favore, per piacere, parley, ehi, oh, ah, beh, allora, scusa",
        emphasis: "adesso, ora, subito, no, un po', un poco, molto, ancora, puoi, può, potresti, potrebbe, lo, \
            ma, e, pure",
    },
};
