//! What people say in each language, and what only sounds like it.

use super::super::Remark;
use super::check;

/// The same of a list with bars between.
#[track_caller]
fn check_all(remark: Option<Remark>, texts: &str) {
    check(remark, &texts.split(" | ").collect::<Vec<_>>());
}

#[test]
fn english() {
    check_all(
        Some(Remark::Stop),
        "Can you stop? | Would you please stop talking now? | You can stop. | Quit it. | Cut it out! | Please stop \
         reading for a minute. | Be quiet for a minute. | Will you just be quiet? | Knock it off. | Why don't you \
         stop? | I said stop it. | Enough already. | That's all I wanted to know, thanks. | Don't say another \
         word. | Could you stop there for a second? | Would you mind stopping? | Stop, if you don't mind. | Okay, \
         that will do. | No more talking, please.",
    );
    check_all(
        Some(Remark::Stop),
        "Pause. | Just wait a second, please. | Hold that thought. | Give me a moment to think. | Wait, let me \
         think about it. | Hang on just a minute. | Forget what I said. | No, thank you. | Ignore my last \
         question. | Never mind what I just asked. | It really doesn't matter any more. | I changed my mind. | I \
         wasn't talking to you. | Scratch that, please. | No thanks.",
    );
    check_all(
        Some(Remark::GoOn),
        "Please do go on. | Can you just keep talking? | Okay, tell me the rest. | You can go on \
         now. | That's interesting, go on! | Continue where you left off. | Don't stop \
         there. | Finish your sentence. | I'm all ears.",
    );
    check_all(
        Some(Remark::Repeat),
        "Could you please repeat that for me? | Say that one more time. | Sorry, I didn't quite catch that. | What \
         did you just say? | Would you mind repeating that? | Repeat the last sentence, please. | Can I hear that \
         again? | I missed the last part. | Tell me again what you said. | From the top, please.",
    );
    check_all(
        Some(Remark::Louder),
        "Could you speak a little louder please? | Can you turn it up a bit? | Speak up a little, please. | I can \
         hardly hear you. | You're way too quiet. | Make it just a bit louder. | Raise your voice, please. | Turn \
         the volume up a little bit. | I can't really hear you.",
    );
    check_all(
        Some(Remark::Quieter),
        "Could you be a bit quieter? | Keep your voice down. | Turn the volume down a little, please. | That's far \
         too loud. | Please don't shout. | Can you speak a little more softly? | Not quite so loud.",
    );
    check_all(
        Some(Remark::Acknowledged),
        "I get it. | Makes total sense. | That's awesome. | Sounds about right. | For sure. | Fair point. | That's \
         really so interesting. | Sounds pretty good. | Well, that makes perfect sense now. | No way! | I totally \
         agree. | Oh, I didn't know that. | What a great idea. | Good to know. | You're absolutely right. | That's \
         a good point. | How fascinating! | I thought so. | Thanks so much. | Works for me.",
    );
}

