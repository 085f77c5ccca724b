//! The phrases of each language, as people write them; [`super::words_of`] makes of them what is compared.
//! A comma divides them.

/// How one language speaks about the conversation itself.
#[derive(Debug)]
pub(super) struct Table {
    /// ISO 639-1 code.
    pub(super) language: &'static str,
    /// Be silent.
    pub(super) stop: &'static str,
    /// Be silent, and answer nothing of what was said in the same breath.
    pub(super) retract: &'static str,
    pub(super) go_on: &'static str,
    pub(super) repeat: &'static str,
    pub(super) louder: &'static str,
    pub(super) quieter: &'static str,
    /// I am listening, I have understood.
    pub(super) acknowledge: &'static str,
    /// What may stand around all of the above and means nothing.
    pub(super) polite: &'static str,
    /// What may stand around what is wanted, but not around what only acknowledges: "right now" is no "right".
    pub(super) emphasis: &'static str,
    pub(super) replies: Replies,
}

/// What Parley says to it.
#[derive(Debug)]
pub(crate) struct Replies {
    /// There is nothing to be repeated.
    pub(crate) nothing_yet: &'static str,
    /// There is nothing more to go on with.
    pub(crate) that_was_all: &'static str,
}

/// All languages that have a table; the first is that of languages without one.
pub(super) const TABLES: &[Table] = &[ENGLISH, GERMAN, SPANISH, FRENCH, ITALIAN];

const ENGLISH: Table = Table {
    language: "en",
    stop: "stop, stop it, stop that, stop this, stop there, stop talking, stop speaking, stop reading, stop the \
        answer, shut up, be quiet, quiet, keep quiet, be silent, silence, hush, shush, sh, shh, shhh, enough, \
        that's enough, that is enough, that will do, that'll do, that's all, that is all, that's it, no more, halt, \
        wait, wait a minute, wait a moment, wait a second, wait a sec, hold on, hang on, one moment, one second, \
        one minute, just a moment, just a second, just a minute, give me a moment, give me a second, don't talk, \
        stop please stop, i've heard enough, i have heard enough, not now",
    retract: "never mind, nevermind, never mind that, forget it, forget that, forget about it, forget about that, \
        forget i asked, cancel, cancel that, cancel it, scratch that, leave it, drop it, nothing, it's nothing, it \
        was nothing, don't bother, doesn't matter, it doesn't matter, it does not matter, don't worry about it, \
        ignore that",
    go_on: "go on, go ahead, carry on, continue, keep going, keep on, keep talking, keep on talking, do go on, \
        please do, don't stop, do not stop, go on then, go right ahead, proceed, resume, carry on talking, continue \
        talking, go on with it, go on with that, continue with that, tell me the rest, and then, i'm still here, \
        i'm still listening",
    repeat: "repeat, repeat that, repeat it, repeat this, repeat yourself, repeat the answer, repeat your answer, \
        repeat your last answer, repeat the last answer, repeat what you said, repeat what you just said, say that \
        again, say it again, say again, say that once more, say it once more, say that one more time, again, once \
        more, once again, one more time, come again, tell me again, tell me that again, what did you say, what did \
        you just say, what was that, what was that again, what were you saying, pardon, pardon me, beg your pardon, \
        i beg your pardon, i didn't hear, i didn't hear that, i didn't hear you, i did not hear that, i couldn't \
        hear that, i didn't catch that, i did not catch that, i didn't get that, i did not get that, i missed that, \
        i missed it, read that again",
    louder: "louder, speak louder, talk louder, be louder, make it louder, speak up, volume up, turn up the volume, \
        turn the volume up, turn up, turn it up, turn yourself up, increase the volume, raise the volume, more \
        volume, too quiet, that's too quiet, it's too quiet, you're too quiet, you are too quiet, i can't hear you, \
        i can hardly hear you, i can barely hear you, not loud enough, up the volume",
    quieter: "quieter, speak quieter, talk quieter, be quieter, make it quieter, softer, speak softer, speak more \
        softly, speak more quietly, more quietly, lower your voice, volume down, turn down the volume, turn the \
        volume down, turn down, turn it down, turn yourself down, decrease the volume, lower the volume, reduce the \
        volume, less volume, not so loud, less loud, too loud, that's too loud, it's too loud, you're too loud, you \
        are too loud, don't shout, stop shouting",
    acknowledge: "ah, aha, ah ha, absolutely, agreed, all right, alright, all cool, all good, amazing, awesome, \
        brilliant, certainly, cool, correct, definitely, exactly, excellent, fair enough, fantastic, fascinating, \
        fine, funny, good, good point, good to know, got it, got you, gotcha, great, ha, haha, ha ha, hah, heh, hm, \
        hmm, hmmm, how interesting, how nice, huh, i agree, i hear you, i know, i see, i see what you mean, i think \
        so, i understand, i'm listening, i am listening, i'm with you, impressive, indeed, interesting, is that so, \
        it makes sense, lovely, makes sense, mhm, mm, mm hm, mm hmm, mmhm, mmhmm, mmm, my goodness, neat, nice, \
        nice one, no kidding, no problem, of course, oh, oh my, oh my god, oh no, ok, okay, ooh, perfect, quite, \
        quite right, really, right, right on, righto, so i see, sounds fine, sounds good, sounds great, sounds \
        nice, splendid, super, sure, sure thing, surely, sweet, thank you, thank you very much, thanks, thanks a \
        lot, that is cool, that is fine, that is fair, that is funny, that is good, that is great, that is \
        interesting, that is nice, that is right, that is true, that makes sense, that sounds good, that sounds \
        great, that sounds nice, that's amazing, that's cool, that's correct, that's fair, that's fine, that's \
        funny, that's good, that's great, that's interesting, that's nice, that's right, that's true, totally, \
        true, uh huh, uhhuh, understood, very good, very interesting, very nice, very well, well well, wonderful, \
        wow, ya, yeah, yeah right, yep, yes, yup, you don't say, you're right, you are right",
    polite: "please, parley, parlay, parly, hey, oh, uh, um, well, so, then, dear, there, sir, ah, er",
    emphasis: "now, right now, just, no, just now, at once, immediately, for now, for a moment, a bit, a little, a \
        little bit, much, even, still, some more, more, and, but, can you, could you, will you, would you, can you \
        just, could you just, i said, i want you to, you can, you may, you should, sorry, for me, today, would you \
        mind to",
    replies: Replies { nothing_yet: "I have not said anything yet.", that_was_all: "That was all." },
};

