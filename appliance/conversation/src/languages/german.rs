//! German.

use super::{Language, Remarks, Sentences};

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
    },
    remarks: Remarks {
        stop: "stopp, stop, halt, hör auf, hör auf zu reden, hören Sie auf, aufhören, ruhe, ruhig, sei ruhig, sei \
            still, sei leise, seien Sie still, still, schweig, sei bitte ruhig, halt den Mund, klappe, psst, pst, \
            genug, das reicht, es reicht, das genügt, das ist genug, Schluss, jetzt nicht",
        patience: "warte, warte mal, warten Sie, moment, moment mal, einen Moment, Augenblick, einen Augenblick, \
            eine Sekunde",
        retract: "vergiss es, vergiss das, vergessen Sie es, vergessen Sie das, egal, ist egal, schon gut, macht \
            nichts, abbrechen, brich ab, lass es, lass gut sein, nicht so wichtig, ist nicht wichtig, ach nichts, \
            nichts",
        go_on: "weiter, mach weiter, machen Sie weiter, red weiter, rede weiter, sprich weiter, reden Sie weiter, \
            sprechen Sie weiter, erzähl weiter, erzähle weiter, erzählen Sie weiter, fahr fort, fahren Sie fort, \
            lies weiter, weiter so, nur zu, nicht aufhören, hör nicht auf, und dann, fortfahren",
        repeat: "wiederhole, wiederhol, wiederhole das, wiederhol das, wiederholen, wiederholen Sie, wiederholen \
            Sie das, das wiederholen, noch mal, nochmal, noch einmal, sag das noch mal, sag das nochmal, sag das \
            noch einmal, sag es noch einmal, sagen Sie das noch einmal, das noch einmal sagen, das noch mal sagen, \
            wie bitte, was hast du gesagt, was haben Sie gesagt, was war das, ich habe dich nicht verstanden, ich \
            habe das nicht verstanden, das habe ich nicht verstanden, hab ich nicht verstanden",
        louder: "lauter, sprich lauter, sprechen Sie lauter, lauter sprechen, rede lauter, mach lauter, mach dich \
            lauter, lauter machen, zu leise, das ist zu leise, du bist zu leise, ich höre dich nicht, ich kann \
            dich nicht hören, ich kann dich kaum hören",
        quieter: "leiser, sprich leiser, sprechen Sie leiser, leiser sprechen, rede leiser, mach leiser, mach \
            dich leiser, leiser machen, nicht so laut, zu laut, das ist zu laut, du bist zu laut",
        acknowledge: "ach, ach so, achso, aha, alles klar, also gut, danke, danke schön, das ist gut, das ist \
            interessant, das macht Sinn, das stimmt, doch, echt, einverstanden, genau, gern, gerne, gut, gut so, \
            hm, hmm, ich sehe, ich verstehe, ich weiß, in Ordnung, interessant, ja, ja genau, jawohl, ja klar, jo, \
            klar, klingt gut, mhm, mm, na gut, natürlich, oh, okay, ok, prima, richtig, schön, sehr gut, sehr \
            interessant, sehr schön, sicher, so so, stimmt, super, tatsächlich, toll, verstanden, verstehe, vielen \
            Dank, wirklich, wow, wunderbar",
        polite: "bitte, parley, hey, he, ach, oh, äh, ähm, na, du, mal, also, doch, komm",
        emphasis: "jetzt, sofort, nein, nee, ein bisschen, etwas, ein wenig, viel, noch, kannst du, könntest du, \
            können Sie, könnten Sie, würdest du, das, bitte mal, einfach, und, aber, mir",
    },
};
