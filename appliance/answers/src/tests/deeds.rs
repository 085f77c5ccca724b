//! Commands are declined, and what only begins like one is left to the language model.

use crate::{Ready, answer};

fn is_declined(text: &str, language: &str) -> bool {
    matches!(answer(text, language, std::iter::empty(), || None), Some(Ready::Unable(_)))
}

#[test]
fn what_this_version_cannot_do_it_says() {
    for (language, commands) in [
        (
            "en",
            "Turn on the kitchen light.|Switch off the radio, please.|Set a timer for ten minutes.|Play some jazz.|Make it warmer in here.|Call my sister.|\
             Could you open the garage door?|Add milk to the shopping list.|Wake me at seven.|Lock the front door.|Start the dishwasher.|\
             Dim the lamp to 30 percent.|Send a message to Tom.|Remind me to water the plants tomorrow.|Read my last mail.|Turn everything off.",
        ),
        (
            "de",
            "Mach das Licht in der Küche an.|Schalte bitte das Radio aus.|Stell einen Timer auf zehn Minuten.|Spiel Musik.|Ruf meine Schwester an.|Öffne das Garagentor.|\
             Setz Milch auf die Einkaufsliste.|Weck mich um sieben.|Erinnere mich morgen an die Blumen.|Schick eine Nachricht an Tom.",
        ),
        (
            "es",
            "Enciende la luz de la cocina.|Apaga la radio.|Pon un temporizador de diez minutos.|Pon música.|Llama a mi hermana.|Abre la puerta del garaje.|\
             Añade leche a la lista de la compra.|Despiértame a las siete.|Recuérdame regar las plantas.|Manda un mensaje a Tomás.",
        ),
        (
            "fr",
            "Allume la lumière de la cuisine.|Éteins la radio.|Mets un minuteur de dix minutes.|Mets de la musique.|Appelle ma sœur.|Ouvre la porte du garage.|\
             Ajoute du lait à la liste de courses.|Réveille-moi à sept heures.|Rappelle-moi d'arroser les plantes.|Envoie un message à Thomas.",
        ),
        (
            "it",
            "Accendi la luce in cucina.|Spegni la radio.|Imposta un timer di dieci minuti.|Metti della musica.|Chiama mia sorella.|Apri la porta del garage.|\
             Aggiungi il latte alla lista della spesa.|Svegliami alle sette.|Ricordami di annaffiare le piante.|Manda un messaggio a Tommaso.",
        ),
    ] {
        for command in commands.split('|').map(str::trim) {
            assert!(is_declined(command, language), "{language}: {command}");
        }
    }
}

#[test]
fn what_is_asked_or_told_is_no_command() {
    for (language, others) in [
        (
            "en",
            "Play a game with me.|Open the story with a storm.|Set the scene in Paris.|Turn that into a poem.|How do I turn on the kitchen light?|Who invented the radio?|\
             Call me Tom.|Tell me about the garage door.|Start again.|Read me a poem.|Show me how it works.|Add five to that.|Why does the alarm ring?|\
             What does it mean to lock the door?|Find a word that rhymes with sing.|Put that in simpler words.",
        ),
        (
            "de",
            "Spiel mit mir ein Spiel.|Mach weiter.|Wer hat das Radio erfunden?|Lies mir ein Gedicht vor.|Zeig mir, wie das geht.|Stell dir vor, du bist ein Baum.",
        ),
        ("es", "¿Quién inventó la radio?|Pon un ejemplo.|Sube de tono la historia.|Léeme un poema.|Para un momento."),
        ("fr", "Qui a inventé la radio ?|Mets cela en vers.|Lis un poème.|Montre un exemple.|Joue avec moi."),
        (
            "it",
            "Chi ha inventato la radio?|Metti questo in versi.|Leggi una poesia.|Apri con una battuta.|Chiudi in bellezza.",
        ),
    ] {
        for other in others.split('|').map(str::trim) {
            assert!(!is_declined(other, language), "{language}: {other}");
        }
    }
}