#[test]
fn german() {
    check_all(
        Some(Remark::Stop),
        "Sei bitte leise. | Hör bitte auf! | Hör jetzt endlich auf zu reden. | Könntest du bitte aufhören? | \
         Kannst du mal still sein? | Würden Sie bitte aufhören zu sprechen? | Sie können aufhören. | Du kannst \
         jetzt aufhören. | Halt doch bitte den Mund. | Das reicht jetzt, danke. | Seien Sie bitte still. | Warte \
         bitte einen Moment. | Moment mal bitte. | Warten Sie kurz. | Mach mal Pause. | Lass mich kurz nachdenken. \
         | Vergiss bitte, was ich gesagt habe. | Nein danke. | Ist doch egal. | Das ist jetzt nicht so wichtig.",
    );
    check_all(Some(Remark::GoOn), "Sprich bitte weiter. | Bitte fahren Sie fort. | Mach ruhig weiter.");
    check_all(
        Some(Remark::Repeat),
        "Kannst du das bitte noch einmal wiederholen? | Sag das bitte noch mal. | Was hast du gerade gesagt? | \
         Könnten Sie das noch einmal sagen? | Das habe ich leider nicht verstanden. | Wiederhole bitte den letzten \
         Satz.",
    );
    check_all(
        Some(Remark::Louder),
        "Sprich bitte etwas lauter. | Kannst du ein bisschen lauter sprechen? | Sie sind viel zu leise. | Mach die \
         Lautstärke bitte etwas lauter. | Ich kann dich kaum hören.",
    );
    check_all(
        Some(Remark::Quieter),
        "Sei bitte etwas leiser. | Könnten Sie bitte ein wenig leiser sprechen? | Nicht ganz so laut, bitte.",
    );
    check_all(
        Some(Remark::Acknowledged),
        "Ganz genau. | Total interessant! | Das ist ja wirklich spannend. | Klingt ganz gut. | Da hast du völlig \
         recht. | Das wusste ich noch gar nicht. | Gute Idee. | Das ist eine gute Frage. | Ach was! | Ergibt Sinn. \
         | Auf jeden Fall. | Das hört sich gut an. | Kann ich verstehen. | Na klar. | Danke für die Info. | Ich \
         stimme dir zu.",
    );
}

#[test]
fn spanish() {
    check_all(
        Some(Remark::Stop),
        "¿Puedes parar? | Deja ya de hablar, por favor. | ¿Podría callarse un momento? | Guarda silencio. | Espera \
         un momento, por favor. | Déjame pensar. | Olvida lo que dije. | No, gracias. | Olvídate de eso.",
    );
    check_all(Some(Remark::GoOn), "Por favor, siga. | Puedes seguir hablando. | Sigue contando.");
    check_all(
        Some(Remark::Repeat),
        "¿Puedes repetir eso, por favor? | Repite lo que has dicho. | ¿Me lo puede repetir? | No te he entendido \
         bien. | Dilo una vez más.",
    );
    check_all(
        Some(Remark::Louder),
        "Habla un poco más alto, por favor. | ¿Puede hablar más fuerte? | Sube un poco el volumen. | No te oigo \
         bien.",
    );
    check_all(
        Some(Remark::Quieter),
        "Habla un poco más bajo. | Baja un poco la voz. | Hablas demasiado alto. | ¿Podría bajar el volumen?",
    );
    check_all(
        Some(Remark::Acknowledged),
        "Muy bien. | Qué interesante. | Tiene mucho sentido. | Tienes toda la razón. | Eso es muy interesante. | \
         No lo sabía. | Suena genial. | Claro que sí. | Me parece bien. | Estoy totalmente de acuerdo. | Ya lo \
         entiendo. | Buena idea.",
    );
}

#[test]
fn french() {
    check_all(
        Some(Remark::Stop),
        "Tu peux arrêter ? | Vous pouvez arrêter de parler, s'il vous plaît ? | Arrête un peu de parler. | Peux-tu \
         te taire ? | Pourriez-vous vous taire un instant ? | Attends une minute, s'il te plaît. | Laisse-moi \
         réfléchir. | Oublie ce que j'ai dit. | Non merci. | Ça n'a pas d'importance. | Fais une pause.",
    );
    check_all(Some(Remark::GoOn), "Tu peux continuer. | Continuez, s'il vous plaît. | Raconte-moi la suite.");
    check_all(
        Some(Remark::Repeat),
        "Peux-tu répéter ça, s'il te plaît ? | Tu peux le redire ? | Je n'ai pas bien entendu. | Pouvez-vous \
         répéter la dernière phrase ? | Qu'est-ce que tu viens de dire ?",
    );
    check_all(
        Some(Remark::Louder),
        "Parle un peu plus fort, s'il te plaît. | Pouvez-vous parler plus fort ? | Monte un peu le son. | Je ne \
         t'entends pas bien.",
    );
    check_all(
        Some(Remark::Quieter),
        "Parle un peu moins fort. | Baisse un peu le volume. | Tu parles trop fort. | Pas si fort, s'il te plaît.",
    );
    check_all(
        Some(Remark::Acknowledged),
        "Tout à fait. | C'est vraiment très intéressant. | Ça marche. | Tu as tout à fait raison. | Je ne savais \
         pas. | Bonne idée. | C'est une bonne question. | Ça a du sens. | Je vois ce que tu veux dire. | Bien sûr \
         que oui. | Pas mal. | Quelle histoire !",
    );
}