const GERMAN: Table = Table {
    language: "de",
    stop: "stopp, stop, halt, hör auf, hör auf zu reden, hören Sie auf, aufhören, ruhe, ruhig, sei ruhig, sei \
        still, sei leise, seien Sie still, still, schweig, sei bitte ruhig, halt den Mund, klappe, psst, pst, \
        genug, das reicht, es reicht, das genügt, das ist genug, warte, warte mal, warten Sie, moment, moment mal, \
        einen Moment, Augenblick, einen Augenblick, eine Sekunde, Schluss, jetzt nicht",
    retract: "vergiss es, vergiss das, vergessen Sie es, vergessen Sie das, egal, ist egal, schon gut, macht \
        nichts, abbrechen, brich ab, lass es, lass gut sein, nicht so wichtig, ist nicht wichtig, ach nichts, \
        nichts",
    go_on: "weiter, mach weiter, machen Sie weiter, red weiter, rede weiter, sprich weiter, reden Sie weiter, \
        sprechen Sie weiter, erzähl weiter, erzähle weiter, erzählen Sie weiter, fahr fort, fahren Sie fort, lies \
        weiter, weiter so, nur zu, nicht aufhören, hör nicht auf, und dann, fortfahren",
    repeat: "wiederhole, wiederhol, wiederhole das, wiederhol das, wiederholen, wiederholen Sie, wiederholen Sie \
        das, das wiederholen, noch mal, nochmal, noch einmal, sag das noch mal, sag das nochmal, sag das noch \
        einmal, sag es noch einmal, sagen Sie das noch einmal, das noch einmal sagen, das noch mal sagen, wie \
        bitte, was hast du gesagt, was haben Sie gesagt, was war das, ich habe dich nicht verstanden, ich habe das \
        nicht verstanden, das habe ich nicht verstanden, hab ich nicht verstanden",
    louder: "lauter, sprich lauter, sprechen Sie lauter, lauter sprechen, rede lauter, mach lauter, mach dich \
        lauter, lauter machen, zu leise, das ist zu leise, du bist zu leise, ich höre dich nicht, ich kann dich \
        nicht hören, ich kann dich kaum hören",
    quieter: "leiser, sprich leiser, sprechen Sie leiser, leiser sprechen, rede leiser, mach leiser, mach dich \
        leiser, leiser machen, nicht so laut, zu laut, das ist zu laut, du bist zu laut",
    acknowledge: "ach, ach so, achso, aha, alles klar, also gut, danke, danke schön, das ist gut, das ist \
        interessant, das macht Sinn, das stimmt, doch, echt, einverstanden, genau, gern, gerne, gut, gut so, hm, \
        hmm, ich sehe, ich verstehe, ich weiß, in Ordnung, interessant, ja, ja genau, jawohl, ja klar, jo, klar, \
        klingt gut, mhm, mm, na gut, natürlich, oh, okay, ok, prima, richtig, schön, sehr gut, sehr interessant, \
        sehr schön, sicher, so so, stimmt, super, tatsächlich, toll, verstanden, verstehe, vielen Dank, wirklich, \
        wow, wunderbar",
    polite: "bitte, parley, hey, he, ach, oh, äh, ähm, na, du, mal, also, doch, komm",
    emphasis: "jetzt, sofort, nein, nee, ein bisschen, etwas, ein wenig, viel, noch, kannst du, könntest du, können \
        Sie, könnten Sie, würdest du, das, bitte mal, einfach, und, aber, mir",
    replies: Replies { nothing_yet: "Ich habe noch nichts gesagt.", that_was_all: "Das war alles." },
};

