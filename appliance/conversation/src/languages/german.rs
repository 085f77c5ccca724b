//! German.

use super::{EchoSentences, Language, Remarks, Sentences};

pub(super) const TABLE: Language = Language {
    code: "de",
    persona: "Du bist Parley, ein freundlicher Sprachassistent. Beantworte die Frage in ein oder zwei kurzen, \
        einfachen Sätzen auf Deutsch.",
    names: "ar Arabisch, cs Tschechisch, da Dänisch, de Deutsch, el Griechisch, en Englisch, es Spanisch, fi \
        Finnisch, fr Französisch, hu Ungarisch, it Italienisch, ja Japanisch, nl Niederländisch, no Norwegisch, pl \
        Polnisch, pt Portugiesisch, ru Russisch, sv Schwedisch, tr Türkisch, uk Ukrainisch, zh Chinesisch",
    another: "eine andere Sprache",
    and: "und",
    leading: "aber als also am beim bis dass dein deine deinem deinen deiner dem den denn der des die eine \
        einem einen einer für gegen ihre ihrem ihren im ins kein keine keinen mein meine meinem meinen \
        meiner obwohl oder ohne sehr seine seinem seinen seit sowie und unser unsere unserem unseren vom \
        von wegen weil wenn zum zur zwischen äh ähm",
    frequent: "abend alt an auch auf aus bedeutet bei berechne bin bist bitte buchstabiere da danke dann darf das \
        deutsch dich dir doch du durch ein er erkläre erzähl erzähle es gedicht geht gerade geschichte gestern \
        geteilt gibt groß guten habe haben hallo hast hat hatte heißen heißt heute hier hoch ich ihm ihn ihr in \
        ist ja jahr jahre jetzt kalt kann kannst kennst kommt können könnte lang lange lied liegt machen macht \
        mag magst mal man mich minus mir mit morgen muss möchte nach name nein nenne neues nicht noch nur \
        nächste plus prozent rechne regnet sag sage scheint schneit schnell schon schreib schreibe schwer seid \
        sein sich sind so soll sollte spiel spielen spät steht tag tage uhr um uns unter viel viele vor wandle \
        wann war waren warm warum was weit weißt welche welchem welchen welcher welches wem wen wer werde werden \
        weshalb wessen wetter wie wieso wieviel willst wir wird witz wo woche woher wohin wurde wurzel zeit zu \
        über übersetze",
    sentences: Sentences {
        did_not_hear: "Entschuldigung, das konnte ich nicht hören. Bitte sag es noch einmal.",
        no_answer: "Darauf habe ich leider keine Antwort.",
        cannot_hear: "Ich kann im Moment keine Sprache verstehen. Ich versuche, das zu beheben.",
        cannot_think: "Mir fällt im Moment keine Antwort ein. Ich versuche, das zu beheben.",
        did_not_work: "Das hat leider nicht geklappt.",
        too_many_steps: "Das sind leider mehr Schritte, als ich schaffe.",
        too_long: "Das ist mir zu lang. Bitte frag nach einem Teil davon.",
        nothing_yet: "Ich habe noch nichts gesagt.",
        that_was_all: "Das war alles.",
        other_language: "Das war wohl {spoken}, aber ich spreche nur {known}.",
        language_of_settings: "In meinen Einstellungen steht, dass man {spoken} mit mir spricht, aber ich spreche \
            nur {known}.",
        not_sure: "Aber sicher weiß ich das nicht.",
        doubts: "nicht sicher, unsicher, weiß ich nicht, weiß nicht, ich weiß es nicht, keine ahnung, ich kann nicht, niemand weiß",
        bad_settings: "Einige meiner Einstellungen sind unbrauchbar. Ich mache ohne sie weiter.",
        other_models: "Die Modelle aus meinen Einstellungen sind nicht da. Ich nehme die, mit denen ich geliefert \
            wurde.",
        no_microphone: "Mein Mikrofon ist nicht da. Ich höre niemanden, bis es angesteckt ist.",
        half_duplex: "Während ich spreche, höre ich dich nicht. Sag stopp zwischen zwei Sätzen, dann bin ich \
            still.",
        echo: EchoSentences {
            no_sound: "Mein Mikrofon liefert keinen Ton. Bitte steck es noch einmal an.",
            microphone: "Mein Mikrofon klingt nicht richtig. Bitte sieh nach seinem Kabel und seinem Pegel.",
            not_heard: "Mein Mikrofon hört meinen Lautsprecher nicht. Bitte sieh nach, ob der angesteckt ist.",
            loopback: "Mein Mikrofon hört, was mein Lautsprecher bekommt, und nicht den Raum. Bitte wähl ein anderes.",
            clips: "Mein Lautsprecher ist zu laut für mein Mikrofon. Bitte stell ihn leiser, oder stell die beiden weiter auseinander.",
            late: "Mein Lautsprecher spielt so spät, dass ich meine eigene Stimme nicht erkenne. Bitte schließ ihn mit einem Kabel an.",
            clocks: "Mein Mikrofon und mein Lautsprecher haben nicht dieselbe Zeit. Bitte nimm eine Karte für beide.",
            stays: "Ich höre zu viel von meiner eigenen Stimme. Bitte stell meinen Lautsprecher leiser, oder weiter weg vom Mikrofon.",
        },
        lesson_begins: "Sag den Namen fünfmal, jedes Mal nach dem Ton.",
        lesson_learnt: "Gelernt. Ab jetzt höre ich auch auf {name}.",
        lesson_stopped: "Gut, dann lerne ich nichts.",
        lesson_unheard: "Ich habe keinen Namen gehört. Für einen neuen Versuch sag: Lerne ein neues Weckwort.",
        lesson_silent: "Einmal war es kaum lauter als der Raum. Komm bitte näher, und frag mich noch einmal.",
        lesson_length: "Einmal war es für einen Namen zu kurz oder zu lang. Frag mich bitte noch einmal.",
        lesson_different: "Das klang nicht jedes Mal gleich. Frag mich bitte noch einmal, und sag immer denselben Namen.",
        lesson_not_here: "Hier muss mich niemand rufen, also brauche ich keinen Namen.",
        word_forgotten: "Auf {name} höre ich nicht mehr.",
        word_unknown: "Diesen Namen hat mir niemand beigebracht.",
    },
    remarks: Remarks {
        rules: &[
            ("it", "es|das|dies"),
            ("its", "<it> (ist|war|wäre) [mir] [schon]|[<it>] (klingt|wirkt|scheint|hört sich|sieht)"),
            (
                "very",
                "sehr|so|ganz|echt|wirklich|total|ziemlich|richtig|voll|völlig|absolut|ja|aber|doch|wohl|wahnsinnig|\
                    unglaublich|mega|äußerst|vollkommen|durchaus|mal|auch|recht|extrem|besonders|eigentlich|eben|\
                    super",
            ),
            (
                "right",
                "richtig|klar|logisch|wahr|korrekt|ok|okay|in Ordnung|verständlich|nachvollziehbar|einleuchtend|\
                    plausibel|fair|sinnvoll|vernünftig|sicher|selbstverständlich|möglich|einverstanden|\
                    offensichtlich|genau",
            ),
            (
                "good",
                "interessant|spannend|faszinierend|gut|toll|super|klasse|schön|prima|wunderbar|fantastisch|\
                    großartig|cool|krass|verrückt|lustig|witzig|komisch|seltsam|merkwürdig|erstaunlich|\
                    beeindruckend|unglaublich|schade|traurig|nett|lieb|praktisch|hilfreich|nützlich|ausgezeichnet|\
                    hervorragend|perfekt|genial|irre|stark|schlimm|schrecklich|heftig|überraschend|bemerkenswert|\
                    süß|bizarr|[der] Wahnsinn|[der] Hammer|geil|top|spitze|bestens|wunderschön|kurios|amüsant|\
                    clever|schlau|klug|herrlich|unfassbar|[gar] nicht (schlecht|übel)",
            ),
            (
                "good_one",
                "gute|guter|gutes|tolle|toller|tolles|schöne|schöner|schönes|interessante|interessanter|\
                    interessantes|spannende|spannender|wunderbare|großartige|coole|verrückte|lustige|witzige|\
                    geniale|hervorragende|ausgezeichnete|nette|traurige|schlaue|super|klasse",
            ),
            (
                "thing",
                "Idee|Frage|Sache|Geschichte|Antwort|Erklärung|Nachricht|Punkt|Einwand|Gedanke|Vorschlag|Tipp|\
                    Hinweis|Beispiel|Argument|Information|Arbeit|Einfall|Plan",
            ),
            ("moment", "Moment|Momentchen|Augenblick"),
            (
                "while",
                "(ein|einen|nur einen|noch einen) [kleinen|kurzen] <moment>|(eine|ne|nur eine) [kleine|halbe] \
                    (Sekunde|Minute|Weile)",
            ),
            ("again", "noch mal|nochmal|nochmals|noch einmal|erneut|[noch mal|noch einmal] von (vorn|vorne)"),
            ("said", "was (du|Sie) [gerade|eben|da|zuletzt] (gesagt (hast|haben)|sagtest|sagten)"),
            (
                "last",
                "(die|deine|Ihre) [letzte] Antwort|den [letzten] (Satz|Teil)|das (Letzte|Ganze|letzte Wort)|alles",
            ),
            ("what_i_said", "was ich [gerade|eben] (gesagt|gefragt) (habe|hab)|(meine|die) [letzte] Frage"),
            ("your_voice", "die Lautstärke|den Ton|deine Stimme|Ihre Stimme"),
            ("you_are", "(du|Sie) (bist|sind|sprichst|sprechen|redest|reden|warst)|(es|das|deine Stimme) (ist|war)"),
            ("to_talk", "zu (reden|sprechen|lesen|erzählen|quatschen|labern|plappern)"),
            ("got", "verstanden|gehört|mitbekommen|mitgekriegt|verstehen|hören"),
            ("wake_word", "Weckwort|Weck Wort|Aktivierungswort|Aufwachwort|Rufwort|Wake Word|Wakeword"),
        ],
        stop: "stopp, stop, stoppe, stoppen [Sie], halt [an], halten Sie an, anhalten, (hör|höre|hören Sie) [damit] \
            auf [damit|<to_talk>], [damit|<to_talk>] aufhören [<to_talk>], dass (du aufhörst|Sie aufhören) \
            [<to_talk>], [sei|seid|seien Sie|bleib|bleiben Sie] (ruhig|still), (sei|seid|seien Sie) leise, (ruhig|\
            still|leise) sein, (halt|halte|halten Sie) (den (Mund|Rand|Schnabel)|die (Klappe|Schnauze)), Klappe \
            [zu], Mund zu, Ruhe, (gib|geben Sie) Ruhe, schweig, schweige, schweigen [Sie], psst, pst, pscht, genug \
            [davon|geredet|gehört|damit], [<it>|jetzt|mir] (reicht|genügt) [es|das|mir], (das|es) ist genug, [das|\
            damit|jetzt] [ist] Schluss [damit], jetzt nicht, nicht jetzt, gerade nicht, das (war's|war alles|wäre \
            alles|wär's), ich (habe|hab) genug [gehört|davon], kein Wort mehr, (red|rede|sprich|reden Sie|sprechen \
            Sie) nicht [mehr|weiter], (sag|sage|sagen Sie) nichts mehr, nicht (weiterreden|weitersprechen|mehr \
            reden|mehr sprechen), (lass|lassen Sie) mich in Ruhe",
        patience: "(warte|wart|warten [Sie]) [<while>|ein paar (Sekunden|Minuten)], <moment>, <while>, Sekunde, \
            [eine|ne] [kurze|kleine] Pause, (mach|mache|machen Sie) [kurz] [eine|ne] [kurze|kleine] Pause, [eine|ne] \
            [kurze] Pause machen, (gib|geben Sie) mir <while>, nicht so schnell, [ich muss|lass mich|lassen Sie \
            mich] [kurz] (nachdenken|überlegen), (lass|lassen Sie) mich (ausreden|reden|sprechen|etwas sagen), \
            Geduld",
        retract: "(vergiss|vergessen Sie) (<it>|alles|<what_i_said>), (ignorier|ignoriere|ignorieren Sie) (<it>|\
            <what_i_said>), [<it>] [ist] [mir] egal, [ist] schon gut, [<it>] macht [gar|überhaupt] nichts, \
            abbrechen, (brich|brechen Sie) [<it>] ab, (lass|lassen Sie) (<it>|mal|stecken|[es] gut sein|(das|es) \
            sein), [<it>] [ist] nicht [so|mehr] wichtig, unwichtig, nichts, (es|das) war nichts, (nein|nee) danke, \
            [<it>|hat] [sich] [schon] erledigt, [<it>] spielt keine Rolle, ich (habe|hab) es mir anders überlegt, \
            [ist] nicht nötig, muss nicht sein, ach doch nicht, ich (habe|hab) nichts (gesagt|gefragt), ich (rede|\
            spreche) nicht mit (dir|Ihnen), (du bist|du warst|Sie sind|Sie waren) nicht gemeint, ich (brauche|will) \
            (es|das) nicht [mehr]",
        go_on: "weiter [so|im Text], (mach|mache|red|rede|sprich|erzähl|erzähle|lies|les|erklär|erkläre) [<it>] \
            [ruhig|nur] weiter, (machen|reden|sprechen|erzählen|lesen) Sie [ruhig|nur] weiter, (fahr|fahre|fahren \
            Sie) [ruhig|nur] fort, fortfahren, weiterreden, weitersprechen, weitererzählen, weitermachen, \
            weiterlesen, nur zu, nicht aufhören, (hör|höre|hören Sie) nicht auf, und dann, und weiter, (erzähl|\
            erzähle|sag|sage|erzählen Sie|sagen Sie) [mir] den Rest, ich bin (ganz Ohr|noch (da|hier)), ich höre [dir|Ihnen] \
            noch zu, (lass dich|lassen Sie sich) nicht (aufhalten|stören)",
        repeat: "(wiederhol|wiederhole|wiederholen [Sie]) [<it>|<last>|<said>|dich|sich] [<again>], (<it>|<last>|\
            <said>|dich|sich) [<again>] wiederholen, <again>, (sag|sage|lies|les|sagen Sie|lesen Sie) [mir] [<it>|\
            <last>] <again>, [<it>|<last>] [mir] <again> (sagen|vorlesen|hören), <again> <said>, (wie|was) bitte, \
            bitte was, wie war das [<again>], was (hast du|haben Sie) [gerade|eben|da|zuletzt|<again>] gesagt, was \
            (sagtest du|sagten Sie) [gerade|eben|da], was war das [<again>], ich (habe|hab|konnte) (dich|Sie|das|es|\
            <said>|<last>) [leider] [akustisch] [gar|ganz] nicht [richtig] <got>, [das] (habe|hab|konnte) ich \
            [leider] [akustisch] [gar|ganz] nicht [richtig] <got>, nicht verstanden, ich habe nichts (verstanden|\
            gehört), ich verstehe (dich|Sie) [so] (nicht|schlecht|kaum)",
        louder: "[(sprich|rede|red|mach|mache|lies|sei|stell|werde) [<it>|dich|<your_voice>]] lauter, (sprechen|\
            reden|machen|lesen|seien|stellen) Sie [<it>|sich|<your_voice>] lauter, [<it>|dich|sich|<your_voice>] \
            lauter (sprechen|reden|machen|sein|stellen|lesen), (mach|mache|dreh|drehe|stell|stelle|drehen Sie|\
            stellen Sie) <your_voice> (auf|lauter|hoch|höher), (erhöh|erhöhe|erhöhen Sie) <your_voice>, <your_voice> \
            (erhöhen|hochdrehen|aufdrehen), mehr Lautstärke, [<you_are>] [mir|viel] zu leise, [<you_are>] nicht laut \
            genug, geht (es|das) [auch] lauter, ich (höre|hör) (dich|Sie) ([gar|fast] nicht|kaum|schlecht) [gut|\
            richtig], ich kann (dich|Sie) ([gar|fast] nicht|kaum|schlecht) [gut|richtig] hören",
        quieter: "[(sprich|rede|red|mach|mache|lies|sei|stell|werde) [<it>|dich|<your_voice>]] leiser, (sprechen|\
            reden|machen|lesen|seien|stellen) Sie [<it>|sich|<your_voice>] leiser, [<it>|dich|sich|<your_voice>] \
            leiser (sprechen|reden|machen|sein|stellen|lesen), (mach|mache|dreh|drehe|stell|stelle|drehen Sie|\
            stellen Sie) <your_voice> (leiser|runter|herunter|niedriger), (senk|senke|senken Sie|verringere) \
            <your_voice>, <your_voice> (senken|verringern|runterdrehen), weniger laut, geht (es|das) [auch] leiser, \
            [sprich|rede|sprechen Sie|reden Sie|sei|seien Sie] nicht [ganz] so laut, [<you_are>] [mir|viel] zu laut, \
            (schrei|schreie|schreien Sie|brüll) [mich] nicht [so] [an]",
        learn_word: "(lern|lerne|lernen Sie) (ein|noch ein|das|dein|mein|Ihr) [neues|anderes|eigenes] <wake_word> \
            [<again>|neu], (ein|noch ein|das|dein|mein|Ihr) [neues|anderes|eigenes] <wake_word> [<again>|neu] lernen, \
            (lern|lerne|lernen Sie) (einen|noch einen) (neuen|anderen|eigenen) Namen, (einen|noch einen) (neuen|\
            anderen|eigenen) Namen lernen, [ich (möchte|will|würde)] (dich|Sie) [gern|gerne] anders (nennen|rufen), \
            [ich (möchte|will|würde)] (dir|Ihnen) [gern|gerne] (einen (neuen|anderen) Namen geben|ein (neues|anderes) \
            <wake_word> (beibringen|geben))",
        forget_word: "(vergiss|vergesse|lösche|lösch|entferne|vergessen Sie|löschen Sie|entfernen Sie) (das|dein|mein|Ihr) \
            <wake_word>",
        acknowledge: "<right>, <good>, <very> (<right>|<good>), <very> <very> (<right>|<good>), <its> [<very>] \
            [<very>] (<right>|<good>) [an|aus|so|zu wissen|zu hören], (gut|schön) (so|zu (wissen|hören)|dann), \
            [<its>] [<very>] [eine|ein|mal (eine|ein)] [<very>] <good_one> <thing>, wie <good>, was für (ein|eine) \
            [<good_one>] (<thing>|Wahnsinn|Zufall|Überraschung|Glück|Pech), [<it>] (macht|ergibt|machte) [<very>|\
            viel] Sinn, [<it>] [ja] (stimmt|passt|leuchtet [mir] ein|freut mich|gefällt mir|wundert mich nicht|\
            erklärt (<it>|einiges|alles|vieles)) [<very>|natürlich|genau], ich (verstehe|versteh|weiß|sehe|seh|\
            begreife|kapiere) [<it>|schon|ja|auch|jetzt|gut|was (du meinst|Sie meinen)], ich (glaube|denke|finde|\
            hoffe) (es|schon|ja|auch|dir|Ihnen), ich mag (es|das), ich (stimme|stimm) [dem|dir|Ihnen] [<very>] zu, \
            (sehe|finde) ich [auch|genauso] [so], verstehe, [das|jetzt] (verstehe|versteh|glaube|glaub|dachte|denke|\
            weiß|kapiere) ich [auch|mir|schon|gut|dir|gern|jetzt], [das] (wusste|dachte) ich [noch|gar|ja|mir] [gar] \
            [nicht|schon], [das] hätte ich nicht (gedacht|erwartet), [das] kann (ich [mir] [gut] (vorstellen|denken|\
            verstehen|nachvollziehen)|[gut] sein), ich (habe es|hab es|hab's|habe|hab) [das] [<very>|jetzt] \
            (verstanden|kapiert|begriffen), [alles] (verstanden|kapiert|begriffen), [ich] bin [ich] (dabei|\
            einverstanden|[ganz] (deiner|Ihrer) Meinung|beeindruckt|überrascht|froh), [da] (du hast|hast du|Sie \
            haben|haben Sie) [<very>] recht, ich (höre|hör) [dir|Ihnen] zu, (kein|keine) (Problem|Frage|Ursache|\
            Witz|Zweifel|Wunder), ohne Zweifel, zweifellos, [im] Ernst, ernsthaft, nicht wahr, da ist was dran, \
            [das] finde ich [<very>] <good>, das überrascht mich [nicht], sag bloß, was (du nicht sagst|Sie nicht \
            sagen), ach (was|nein|komm|je|so|ja|herrje), [du|ach du] (meine|liebe) (Güte|Zeit), (mein|oh|ach|oh \
            mein|ach du lieber) Gott, Donnerwetter, na (so was|klar|ja|sowas|und ob|gut|dann|klar doch|logo), naja, \
            und ob, sowas, alles (klar|gut|bestens|okay|in Ordnung), auf (jeden Fall|alle Fälle), natürlich, \
            freilich, gewiss, sicherlich, bestimmt, definitiv, absolut, genau (so|das), exakt, eben, tatsächlich, \
            allerdings, offenbar, logo, [das|genau] so (ist|war) (es|das), das ist so, von mir aus, meinetwegen, \
            abgemacht, also (gut|schön), na also, ach, achso, aha, oh, danke [<very>] [schön|sehr|dir|Ihnen|\
            vielmals|für (die (Info|Information|Erklärung|Auskunft|Antwort|Hilfe)|alles)], dankeschön, (vielen|\
            herzlichen|besten|schönen|tausend|lieben) Dank, ich danke (dir|Ihnen), doch, echt, wirklich, echt jetzt, \
            [sehr] (gern|gerne), hm, hmm, hmmm, ja, jaja, jap, jep, jawohl, jo, joa, jau, mhm, mm, mmh, mmhm, \
            okidoki, so so, soso, wow, boah, uff, ui, hui, oha, oho, ah, ha, haha, geht klar, bravo, gut (gemacht|\
            gesagt), völlig, total",
        polite: "bitte [schön|sehr], parley, hey, he, ach, oh, äh, ähm, na, du, mal, also, doch, komm, \
            Entschuldigung, Verzeihung",
        small: "bitte, mal, doch, jetzt, nun, sofort, endlich, einfach, gleich, kurz, für (<while>|[einen] \
            <moment>), <while>, ein [klein] (bisschen|wenig), bisschen, etwas, viel, noch, schon, aber, denn, \
            vielleicht, eben, gerade, mir, deutlich, auf der Stelle, augenblicklich, gefälligst, lieber, erst mal, \
            erstmal, dann, auch, freundlicherweise, ähm, äh",
        asking: "nein, nee, nö, und, das, (kannst|könntest|würdest|willst|magst|wirst) du, (können|könnten|würden|\
            wollen) Sie, (du|Sie) (kannst|könntest|können|könnten|solltest|sollten|sollst|sollen|musst|müssen|\
            darfst|dürfen), ich (sagte|habe gesagt|hab gesagt|möchte|will), (sei|seien Sie) so (nett|gut|lieb), wenn \
            (du kannst|Sie können|es geht|möglich|du magst), für mich, tut mir leid, hallo, hör [mal] zu",
    },
};
