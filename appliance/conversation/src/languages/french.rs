//! French.

use super::{Language, Remarks, Sentences};

pub(super) const TABLE: Language = Language {
    code: "fr",
    persona: "Tu es Parley, un assistant vocal aimable. Réponds à la question en une ou deux phrases courtes et \
        simples en français.",
    names: "ar arabe, br breton, de allemand, el grec, en anglais, es espagnol, fr français, it italien, ja \
        japonais, nl néerlandais, pl polonais, pt portugais, ro roumain, ru russe, sv suédois, tr turc, uk \
        ukrainien, zh chinois",
    another: "une autre langue",
    and: "et",
    leading: "au aux avec car chaque chez comme dans de des donc du entre et euh je le les leur leurs ma mais \
        mes mon nos notre ou par parce pour quand que qui sa sans ses si son ta tes ton très un une vers \
        vos votre à",
    sentences: Sentences {
        did_not_hear: "Désolé, je n'ai pas pu entendre. Répétez, s'il vous plaît.",
        no_answer: "Désolé, je n'ai pas de réponse à cela.",
        cannot_hear: "Je ne peux pas comprendre la parole en ce moment. J'essaie d'y remédier.",
        cannot_think: "Je ne trouve pas de réponses en ce moment. J'essaie d'y remédier.",
        did_not_work: "Désolé, cela n'a pas marché.",
        too_many_steps: "Désolé, cela demande plus d'étapes que je ne peux en faire.",
        too_long: "C'est trop long pour moi. Demandez-m'en une partie, s'il vous plaît.",
        nothing_yet: "Je n'ai encore rien dit.",
        that_was_all: "C'était tout.",
        other_language: "Je crois que vous avez parlé {spoken}, mais je ne parle que {known}.",
        language_of_settings: "Mes réglages disent qu'on me parle {spoken}, mais je ne parle que {known}.",
        not_sure: "Mais je ne sais pas si c'est exact.",
        doubts: "pas sûr, pas sûre, je ne sais pas, je ne peux pas, personne ne sait, aucune idée",
        bad_settings: "Certains de mes réglages sont inutilisables, alors je continue sans eux.",
        other_models: "Les modèles que nomment mes réglages ne sont pas là, alors j'utilise ceux d'origine.",
        no_microphone: "Mon micro n'est pas là. Je n'entends personne tant qu'il n'est pas branché.",
        half_duplex: "Je ne vous entends pas pendant que je parle. Pour m'arrêter, dites stop entre deux phrases.",
    },
    remarks: Remarks {
        stop: "stop, arrête, arrête-toi, arrêtez, arrête de parler, arrêtez de parler, tais-toi, taisez-vous, \
            silence, chut, assez, ça suffit, c'est assez, c'est bon, suffit, pas maintenant, halte",
        patience: "attends, attendez, un moment, un instant, une seconde, une minute",
        retract: "laisse tomber, laissez tomber, oublie, oublie ça, oubliez, oubliez ça, peu importe, annule, \
            annuler, annulez, tant pis, c'est rien, ce n'est rien, rien",
        go_on: "continue, continuez, continuer, vas-y, allez-y, poursuis, poursuivez, la suite, et ensuite, et \
            après, n'arrête pas, ne t'arrête pas",
        repeat: "répète, répète ça, répétez, répétez ça, répéter, répéter ça, encore, encore une fois, une fois \
            de plus, redis-le, redis ça, dis-le encore, qu'est-ce que tu as dit, qu'as-tu dit, qu'est-ce que vous \
            avez dit, tu as dit quoi, pardon, comment, je n'ai pas compris, j'ai pas compris, je n'ai pas entendu",
        louder: "plus fort, parle plus fort, parlez plus fort, parler plus fort, monte le son, montez le son, \
            monte le volume, montez le volume, augmente le volume, augmente le son, augmenter le volume, je ne \
            t'entends pas, je t'entends pas, pas assez fort",
        quieter: "moins fort, parle moins fort, parlez moins fort, parler moins fort, plus bas, parle plus bas, \
            plus doucement, baisse le son, baissez le son, baisse le volume, baissez le volume, baisser le volume, \
            trop fort, c'est trop fort, pas si fort",
        acknowledge: "ah, ah bon, ah d'accord, ah oui, bien, bien sûr, bon, c'est bien, c'est intéressant, c'est \
            vrai, ça marche, d'accord, entendu, évidemment, exactement, excellent, génial, hm, intéressant, je \
            comprends, je sais, je vois, merci, merci beaucoup, mhm, mm, oh, ok, okay, ouais, oui, parfait, super, \
            très bien, très intéressant, vraiment, compris, j'ai compris, c'est logique, je t'écoute, voilà",
        polite: "s'il te plaît, s'il vous plaît, parley, hé, eh, oh, ah, euh, bon, alors, ben",
        emphasis: "maintenant, tout de suite, non, un peu, beaucoup, encore, peux-tu, tu peux, pouvez-vous, vous \
            pouvez, pourrais-tu, pourriez-vous, mais, et, juste",
    },
};