#[test]
fn italian() {
    check_all(
        Some(Remark::Stop),
        "Puoi smettere di parlare? | Puoi fermarti, per favore? | Potrebbe stare zitto un attimo? | Smettila di \
         parlare. | Aspetta un attimo. | Fammi pensare un momento. | Dimentica quello che ho detto. | No, grazie. \
         | Può bastare.",
    );
    check_all(Some(Remark::GoOn), "Continua pure, per favore. | Vada avanti. | Puoi continuare.");
    check_all(
        Some(Remark::Repeat),
        "Puoi ripetere l'ultima frase? | Può ripetere, per favore? | Non ho capito bene. | Cosa hai appena detto? \
         | Dillo un'altra volta.",
    );
    check_all(
        Some(Remark::Louder),
        "Parla un po' più forte, per favore. | Può parlare più forte? | Alza un po' il volume. | Non ti sento \
         bene.",
    );
    check_all(
        Some(Remark::Quieter),
        "Parla un po' più piano. | Abbassa un po' la voce. | Parli troppo forte. | Può abbassare il volume?",
    );
    check_all(
        Some(Remark::Acknowledged),
        "Molto interessante. | Ha perfettamente senso. | Hai proprio ragione. | Che bello! | Non lo sapevo. | \
         Certo che sì. | Ma dai! | È davvero molto bello. | Buona idea. | Ho capito. | Sono d'accordo. | Va \
         benissimo.",
    );
}