const SPANISH: Table = Table {
    language: "es",
    stop: "para, para ya, pare, párate, detente, deténgase, basta, basta ya, ya basta, alto, silencio, cállate, \
        calla, cállese, ya está, es suficiente, suficiente, espera, espere, un momento, un segundo, deja de hablar, \
        stop, ahora no",
    retract: "olvídalo, olvídelo, déjalo, déjelo, no importa, da igual, cancela, cancelar, cancélalo, nada, no es nada",
    go_on: "sigue, siga, continúa, continúe, continuar, adelante, sigue hablando, siga hablando, no pares, \
        prosigue, y luego, y después",
    repeat: "repite, repítelo, repita, repítalo, repite eso, repetir, repetirlo, repetir eso, otra vez, una vez \
        más, de nuevo, dilo otra vez, dímelo otra vez, dilo de nuevo, qué has dicho, qué dijiste, qué dijo, cómo \
        has dicho, cómo dices, perdón, no te he oído, no te he entendido, no lo he entendido, no te entendí, no \
        entendí",
    louder: "más alto, más fuerte, habla más alto, hable más alto, habla más fuerte, hable más fuerte, sube el \
        volumen, suba el volumen, subir el volumen, sube la voz, no te oigo, no te escucho, demasiado bajo",
    quieter: "más bajo, más bajito, habla más bajo, hable más bajo, baja el volumen, baje el volumen, bajar el \
        volumen, baja la voz, más despacito, no tan alto, demasiado alto, está muy alto",
    acknowledge: "ah, ajá, bien, bueno, claro, claro que sí, de acuerdo, de verdad, desde luego, entendido, \
        entiendo, es verdad, estupendo, exacto, genial, gracias, hm, interesante, lo sé, mm, mhm, muchas gracias, \
        muy bien, oh, ok, okay, perfecto, por supuesto, qué bien, qué interesante, sí, tiene sentido, vale, verdad, \
        vaya, ya, ya veo, eso es, así es, te escucho, cierto",
    polite: "por favor, parley, oye, eh, oh, ah, bueno, pues, entonces",
    emphasis: "ahora, ahora mismo, ya, no, un poco, un poquito, mucho, puedes, podrías, puede, podría, me, lo, y, \
        pero, todavía",
    replies: Replies { nothing_yet: "Todavía no he dicho nada.", that_was_all: "Eso era todo." },
};

