//! Spanish.

use super::{Language, Remarks, Sentences};

pub(super) const TABLE: Language = Language {
    code: "es",
    persona: "Eres Parley, un asistente de voz amable. Responde a la pregunta en una o dos frases cortas y \
        sencillas en español.",
    names: "ar árabe, ca catalán, de alemán, el griego, en inglés, es español, eu euskera, fr francés, gl gallego, \
        it italiano, ja japonés, nl neerlandés, pl polaco, pt portugués, ro rumano, ru ruso, sv sueco, tr turco, \
        uk ucraniano, zh chino",
    another: "otro idioma",
    and: "y",
    leading: "a al aunque cada como con cuando de del desde e eh el em en entre hasta la las los mi mis muy ni \
        nuestra nuestro o pero por porque que según si sin sobre su sus tu tus u un una unas unos y",
    sentences: Sentences {
        did_not_hear: "Perdona, no he podido oírlo. Dilo otra vez, por favor.",
        no_answer: "Lo siento, no tengo respuesta para eso.",
        cannot_hear: "En este momento no puedo entender lo que se dice. Estoy intentando arreglarlo.",
        cannot_think: "En este momento no se me ocurren respuestas. Estoy intentando arreglarlo.",
        did_not_work: "Lo siento, no ha funcionado.",
        too_many_steps: "Lo siento, son más pasos de los que puedo dar.",
        too_long: "Es demasiado largo para mí. Pregúntame por una parte, por favor.",
        nothing_yet: "Todavía no he dicho nada.",
        that_was_all: "Eso era todo.",
        other_language: "Creo que has hablado {spoken}, pero yo solo hablo {known}.",
        language_of_settings: "Mis ajustes dicen que se me habla {spoken}, pero yo solo hablo {known}.",
        not_sure: "Pero no lo sé con seguridad.",
        doubts: "no estoy seguro, no estoy segura, no sé, no lo sé, no puedo, nadie sabe",
        bad_settings: "Algunos de mis ajustes no sirven, así que sigo sin ellos.",
        other_models: "Los modelos que indican mis ajustes no están, así que uso los que traía.",
        no_microphone: "Mi micrófono no está. No puedo oír a nadie hasta que se conecte.",
        half_duplex: "Mientras hablo no puedo oírte. Para pararme, di para entre dos frases.",
    },
    remarks: Remarks {
        stop: "para, para ya, pare, párate, detente, deténgase, basta, basta ya, ya basta, alto, silencio, \
            cállate, calla, cállese, ya está, es suficiente, suficiente, deja de hablar, stop, ahora no",
        patience: "espera, espere, un momento, un segundo",
        retract: "olvídalo, olvídelo, déjalo, déjelo, no importa, da igual, cancela, cancelar, cancélalo, nada, \
            no es nada",
        go_on: "sigue, siga, continúa, continúe, continuar, adelante, sigue hablando, siga hablando, no pares, \
            prosigue, y luego, y después",
        repeat: "repite, repítelo, repita, repítalo, repite eso, repetir, repetirlo, repetir eso, otra vez, una \
            vez más, de nuevo, dilo otra vez, dímelo otra vez, dilo de nuevo, qué has dicho, qué dijiste, qué \
            dijo, cómo has dicho, cómo dices, perdón, no te he oído, no te he entendido, no lo he entendido, no te \
            entendí, no entendí",
        louder: "más alto, más fuerte, habla más alto, hable más alto, habla más fuerte, hable más fuerte, sube \
            el volumen, suba el volumen, subir el volumen, sube la voz, no te oigo, no te escucho, demasiado bajo",
        quieter: "más bajo, más bajito, habla más bajo, hable más bajo, baja el volumen, baje el volumen, bajar \
            el volumen, baja la voz, más despacito, no tan alto, demasiado alto, está muy alto",
        acknowledge: "ah, ajá, bien, bueno, claro, claro que sí, de acuerdo, de verdad, desde luego, entendido, \
            entiendo, es verdad, estupendo, exacto, genial, gracias, hm, interesante, lo sé, mm, mhm, muchas \
            gracias, muy bien, oh, ok, okay, perfecto, por supuesto, qué bien, qué interesante, sí, tiene sentido, \
            vale, verdad, vaya, ya, ya veo, eso es, así es, te escucho, cierto",
        polite: "por favor, parley, oye, eh, oh, ah, bueno, pues, entonces",
        emphasis: "ahora, ahora mismo, ya, no, un poco, un poquito, mucho, puedes, podrías, puede, podría, me, \
            lo, y, pero, todavía",
    },
};
