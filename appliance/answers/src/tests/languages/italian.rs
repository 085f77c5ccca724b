//! Italian.

use super::{check, kinds, said_at};
use crate::Unknowable::{Future, Private, Today};
use crate::tests::said_in;
use crate::{answer, asks_for_fact};

#[test]
fn sums_are_computed() {
    check(
        "it",
        &[
            ("Quanto fa 17 per 23?", "17 per 23 fa 391."),
            ("Quanto fa diciassette più trentacinque?", "17 più 35 fa 52."),
            ("Ehi Parley, quant'è il venti per cento di 85?", "20 per cento di 85 fa 17."),
            ("Quanto fa 2 più 3 per 4?", "2 più 3 per 4 fa 14."),
            ("Quanto fa due e due?", "2 più 2 fa 4."),
            ("Quanto fa 100 diviso 7?", "100 diviso 7 fa circa 14,29."),
            ("144 diviso per 12", "144 diviso 12 fa 12."),
            ("Quanto fa 7 meno 12?", "7 meno 12 fa meno 5."),
            ("Qual è la radice quadrata di 144?", "La radice quadrata di 144 fa 12."),
            ("Qual è la metà di novanta?", "La metà di 90 fa 45."),
            ("Quanto fanno tre quarti di 80?", "Tre quarti di 80 fa 60."),
            ("Calcola 2,5 più 1.000, per favore.", "2,5 più 1000 fa 1002,5."),
            ("Quanto fa 12 al quadrato?", "12 al quadrato fa 144."),
            ("Quanto fa due elevato a dieci?", "2 elevato a 10 fa 1024."),
            ("Quanto è il 22% di 50 euro?", "22 per cento di 50 fa 11 euro."),
            ("Quanto fa duemilatrecento meno cento?", "2300 meno 100 fa 2200."),
            ("Quanto fa un milione diviso quattro?", "1000000 diviso 4 fa 250000."),
            ("Quanto fa un milione e duecentomila per tre?", "1200000 per 3 fa 3600000."),
            ("Quanto fa un milione e mezzo diviso tre?", "1500000 diviso 3 fa 500000."),
            ("Quanto fa tre virgola quattordici per due?", "3,14 per 2 fa 6,28."),
            ("Mi sai dire quanto fa ventuno per trentotto?", "21 per 38 fa 798."),
            ("8 x 7 =", "8 per 7 fa 56."),
        ],
    );
}

#[test]
fn units_are_converted() {
    check(
        "it",
        &[
            ("Quanti grammi ci sono in due libbre?", "2 libbre sono circa 907,2 grammi."),
            ("Quanti secondi ci sono in un'ora?", "1 ora sono 3600 secondi."),
            ("Quanti minuti sono un'ora e mezza?", "1,5 ore sono 90 minuti."),
            ("Quanti minuti ci sono in mezz'ora?", "0,5 ore sono 30 minuti."),
            ("Quanti minuti sono tre quarti d'ora?", "0,75 ore sono 45 minuti."),
            ("Quante ore ha una settimana?", "1 settimana sono 168 ore."),
            ("Quanto fanno 10 miglia in chilometri?", "10 miglia sono circa 16,09 chilometri."),
            ("10 miglia quanti chilometri sono?", "10 miglia sono circa 16,09 chilometri."),
            ("Converti 5 pollici in centimetri", "5 pollici sono 12,7 centimetri."),
            ("100 km/h in miglia all'ora", "100 chilometri all'ora sono circa 62,14 miglia all'ora."),
            ("Quanto sono 350 gradi Fahrenheit in Celsius?", "350 gradi Fahrenheit sono circa 176,7 gradi Celsius."),
            ("Quanto fa meno 40 °C in °F?", "Meno 40 gradi Celsius sono meno 40 gradi Fahrenheit."),
            ("Quante uova ci sono in una dozzina?", "1 dozzina sono 12 pezzi."),
            ("Quanti giorni ha un anno bisestile?", "1 anno bisestile sono 366 giorni."),
            ("Quante ore sono tre giorni e 4 ore?", "3 giorni e 4 ore sono 76 ore."),
            ("Quanti anni dura un secolo?", "1 secolo sono 100 anni."),
        ],
    );
}

#[test]
fn numbers_are_read_as_they_are_said_and_written() {
    for (words, number) in [
        ("ventuno", "21"),
        ("Trentotto", "38"),
        ("centoventi", "120"),
        ("cento venti", "120"),
        ("cento e venti", "120"),
        ("centootto", "108"),
        ("ventitré", "23"),
        ("ventunmila", "21000"),
        ("duemilatrecento", "2300"),
        ("due mila trecento", "2300"),
        ("millenovecentonovantotto", "1998"),
        ("duecentomila", "200000"),
        ("tre milioni e duecentomila", "3200000"),
        ("2,5 milioni", "2500000"),
        ("1.234.567", "1234567"),
    ] {
        assert_eq!(said_in(&format!("{words} meno 0"), "it"), Some(format!("{number} meno 0 fa {number}.")), "{words}");
    }
}

