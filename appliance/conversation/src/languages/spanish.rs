//! Spanish.

use super::{EchoSentences, Language, Remarks, Sentences};

pub(super) const TABLE: Language = Language {
    code: "es",
    persona: "Eres Parley, un asistente de voz amable. Responde a la pregunta en una o dos frases cortas y \
        sencillas en español.",
    names: "ar árabe, ca catalán, de alemán, el griego, en inglés, es español, eu euskera, fr francés, gl gallego, \
        it italiano, ja japonés, nl neerlandés, pl polaco, pt portugués, ro rumano, ru ruso, sv sueco, tr turco, \
        uk ucraniano, zh chino",
    another: "otro idioma",
    and: "y",
    leading: "a al aunque cada con cuando de del desde e eh el em en entre hasta la las los mi mis muy ni \
        nuestra nuestro o pero por porque que según si sin sobre su sus tu tus u un una unas unos y",
    frequent: "ahora ayer año años buenas buenos calcula canción chiste clima como convierte cuadrada cuento cuál \
        cuáles cuándo cuánta cuántas cuánto cuántos cuéntame cómo dime dividido día días dónde ella era es esa \
        escribe ese eso español esta este esto estoy está están explica explícame favor fue gracias ha hace \
        hacer hay he historia hola hora horas hoy le les llama llamas llamo lloviendo llueve lo mañana me menos \
        mes mucho mundo más no nombre nos nosotros otro para país poema próxima puede puedes puedo quiero quién \
        quiénes qué raíz sabes se semana ser significa son sí también te tengo tiempo tiene tienen tienes todo \
        todos traduce va veces viene voy yo él",
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
        echo: EchoSentences {
            no_sound: "Mi micrófono no da ningún sonido. Por favor, vuelve a conectarlo.",
            microphone: "Mi micrófono no suena bien. Por favor, revisa su cable y su nivel.",
            not_heard: "Mi micrófono no oye mi altavoz. Por favor, mira si está conectado.",
            loopback: "Mi micrófono oye lo que recibe mi altavoz, y no la habitación. Por favor, elige otro.",
            clips: "Mi altavoz suena demasiado fuerte para mi micrófono. Por favor, bájalo, o separa más los dos.",
            late: "Mi altavoz suena tan tarde que no reconozco mi propia voz. Por favor, conéctalo con un cable.",
            clocks: "Mi micrófono y mi altavoz no llevan el mismo tiempo. Por favor, usa una sola tarjeta para los dos.",
            stays: "Oigo demasiado mi propia voz. Por favor, baja mi altavoz, o aléjalo de mi micrófono.",
        },
        lesson_begins: "Di el nombre cinco veces, cada vez después del tono.",
        lesson_learnt: "Aprendido. A partir de ahora también respondo a {name}.",
        lesson_stopped: "De acuerdo, entonces no aprendo nada.",
        lesson_unheard: "No he oído ningún nombre. Para volver a intentarlo, di: aprende una nueva palabra de activación.",
        lesson_silent: "Una vez apenas se oía más que la sala. Acércate, por favor, y pídemelo otra vez.",
        lesson_length: "Una vez fue demasiado corto o demasiado largo para un nombre. Pídemelo otra vez, por favor.",
        lesson_different: "No sonaba siempre igual. Pídemelo otra vez, por favor, y di siempre el mismo nombre.",
        lesson_not_here: "Aquí nadie tiene que llamarme, así que no necesito nombre.",
        word_forgotten: "Ya no respondo a {name}.",
        word_unknown: "Nadie me ha enseñado ese nombre.",
    },
    remarks: Remarks {
        rules: &[
            ("it", "eso|esto|ello"),
            ("its", "[<it>] (es|está|era|fue|sería|suena|parece|me parece|se ve)"),
            (
                "very",
                "muy|tan|realmente|verdaderamente|totalmente|completamente|absolutamente|bastante|súper|super|bien|\
                    increíblemente|extremadamente|perfectamente|de verdad|sumamente|también",
            ),
            (
                "right",
                "cierto|verdad|correcto|claro|lógico|exacto|obvio|normal|evidente|razonable|comprensible|justo|\
                    posible|de acuerdo|ok|okay|seguro|plausible|entendido",
            ),
            (
                "good",
                "bien|bueno|interesante|genial|increíble|fantástico|estupendo|perfecto|excelente|maravilloso|\
                    fascinante|impresionante|asombroso|sorprendente|divertido|gracioso|curioso|raro|extraño|bonito|\
                    lindo|hermoso|triste|terrible|horrible|útil|práctico|guay|chulo|brutal|alucinante|espectacular|\
                    magnífico|extraordinario|loco|una locura|una pasada|una pena|una lástima|emocionante|inesperado|\
                    ingenioso|inteligente|hilarante|tremendo|fenomenal|encantador|notable|una maravilla|no está mal|\
                    buena idea",
            ),
            (
                "thing",
                "idea|pregunta|punto|respuesta|explicación|historia|noticia|ejemplo|consejo|dato|argumento|\
                    observación",
            ),
            ("while", "(un|solo un|sólo un) (momento|momentito|segundo|segundito|minuto|minutito|instante)"),
            ("again", "otra vez|una vez más|de nuevo|nuevamente"),
            ("said", "lo que (has dicho|dijiste|ha dicho|dijo|acabas de decir|acaba de decir|decías)"),
            ("last", "lo último|todo|(la|tu|su) [última] (respuesta|frase|parte)|el final|<said>"),
            ("what_i_said", "lo que (he dicho|dije|te dije|pregunté|he preguntado)|(mi|la) [última] pregunta"),
            ("talking", "de (hablar|leer|contar|charlar|responder)"),
            ("your_voice", "el (volumen|sonido|tono)|al volumen|la voz|tu voz|su voz"),
            ("you_are", "está|estás|es|suena|suenas|hablas|habla|se oye|se escucha|te oyes"),
            ("hear", "oí|entendí|escuché|pillo"),
            ("wake_word", "palabra (de activación|de despertar|clave|de llamada)"),
        ],
        stop: "stop, (para|pare|parad|parar) [ahí] [<talking>], párate, (deja|deje|dejar|dejad|pare) [ya] <talking>, \
            detente, deténgase, (detenerte|detenerse), basta [ya|así|<talking>], ya basta, ya está [bien], [ya] [es] \
            suficiente, ya (es suficiente|vale), alto, silencio, (guarda|guarde|guardar) silencio, cállate, calla, \
            cállese, callad, (callarte|callarse), cierra (la boca|el pico), no hables más, no digas (nada|más|nada \
            más), ni una palabra más, no (sigas|continúes), eso es todo, ahora no, no ahora, (he (oído|escuchado)|\
            tengo) (suficiente|bastante), corta ya, (estate|estese|quédate) (callado|callada|quieto|quieta), déjame \
            en paz",
        patience: "(espera|espere|esperad|esperar|espérate|aguarda|aguarde) [<while>|un rato|unos (segundos|\
            minutos)], [dame|deme] <while>, pausa, (haz|haga|hacer) [una] pausa, pausar, (déjame|déjeme) (hablar|\
            pensar|terminar|decir algo), no tan (rápido|deprisa)",
        retract: "(olvídalo|olvídelo|olvidarlo), (olvida|olvide|olvidar|olvídate de) [<it>|todo|<what_i_said>], \
            (déjalo|déjelo|dejarlo) [estar|así], no importa, da (igual|lo mismo), (cancela|cancele|cancelar|\
            cancélalo|anula|anular|anúlalo) [<it>|todo|<what_i_said>], nada, no (es|era) nada, no (hace falta|es \
            necesario|es importante|pasa nada), no gracias, (ignora|ignore|ignorar) (<it>|<what_i_said>), ignóralo, \
            he cambiado de (idea|opinión), cambié de (idea|opinión), no (te|le) hablaba a (ti|usted), no hablaba \
            contigo, no (he dicho|dije) nada, mejor no",
        go_on: "(sigue|siga|seguir|continúa|continúe|continuar|prosigue|prosiga|proseguir) [hablando|leyendo|\
            contando|explicando|adelante|así|con (<it>|(la|tu|su) (historia|explicación|respuesta))], adelante, no \
            (pares|pare|te pares|te detengas|se detenga|dejes <talking>), y (luego|después), (cuéntame|cuénteme|\
            dime|dígame|contarme|decirme) el resto, (soy|estoy) todo oídos, sigo (aquí|escuchando)",
        repeat: "(repite|repita|repetir|repítelo|repítalo|repetirlo|repítemelo|repíteme|repetírmelo|repetirme) \
            [<it>|<last>] [<again>], <again>, (dilo|dímelo|dígalo|dígamelo|decirlo|decírmelo|(di|dime|decir|decirme) \
            <it>|léelo|cuéntamelo) <again>, qué (has dicho|dijiste|dijo|ha dicho|decías|decía) [<again>], qué [es] \
            <said>, cómo [has dicho|dices|dice|dijiste|ha dicho], perdón, no [te|le|lo|la|se] (he (oído|entendido|\
            escuchado|pillado)|<hear>) [bien|nada|<it>|<last>], no (te|le|lo|la) (entiendo|comprendo) [bien]",
        louder: "[habla|hable|hablar|hablas|dilo|dígalo|lee|lea|ponlo|ponte|leer] más (alto|fuerte), (sube|suba|\
            subir|súbele|aumenta|aumente|aumentar|eleva|alza|alzar) <your_voice>, (súbelo|súbele|súbalo), más \
            volumen, no (te|le) (oigo|escucho) [bien|nada|muy bien], no (se|te) (oye|escucha) [bien|nada], apenas \
            (te|le) (oigo|escucho), casi no (te|le) (oigo|escucho), [<you_are>] (demasiado|muy) (bajo|bajito|flojo)",
        quieter: "[habla|hable|hablar|hablas|dilo|dígalo|lee|lea|ponlo|ponte|leer] (más (bajo|bajito|flojo|suave|\
            despacito)|menos (alto|fuerte)), (baja|baje|bajar|bájale|reduce|reduzca|reducir|disminuye) <your_voice>, \
            (bájalo|bájale|bájelo), menos volumen, no [hables|hable|grites] tan (alto|fuerte), no (grites|grite), \
            (deja|deje|para) de gritar, [<you_are>] demasiado (alto|fuerte), <you_are> (muy|tan) (alto|fuerte)",
        learn_word: "(aprende|aprenda|aprender|apréndete) (una|otra|la|mi|tu|su) [nueva|otra|propia] <wake_word> [nueva] \
            [<again>], (aprende|aprenda|aprender|apréndete) (un nombre nuevo|un nuevo nombre|otro nombre), (quiero|quisiera|me \
            gustaría) (llamarte|llamarle) (de otra (manera|forma)|de otro modo|otra cosa), (quiero|quisiera|me gustaría) \
            (ponerte|darte|enseñarte) (un nombre nuevo|un nuevo nombre|otro nombre|(una|otra) [nueva] <wake_word> \
            [nueva])",
        forget_word: "(olvida|olvide|borra|borre|elimina|elimine|quita|quite|olvidar|borrar|eliminar) (la|mi|tu|su) \
            <wake_word>",
        acknowledge: "<right>, <good>, <very> (<right>|<good>), <very> <very> (<right>|<good>), <its> [<very>] \
            [<very>] (<right>|<good>) [saberlo|oírlo], (bueno|bien) (saberlo|oírlo), qué [<very>] (<good>|locura|\
            pena|lástima|horror|sorpresa|pasada|maravilla|suerte|(buena|bonita) <thing>|<thing> (tan|más) <good>), \
            [<its>] [una|un] [<very>] (buena|buen|gran|linda|bonita) <thing>, [<it>] (tiene [<very>|mucho|todo el] \
            sentido|me (gusta|parece [bien|<very> bien]|sirve|interesa|vale)|encaja|cuadra|funciona|explica (<it>|\
            todo|muchas cosas|mucho)) [<very>|mucho], (está|todo) [<very>] (bien|claro|perfecto), [ya|sí] [lo] (veo|\
            entiendo|sé|comprendo|supongo|creo|pillo|imagino) [<it>|bien|perfectamente|muy bien], [ya] me (lo \
            imagino|imagino|lo imaginaba), (ya|sí) (veo|entiendo|lo sé|comprendo), [yo] (creo|supongo|pienso|espero) \
            que sí, [ya] (entendí|comprendí|lo pillo|pillado|comprendido), no (lo sabía|sabía eso|lo puedo creer|me \
            lo esperaba|me digas|puede ser|es posible|lo dudo), [no] tenía ni idea, eso (pensaba|creía|pensé) [yo], \
            (tienes|tiene) [<very>|toda la|mucha] razón, (estoy|yo estoy) [<very>] de acuerdo [contigo|con (usted|\
            <it>)], [te|le|os] escucho, te (entiendo|creo|sigo), le (entiendo|creo|sigo), (sin|no hay) (duda|\
            problema|problemas), sin ninguna duda, no hay de qué, ningún problema, (de|en) (verdad|serio), en serio, \
            claro [que (sí|no)], por supuesto [que sí], desde luego, cómo no, ajá, así [<its>|mismo], es así, eso \
            es, eso mismo, bueno, exactamente, precisamente, efectivamente, totalmente, completamente, \
            absolutamente, definitivamente, ciertamente, obviamente, naturalmente, evidentemente, seguramente, \
            realmente, desde luego que sí, por descontado, ya [ya], sí [señor|sí|claro], vale, vaya, anda, hala, \
            caramba, guau, wow, uy, uf, dios mío, madre mía, ostras, caray, no (bromees|fastidies), hm, hmm, hum, \
            mm, mhm, ah, ja, jaja, jajaja, oh, ok, okay, okey, dale, bravo, buen trabajo, bien (dicho|hecho|visto), \
            igualmente, yo también, a mí también, trato hecho, con gusto, (muchas|muchísimas|mil) gracias, gracias \
            [por (<it>|la (información|explicación|respuesta|ayuda)|todo)], te lo agradezco, se lo agradezco",
        polite: "por favor, porfa, parley, oye, oiga, eh, oh, ah, bueno, pues, entonces, amigo",
        small: "por favor, porfa, ahora, ahora mismo, ya, un poco, un poquito, mucho, todavía, aún, ya mismo, \
            inmediatamente, enseguida, de inmediato, por <while>, <while>, [por] un rato, simplemente, solo, nada \
            más, de una vez, algo, incluso, eh, quizás, tal vez",
        asking: "no, y, pero, (puedes|podrías|puede|podría|quieres|quiere|querrías|debes|deberías) [usted], me, lo, \
            (quiero|necesito|te pido|le pido) que, haz el favor de, te importaría, le importaría, si (puedes|puede|\
            es posible|no te importa|no le importa), perdona, perdone, perdón, disculpa, disculpe, lo siento, he \
            dicho que, te he dicho que, venga, vamos, hola, mira, para mí, hazme el favor de",
    },
};
