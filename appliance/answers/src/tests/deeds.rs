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
             Dim the lamp to 30 percent.|Send a message to Tom.|Remind me to water the plants tomorrow.|Read my last mail.|Turn everything off.|Could you please turn on the light?|\
             Can you dim the lamps?|And now turn off the radio.|Lights off.|Play Beethoven.|Call mum.|Call the police!|Call an ambulance.|Call 911.|Text Sarah that I am late.|\
             Send Tom a message.|Make me a coffee.|Schedule a meeting for Monday.|Delete my alarm.|Just turn it off.",
        ),
        (
            "de",
            "Mach das Licht in der Küche an.|Schalte bitte das Radio aus.|Stell einen Timer auf zehn Minuten.|Spiel Musik.|Ruf meine Schwester an.|Öffne das Garagentor.|\
             Setz Milch auf die Einkaufsliste.|Weck mich um sieben.|Erinnere mich morgen an die Blumen.|Schick eine Nachricht an Tom.|Kannst du das Licht anmachen?|Könntest du bitte die Heizung ausschalten?|Licht an.|\
             Ruf die Polizei.|Ruf 112.|Schließe die Türen.",
        ),
        (
            "es",
            "Enciende la luz de la cocina.|Apaga la radio.|Pon un temporizador de diez minutos.|Pon música.|Llama a mi hermana.|Abre la puerta del garaje.|\
             Añade leche a la lista de la compra.|Despiértame a las siete.|Recuérdame regar las plantas.|Manda un mensaje a Tomás.|¿Puedes encender la luz?|Ponme una alarma.|Cierra las puertas.|Llama a una ambulancia.",
        ),
        (
            "fr",
            "Allume la lumière de la cuisine.|Éteins la radio.|Mets un minuteur de dix minutes.|Mets de la musique.|Appelle ma sœur.|Ouvre la porte du garage.|\
             Ajoute du lait à la liste de courses.|Réveille-moi à sept heures.|Rappelle-moi d'arroser les plantes.|Envoie un message à Thomas.|Peux-tu allumer la lumière ?|Appelle maman.|Arrêtez la musique.|Ferme les portes.|Appelle les pompiers.",
        ),
        (
            "it",
            "Accendi la luce in cucina.|Spegni la radio.|Imposta un timer di dieci minuti.|Metti della musica.|Chiama mia sorella.|Apri la porta del garage.|\
             Aggiungi il latte alla lista della spesa.|Svegliami alle sette.|Ricordami di annaffiare le piante.|Manda un messaggio a Tommaso.|Puoi accendere la luce?|Chiama la mamma.|Chiudi le porte.|Chiama un'ambulanza.",
        ),
    ] {
        let slipped: Vec<&str> = commands.split('|').map(str::trim).filter(|one| !is_declined(one, language)).collect();
        assert!(slipped.is_empty(), "{language}: {slipped:?}");
    }
}

#[test]
fn what_is_asked_or_told_is_no_command() {
    for (language, others) in [
        (
            "en",
            "Play a game with me.|Open the story with a storm.|Set the scene in Paris.|Turn that into a poem.|How do I turn on the kitchen light?|Who invented the radio?|\
             Call me Tom.|Tell me about the garage door.|Start again.|Read me a poem.|Show me how it works.|Add five to that.|Why does the alarm ring?|\
             What does it mean to lock the door?|Find a word that rhymes with sing.|Put that in simpler words.|Cool. What is the temperature on Mars?|Cool! And who invented the radio?|\
             Heat pump or boiler, which is better?|Open question: should I buy a house?|Can you show me how to lock a door?|Find the temperature at which lead melts.|\
             Show me a list of the planets.|Put that in a list.|Turn it into a list.|Turn that into a song.|Set that to music.|Read me a story about a haunted house.|\
             Find a word that rhymes with light.|Remind me who wrote Faust.|Remind me what you just said.|Count down from ten.|Make it darker.|\
             Could you tell me who invented the radio?|Can you explain how a lock works?|Put simply, how does a camera work?|Add a verse about a window.",
        ),
        (
            "de",
            "Spiel mit mir ein Spiel.|Mach weiter.|Wer hat das Radio erfunden?|Lies mir ein Gedicht vor.|Zeig mir, wie das geht.|Stell dir vor, du bist ein Baum.",
        ),
        (
            "es",
            "¿Quién inventó la radio?|Pon un ejemplo.|Sube de tono la historia.|Léeme un poema.|Para un momento.|¿Para qué sirve la radio?|Para hacer café, ¿cuánta agua necesito?|¿Sube la temperatura con la altura?|Pon una cita de Cervantes.|\
                Enséñame una lista de verbos.|Recuérdame quién escribió Fausto.|¿Puedes contarme un cuento?",
        ),
        (
            "fr",
            "Qui a inventé la radio ?|Mets cela en vers.|Lis un poème.|Montre un exemple.|Joue avec moi.|Montre-moi la liste des planètes.|Mets tout en vers.|Rappelle-moi qui a écrit Faust.|Peux-tu m'expliquer la radio ?",
        ),
        (
            "it",
            "Chi ha inventato la radio?|Metti questo in versi.|Leggi una poesia.|Apri con una battuta.|Chiudi in bellezza.",
        ),
    ] {
        let declined: Vec<&str> = others.split('|').map(str::trim).filter(|one| is_declined(one, language)).collect();
        assert!(declined.is_empty(), "{language}: {declined:?}");
    }
}