const FRENCH: Table = Table {
    language: "fr",
    stop: "stop, arrête, arrête-toi, arrêtez, arrête de parler, arrêtez de parler, tais-toi, taisez-vous, silence, \
        chut, assez, ça suffit, c'est assez, c'est bon, suffit, attends, attendez, un moment, un instant, une \
        seconde, une minute, pas maintenant, halte",
    retract: "laisse tomber, laissez tomber, oublie, oublie ça, oubliez, oubliez ça, peu importe, annule, annuler, \
        annulez, tant pis, c'est rien, ce n'est rien, rien",
    go_on: "continue, continuez, continuer, vas-y, allez-y, poursuis, poursuivez, la suite, et ensuite, et après, \
        n'arrête pas, ne t'arrête pas",
    repeat: "répète, répète ça, répétez, répétez ça, répéter, répéter ça, encore, encore une fois, une fois de \
        plus, redis-le, redis ça, dis-le encore, qu'est-ce que tu as dit, qu'as-tu dit, qu'est-ce que vous avez \
        dit, tu as dit quoi, pardon, comment, je n'ai pas compris, j'ai pas compris, je n'ai pas entendu",
    louder: "plus fort, parle plus fort, parlez plus fort, parler plus fort, monte le son, montez le son, monte le \
        volume, montez le volume, augmente le volume, augmente le son, augmenter le volume, je ne t'entends pas, je \
        t'entends pas, pas assez fort",
    quieter: "moins fort, parle moins fort, parlez moins fort, parler moins fort, plus bas, parle plus bas, plus \
        doucement, baisse le son, baissez le son, baisse le volume, baissez le volume, baisser le volume, trop \
        fort, c'est trop fort, pas si fort",
    acknowledge: "ah, ah bon, ah d'accord, ah oui, bien, bien sûr, bon, c'est bien, c'est intéressant, c'est vrai, \
        ça marche, d'accord, entendu, évidemment, exactement, excellent, génial, hm, intéressant, je comprends, je \
        sais, je vois, merci, merci beaucoup, mhm, mm, oh, ok, okay, ouais, oui, parfait, super, très bien, très \
        intéressant, vraiment, compris, j'ai compris, c'est logique, je t'écoute, voilà",
    polite: "s'il te plaît, s'il vous plaît, parley, hé, eh, oh, ah, euh, bon, alors, ben",
    emphasis: "maintenant, tout de suite, non, un peu, beaucoup, encore, peux-tu, tu peux, pouvez-vous, vous \
        pouvez, pourrais-tu, pourriez-vous, mais, et, juste",
    replies: Replies { nothing_yet: "Je n'ai encore rien dit.", that_was_all: "C'était tout." },
};

const ITALIAN: Table = Table {
    language: "it",
    stop: "basta, basta così, ferma, fermati, si fermi, fermo, smettila, smetti, smetti di parlare, silenzio, \
        zitto, zitta, stai zitto, stai zitta, taci, sta' zitto, stop, alt, è abbastanza, abbastanza, aspetta, \
        aspetti, un momento, un attimo, un secondo, non ora",
    retract: "lascia stare, lasci stare, lascia perdere, lasci perdere, non importa, fa niente, non fa niente, \
        annulla, dimentica, dimenticalo, niente, come non detto",
    go_on: "continua, continui, continuare, vai avanti, vada avanti, avanti, prosegui, prosegua, non fermarti, e \
        poi, continua pure",
    repeat: "ripeti, ripetilo, ripeta, ripetere, ripeterlo, ripeti quello che hai detto, ancora una volta, di \
        nuovo, un'altra volta, dillo di nuovo, dillo ancora, cosa hai detto, che hai detto, che cosa hai detto, \
        come hai detto, come dici, come scusa, non ho capito, non ho sentito, non ti ho sentito",
    louder: "più forte, parla più forte, parli più forte, parlare più forte, alza il volume, alzi il volume, alzare \
        il volume, alza la voce, più volume, non ti sento, troppo piano, più alto",
    quieter: "più piano, parla più piano, parli più piano, parlare più piano, più basso, abbassa il volume, abbassi \
        il volume, abbassare il volume, abbassa la voce, meno forte, troppo forte, è troppo forte, non così forte",
    acknowledge: "ah, ah sì, bene, bello, benissimo, capisco, capito, certo, certamente, chiaro, d'accordo, \
        davvero, esatto, giusto, grazie, grazie mille, hm, ho capito, interessante, lo so, ma certo, mhm, mm, molto \
        bene, molto interessante, oh, ok, okay, ottimo, perfetto, sì, va bene, vedo, vero, è vero, ha senso, ti \
        ascolto, già",
    polite: "per favore, per piacere, parley, ehi, oh, ah, beh, allora, scusa",
    emphasis: "adesso, ora, subito, no, un po', un poco, molto, ancora, puoi, può, potresti, potrebbe, lo, ma, e, pure",
    replies: Replies { nothing_yet: "Non ho ancora detto niente.", that_was_all: "Era tutto." },
};