#[test]
fn what_only_sounds_like_a_remark_is_none() {
    check_all(
        None,
        "Stop the music. | What is a stop sign? | Right now. | Turn up the heating. | Tell me more about Rome. | \
         Repeat the first line of the poem. | Who said never mind? | Pause the music. | Stop the timer. | Turn it \
         up to ten. | Turn down the lights. | Is that a good idea? | How interesting is Rome? | How good is it? | \
         What is a good point? | That's wrong. | No, that's not right. | That makes no sense. | I don't \
         understand. | I don't think so. | I agree with Peter. | Wait for me at the station. | Wait until five. | \
         Hold the line. | Forget the milk. | Cancel my alarm. | Cancel the timer. | Ignore my brother. | Leave the \
         light on. | Continue the story with a dog. | Go on a diet. | Keep talking about Rome. | Read me a good \
         story. | Tell me a good story. | Tell me something interesting. | That's an interesting city, where is \
         it? | What is right? | Right or left? | Turn right. | I know a good joke. | I see a cat. | I understand \
         French. | I get up at six. | Is it too loud? | How loud is too loud? | Speak up for yourself. | Speak \
         German. | Speak slowly. | The volume of a sphere. | What did you say about Rome? | What did he say? | Say \
         hello again. | Say it in German. | Repeat after me. | Play it again. | Once upon a time. | Thanks to \
         whom? | Great Britain. | Fine, what time is it? | Okay, what is the weather? | Cool the room. | Enough of \
         what? | Is that enough? | How much is enough? | That is enough sugar for two cakes. | No way to go. | No \
         problem sets. | Quit smoking. | How do I quit smoking? | How can I stop coughing? | Can you stop the \
         train? | Let me think of a number. | I think | I like",
    );
    check_all(
        None,
        "Hör auf die Musik. | Halt die Musik an. | Wie laut ist zu laut? | Mach das Licht aus. | Mach die Heizung \
         leiser an. | Mach die Musik lauter. | Erzähl mir mehr über Rom. | Erzähl mir etwas Lustiges. | Was ist \
         eine gute Idee? | Warte auf mich. | Vergiss die Milch nicht. | Das ist falsch. | Das stimmt nicht. | Das \
         ist nicht richtig. | Ich verstehe das nicht. | Ich weiß nicht. | Ist das richtig? | Wiederhole das \
         Gedicht. | Weiter weg. | Wie geht es weiter? | Gut aussehen. | Wer hat das gesagt? | Genau drei Uhr. | \
         Sag mal was. | Was sagt man da? | Richtig oder falsch?",
    );
    check_all(
        None,
        "Para la música. | Sigue a ese coche. | Cuéntame más sobre Roma. | Sube la calefacción. | No entiendo la \
         pregunta de matemáticas. | No es verdad. | No tiene sentido. | ¿Qué hora es? | Repite el poema. | ¿Cómo \
         estás? | Baja la persiana. | Espera hasta mañana.",
    );
    check_all(
        None,
        "Arrête la musique. | Continue l'histoire avec un chien. | Dis-m'en plus sur Rome. | Monte le chauffage. | \
         Ce n'est pas vrai. | Ça n'a pas de sens. | Comment ça va ? | Quelle heure est-il ? | Je ne comprends pas. \
         | Je ne suis pas d'accord. | Attends-moi à la gare. | Plus tard. | Répète le poème.",
    );
    check_all(
        None,
        "Ferma la musica. | Dimmi di più su Roma. | Alza il riscaldamento. | Non è vero. | Non ha senso. | Come \
         stai? | Che ore sono? | Non capisco. | Non sono d'accordo. | Ripeti la poesia. | Aspettami alla stazione. \
         | Più tardi. | Che cosa è giusto?",
    );
}

#[test]
fn a_lesson_in_every_language() {
    check_all(
        Some(Remark::LearnWord),
        "Learn a new wake word. | I want to call you something else. | Learn my wake word again. | Can you learn a new wake \
         word, please? | I'd like to give you a new name. | Lerne ein neues Weckwort. | Ich möchte dich anders nennen. | Lern \
         mein Weckwort noch einmal, bitte. | Kannst du ein neues Weckwort lernen? | Aprende una nueva palabra de activación. | \
         Quiero llamarte de otra manera. | Aprende mi palabra de activación otra vez. | Apprends un nouveau mot d'activation. | \
         Je voudrais t'appeler autrement. | Apprends mon mot d'activation encore une fois. | Impara una nuova parola di \
         attivazione. | Vorrei chiamarti in un altro modo. | Impara di nuovo la mia parola di attivazione.",
    );
    check_all(
        Some(Remark::ForgetWord),
        "Forget the wake word hey you. | Please forget the wake word Hey Parley. | Vergiss das Weckwort Hallo Haus. | Olvida la \
         palabra de activación hola casa. | Oublie le mot d'activation salut maison. | Dimentica la parola di attivazione ciao \
         casa. | Forget the wake word.",
    );
    check_all(
        None,
        "Learn my name. | What is a wake word? | Forget the name of that man. | I want to call my mother. | How do I learn a new \
         language? | Forget the wake word and tell me a joke about a man in Rome. | Wie lerne ich ein neues Wort? | Ich möchte \
         anders heißen. | Aprende español. | Je voudrais appeler ma mère. | Voglio chiamarti domani.",
    );
    for (text, name) in [
        ("Forget the wake word Hey Parley!", "hey parley"),
        ("Could you please forget the wake word, hey you", "hey you"),
        ("Vergiss das Weckwort Küchenchef.", "kuchenchef"),
        ("Forget my wake word.", ""),
    ] {
        assert_eq!(super::super::word_to_forget(text).as_deref(), Some(name));
    }
}