#[test]
fn what_is_no_sum_is_left_to_the_model() {
    for text in [
        "Quanto fa 42?",
        "Quanto fa 100 più 20 per cento?",
        "Quanto fa 5 per cento?",
        "Quanti etti sono un chilo?",
        "Quanto fa 5 diviso 0?",
        "Quanti giorni ci sono in un mese?",
        "Quante persone vivono a Parigi?",
        "Quante zampe ha un ragno?",
        "Quanti grammi di zucchero ci sono in un bicchiere di cola?",
        "Qual è la capitale del Ghana?",
        "Raccontami una barzelletta sui sette nani",
        "Converti due libbre in metri",
        "Qual è la data della presa della Bastiglia?",
        "",
    ] {
        assert_eq!(said_in(text, "it"), None, "{text}");
    }
}

#[test]
fn what_nobody_here_can_know_is_declined() {
    kinds(
        "it",
        &[
            ("Cosa ho mangiato stamattina?", Some(Private)),
            ("Dove sono i miei occhiali?", Some(Private)),
            ("Dov'è il mio telefono?", Some(Private)),
            ("Come si chiama mia sorella?", Some(Private)),
            ("Quanti anni ho?", Some(Private)),
            ("Chi vincerà le prossime elezioni?", Some(Future)),
            ("Quali saranno i numeri del lotto?", Some(Future)),
            ("Pioverà la settimana prossima?", Some(Future)),
            ("Pioverà domani?", Some(Future)),
            ("Sarò felice?", Some(Future)),
            ("Che tempo fa oggi?", Some(Today)),
            ("Che ore sono?", Some(Today)),
            ("Che giorno è?", Some(Today)),
            ("Sta piovendo?", Some(Today)),
            ("È aperto il supermercato?", Some(Today)),
            ("Quali sono le notizie di oggi?", Some(Today)),
            ("Chi ha vinto la partita ieri sera?", Some(Today)),
            ("Come posso cuocere un uovo?", None),
            ("Cosa devo fare con il mio vecchio telefono?", None),
            ("Come ti chiami?", None),
            ("Chi ha inventato il telefono?", None),
            ("Perché il cielo è blu?", None),
            ("Che mese viene dopo giugno?", None),
            ("Quante ossa abbiamo?", None),
            ("Che lavoro fa un idraulico?", None),
            ("Qual è l'animale più alto del mondo?", None),
            ("Che temperatura c'è su Marte?", None),
            ("Ho un cane, il mio cane si chiama Rex.", None),
        ],
    );
    let told = |text, told| answer(text, "it", [told].into_iter(), || None).is_some();
    assert!(!told("Come mi chiamo?", "Ciao, mi chiamo Anna."));
    assert!(told("Dove sono i miei occhiali?", "Dove sono i miei occhiali?"), "asking tells nothing");
    assert!(!told("Dove sono i miei occhiali?", "Ho messo i miei occhiali sul tavolo."));
}

#[test]
fn facts_are_told_from_other_questions() {
    for (text, fact) in [
        ("Qual è la capitale del Ghana?", true),
        ("Dimmi, in che anno è finita la guerra?", true),
        ("Quanti pianeti ci sono?", true),
        ("Chi ha dipinto la Gioconda?", true),
        ("Dov'è nato Dante?", true),
        ("Cos'è la fotosintesi?", true),
        ("Come si chiama la capitale del Perù?", true),
        ("Come ti chiami?", false),
        ("Chi sei?", false),
        ("Cosa pensi di Roma?", false),
        ("Cosa posso cucinare stasera?", false),
        ("Perché il cielo è blu?", false),
        ("Raccontami una storia", false),
    ] {
        assert_eq!(asks_for_fact(text, "it"), fact, "{text}");
    }
}

#[test]
fn time_and_date_are_told() {
    for (text, expected) in [
        ("Che ore sono?", "Sono le 15:04."),
        ("Sai che ora è?", "Sono le 15:04."),
        ("Che giorno è oggi?", "Oggi è domenica 29 novembre 2026."),
        ("In che anno siamo?", "Siamo nel 2026."),
        ("In che mese siamo?", "È novembre 2026."),
    ] {
        assert_eq!(said_at(text, "it", 29, 15).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(said_at("Che ore sono?", "it", 29, 1).as_deref(), Some("È l'1:04."));
    assert_eq!(said_at("Qual è la data?", "it", 1, 15).as_deref(), Some("Oggi è domenica 1º novembre 2026."));
}
