//! French.

use super::{EchoSentences, Language, Remarks, Sentences};

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
    frequent: "a ai an année ans appelle après as aujourd aussi autre avant avez avons bien blague bonjour bonsoir c \
        calcule carré carrée ce cela ces cet cette chanson combien comment connais convertis d demain depuis \
        dire dis divisé elle elles en es est explique faire fait fois font français heure heures hier histoire \
        hui il ils j jour jours l la lui m maintenant me merci moi moins monde météo même n ne nom non nous on \
        ont oui où pas pays pense penses peut peux plaît pleut plus pourquoi pouvez poème prochaine qu quel \
        quelle quelles quels quoi racine raconte s sais salut se semaine signifie sont sous suis t te temps toi \
        tous tout traduis tu va vas veut veux vont vous y ça écris était êtes",
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
        echo: EchoSentences {
            no_sound: "Mon microphone ne donne aucun son. Merci de le rebrancher.",
            microphone: "Mon microphone n'a pas un bon son. Merci de vérifier son câble et son niveau.",
            not_heard: "Mon microphone n'entend pas mon haut-parleur. Merci de vérifier qu'il est branché.",
            loopback: "Mon microphone entend ce que reçoit mon haut-parleur, et non la pièce. Merci d'en choisir un autre.",
            clips: "Mon haut-parleur est trop fort pour mon microphone. Merci de le baisser, ou d'éloigner les deux.",
            late: "Mon haut-parleur joue si tard que je ne reconnais pas ma propre voix. Merci de le brancher avec un câble.",
            clocks: "Mon microphone et mon haut-parleur n'ont pas la même horloge. Merci d'utiliser une seule carte pour les deux.",
            stays: "J'entends trop ma propre voix. Merci de baisser mon haut-parleur, ou de l'éloigner de mon microphone.",
        },
        lesson_begins: "Dites le nom cinq fois, chaque fois après le signal sonore.",
        lesson_learnt: "C'est appris. Désormais, je réponds aussi à {name}.",
        lesson_stopped: "D'accord, alors je n'apprends rien.",
        lesson_unheard: "Je n'ai pas entendu de nom. Pour réessayer, dites : apprends un nouveau mot d'activation.",
        lesson_silent: "Une fois, on n'entendait guère que la pièce. Approchez-vous et redemandez-le-moi, s'il vous plaît.",
        lesson_length: "Une fois, c'était trop court ou trop long pour un nom. Redemandez-le-moi, s'il vous plaît.",
        lesson_different: "Cela n'était pas toujours pareil. Redemandez-le-moi, et dites chaque fois le même nom.",
        lesson_not_here: "Ici, personne n'a besoin de m'appeler, alors il ne me faut pas de nom.",
        word_forgotten: "Je ne réponds plus à {name}.",
        word_unknown: "Personne ne m'a appris ce nom.",
    },
    remarks: Remarks {
        rules: &[
            ("it", "ça|cela|ceci"),
            ("its", "c'est|c'était|ce serait|<it> (est|était|serait|semble|paraît|a l'air|sonne|[me] (semble|paraît))"),
            (
                "very",
                "très|vraiment|tellement|si|trop|plutôt|tout à fait|totalement|complètement|absolument|super|hyper|\
                    parfaitement|bien|même|aussi|carrément|franchement|extrêmement|particulièrement|vachement|quand \
                    même|juste",
            ),
            (
                "right",
                "vrai|juste|exact|correct|clair|logique|normal|évident|sûr|certain|compréhensible|raisonnable|\
                    plausible|convaincant|entendu|noté|compris|possible",
            ),
            (
                "good",
                "bien|intéressant|passionnant|fascinant|génial|super|parfait|excellent|formidable|fantastique|\
                    incroyable|magnifique|merveilleux|impressionnant|étonnant|surprenant|drôle|marrant|amusant|\
                    rigolo|cool|sympa|chouette|fou|dingue|bizarre|étrange|curieux|beau|joli|triste|dommage|terrible|\
                    horrible|affreux|utile|pratique|gentil|top|extra|extraordinaire|ouf|remarquable|inattendu|\
                    stupéfiant|malin|ingénieux|hilarant|adorable|mignon|effrayant|captivant|splendide|pas (mal|bête|\
                    faux|possible|croyable)",
            ),
            ("good_one", "bon|bonne|belle|beau|drôle de|super|excellent|excellente|jolie|joli|sacrée|triste"),
            (
                "thing",
                "idée|question|remarque|nouvelle|réponse|explication|histoire|point|plan|exemple|conseil|argument",
            ),
            (
                "while",
                "(un|juste un|rien qu'un) [petit] (moment|instant)|(une|juste une) [petite] (seconde|minute)|deux \
                    (secondes|minutes|instants)",
            ),
            (
                "again",
                "encore [une fois]|une (fois de plus|autre fois|nouvelle fois|dernière fois)|de nouveau|à nouveau",
            ),
            ("you_said", "tu (as dit|viens de dire|disais)|t'as dit|vous (avez dit|venez de dire|disiez)"),
            (
                "last",
                "(la|ta|votre) [dernière] (réponse|phrase|partie)|la fin|le (dernier mot|début)|tout|ce que \
                    <you_said>",
            ),
            ("what_i_said", "ce que (j'ai (dit|demandé)|je (viens de dire|disais))|(ma|la) [dernière] question"),
            ("talking", "de (parler|lire|raconter|bavarder|répondre)"),
            ("your_voice", "(le|ton|votre) (son|volume|ton)|(la|ta|votre) voix"),
            ("you_are", "c'est|tu (parles|es)|vous (parlez|êtes)|le (son|volume) est"),
            ("wake_word", "mot (d'activation|de réveil|d'éveil|d'appel|clé|clef)"),
        ],
        stop: "stop, stoppe, stoppez, (arrête|arrêtes|arrêtez|arrêter) [<it>|tout|toi|vous] [là] [<talking>], \
            (t'arrêter|vous arrêter|s'arrêter) [là] [<talking>], (cesse|cessez|cesser) [<it>] [<talking>], tais-toi, \
            taisez-vous, (te|vous) taire, la ferme, ferme-la, fermez-la, [fais|faites|faire] silence, [garde|gardez] \
            le silence, chut, halte, (sois|soyez|reste|restez) (silencieux|silencieuse|tranquille), c'est assez, \
            c'en est assez, assez [parlé], [<it>] suffit [comme ça], ça ira [comme ça], ça va comme ça, c'est bon, \
            c'est tout [ce que je voulais savoir], j'en ai (assez|marre) [entendu], j'ai assez entendu, pas \
            maintenant, plus un mot, [ne] (dis|dites) plus rien, [ne] (parle|parlez) plus, (laisse|laissez)-moi \
            tranquille",
        patience: "(attends|attendez|attendre) [<while>|voir], <while>, pause, (fais|faites|faire|fais-moi) [une] \
            [petite] pause, (mets|mettez|mettre) [en] pause, (laisse|laissez)-moi (parler|réfléchir|finir|terminer|\
            <while>), pas si vite, minute, (donne|donnez)-moi <while>, patience",
        retract: "(laisse|laissez|laisser) tomber, (oublie|oubliez|oublier) [<it>|tout [ça]|<what_i_said>], peu \
            importe, (annule|annulez|annuler) [<it>|tout|<what_i_said>], tant pis, (c'est|ce n'est|c'était|ce \
            n'était) rien, rien [du tout], aucune importance, ça (n'a|a) pas d'importance, sans importance, [c'est|\
            ce n'est] pas [si|très|bien] (grave|important), non merci, [ne] (fais|faites) pas attention, (ignore|\
            ignorez|ignorer) [<it>|<what_i_said>], j'ai changé d'avis, pas besoin, ce n'est pas la peine, c'est pas \
            la peine, je (n'ai|ai) rien (dit|demandé), j'ai rien (dit|demandé), [je] ne te parlais pas, je ne (te \
            parle|vous parle) pas, finalement non",
        go_on: "(continue|continues|continuez|continuer|poursuis|poursuivez|poursuivre|reprends|reprenez|reprendre) \
            [à (parler|lire|raconter|expliquer)|de parler|[avec] (ton|votre|cette) (histoire|explication|récit)|\
            l'histoire|là où (tu en étais|vous en étiez)], vas-y, allez-y, la suite, et (ensuite|après), [ne] \
            (t'arrête|vous arrêtez|t'arrêtes|arrête|arrêtez) pas, n'arrête pas, n'arrêtez pas, (dis|dites|dire|\
            raconte|racontez) [moi] la suite, je suis \
            (toujours là|tout ouïe|encore là)",
        repeat: "(répète|répètes|répétez|répéter) [moi] [<it>|le|<last>] [<again>|depuis le début], (le|me le|la) \
            (répéter|redire) [<again>], <again>, (redis|redites|redire) [le|moi|me] [<it>|<last>], redis-le-moi, \
            (dis|dites|dire) [le|moi|me] [<it>|le] <again>, qu'est-ce que (tu|vous) (as dit|avez dit|viens de dire|\
            venez de dire|disais|disiez|dis|dites), qu'est-ce que t'as dit, qu'as-tu dit, qu'avez-vous dit, (tu as|\
            t'as|vous avez|tu|vous) (dit|disais|disiez|dis) quoi, pardon, comment [ça], j'ai (pas|rien|mal) [bien|\
            tout|très bien] (compris|entendu|saisi), je (n'ai|ai) (pas|rien|mal) [bien|tout|très bien] (compris|\
            entendu|saisi) [<it>|<last>], je ne (te|vous) comprends pas",
        louder: "[parle|parles|parlez|parler|dis-le|dites-le|lis|lisez|lire] plus (fort|haut), (mets|mettez|mettre) \
            [<your_voice>] plus fort, (monte|montez|monter|augmente|augmentez|augmenter|hausse|haussez|hausser|\
            élève|élevez|remonte) <your_voice>, plus de (volume|son), je [ne] (t'entends|vous entends) (pas|rien|\
            mal|à peine) [bien|très bien], j'entends (pas|mal|rien), je n'entends (pas|rien) [bien], [c'est|tu [ne] \
            parles|vous [ne] parlez] pas assez fort, [<you_are>] [beaucoup] trop (bas|doucement|faible)",
        quieter: "[parle|parles|parlez|parler|dis-le|dites-le|lis|lisez|lire] (moins (fort|haut)|plus (bas|\
            doucement)), (mets|mettez|mettre) [<your_voice>] (moins fort|plus bas), (baisse|baissez|baisser|diminue|\
            diminuez|diminuer|réduis|réduisez|réduire) <your_voice>, moins de (bruit|volume|son), (baisse|baissez|\
            baisser) d'un ton, [ne] (parle|parlez|parler) pas (si|aussi) fort, pas (si|aussi) fort, [<you_are>] \
            [beaucoup|bien] trop fort, [ne] (crie|criez) pas, (arrête|arrêtez) de crier",
        learn_word: "(apprends|apprenez|apprendre) (un|le|mon|ton|votre) [nouveau|autre] <wake_word> [encore une fois|de nouveau|à nouveau], (apprends|\
            apprenez|apprendre) un (nouveau|autre) nom, (je veux|je voudrais|j'aimerais) (t'appeler|vous appeler) \
            (autrement|d'une autre façon), (je veux|je voudrais|j'aimerais) (te donner|vous donner|t'apprendre|vous \
            apprendre) un (nouveau|autre) (nom|<wake_word>)",
        forget_word: "(oublie|oubliez|efface|effacez|supprime|supprimez|oublier|effacer|supprimer) (le|mon|ton|votre) \
            <wake_word>",
        acknowledge: "<right>, <good>, <very> (<right>|<good>), <its> [<very>] [<very>] (<right>|<good>|<good_one> à \
            (savoir|entendre)), bon à savoir, <its> assez <good>, [<its>] [une|un] [<very>] <good_one> <thing>, \
            c'est ça, c'est dit, quel (dommage|hasard), quelle (histoire|chance|surprise|horreur|[bonne] idée), \
            (comme|que) c'est <good>, <it> (marche|roule|[me] plaît|me va|se tient|tient la route|se comprend|\
            m'intéresse|a du sens|fait sens|me parle) [<very>], tout va bien, ça ne m'étonne pas, ça m'étonne pas, \
            ça explique (tout|bien des choses|beaucoup de choses|ça), [oui] je (comprends|vois|sais|suis d'accord|\
            suis [très] (content|contente|impressionné|ravi|ravie)|t'écoute|vous écoute|te crois|vous crois|te suis|\
            vous suis|te comprends|vous comprends|l'ignorais) [<very>] [<it>|mieux|maintenant|que oui|ce que (tu \
            veux|vous voulez) dire|pourquoi], je (crois|pense) (que oui|aussi|bien), je [ne] [le] savais pas [<it>], \
            je [ne] l'aurais pas cru, j'ai [<very>] (compris|saisi), [j'ai] [<very>] compris, j'imagine [<very>], \
            j'aime (<very>|<it>), j'adore [<it>], je m'en (doutais|doute) [<very>], (tu as|t'as|vous avez) [<very>] \
            raison, (aucun|pas de|sans) (problème|souci|doute|soucis), sans (blague|rire), bien (sûr|entendu|vu|\
            joué|dit|fait|reçu), bien sûr que (oui|si), d'accord, [je suis] [<very>] d'accord [avec (toi|vous)], \
            tout à fait, absolument, exactement, effectivement, en effet, évidemment, certainement, carrément, \
            clairement, parfaitement, totalement, précisément, naturellement, forcément, vraiment, sûrement, \
            complètement, justement, sérieusement, sérieux, sans doute, bon, ah [bon|oui|ouais|ça|d'accord], [oh] \
            mon Dieu, oh là là, oh la vache, la vache, dis donc, ça alors, tiens [tiens], chapeau, bravo, wow, \
            waouh, ouah, hm, hmm, hum, mm, mhm, mmh, oh, ha, haha, ok, okay, dac, ouais, ouaip, oui, mouais, pareil, \
            moi aussi, moi non plus, volontiers, avec plaisir, pourquoi pas, voilà, entendu, noté, génial, merci \
            [<very>] [beaucoup|bien|infiniment|à (toi|vous)|mille fois] [pour (<it>|l'info|l'explication|la réponse|\
            tout)], mille mercis, je (te|vous) remercie",
        polite: "s'il te plaît, s'il vous plaît, stp, svp, parley, hé, eh, oh, ah, euh, bon, alors, ben, merci de",
        small: "s'il te plaît, s'il vous plaît, maintenant, tout de suite, immédiatement, un (petit|tout petit) peu, \
            un peu, beaucoup, encore, juste, donc, [pendant|pour] <while>, même, quand même, déjà, là, simplement, \
            peut-être, enfin, bien, euh, plutôt",
        asking: "non, mais, et, (peux|pourrais|veux|voudrais|vas)-tu, tu (peux|pourrais|dois|devrais), (pouvez|\
            pourriez|voulez|voudriez)-vous, vous (pouvez|pourriez|devez|devriez), est-ce que (tu|vous) (peux|\
            pourrais|pouvez|pourriez), veuillez, j'ai dit, il faut, je (veux|voudrais) que (tu|vous), excuse-moi, \
            excusez-moi, désolé, désolée, pardon, allez, pour moi, si (tu peux|vous pouvez|possible|c'est possible), \
            bonjour, ça te dérange de, écoute, écoutez",
    },
};
