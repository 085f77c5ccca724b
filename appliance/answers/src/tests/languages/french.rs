//! French.

use super::{check, kinds, said_at};
use crate::Unknowable::{Future, Private, Today};
use crate::tests::said_in;
use crate::{answer, asks_for_fact};

#[test]
fn sums_are_computed() {
    check(
        "fr",
        &[
            ("Combien font 17 fois 23 ?", "17 fois 23 égale 391."),
            ("Combien font dix-sept plus trente-cinq ?", "17 plus 35 égale 52."),
            ("Dis Parley, combien font vingt pour cent de 85 ?", "20 pour cent de 85 égale 17."),
            ("Combien font 2 plus 3 fois 4 ?", "2 plus 3 fois 4 égale 14."),
            ("Combien font deux et deux ?", "2 plus 2 égale 4."),
            ("Quel est le résultat de 100 divisé par 7 ?", "100 divisé par 7 égale environ 14,29."),
            ("144 divisé par 12", "144 divisé par 12 égale 12."),
            ("7 moins 12, ça fait combien ?", "7 moins 12 égale moins 5."),
            ("Quelle est la racine carrée de 144 ?", "La racine carrée de 144 égale 12."),
            ("Quelle est la moitié de quatre-vingt-dix ?", "La moitié de 90 égale 45."),
            ("Combien font les trois quarts de 80 ?", "Trois quarts de 80 égale 60."),
            ("Calcule 2,5 plus 1 000, s'il te plaît.", "2,5 plus 1000 égale 1002,5."),
            ("Calcule 12 500 fois deux", "12500 fois 2 égale 25000."),
            ("Combien font 12 au carré ?", "12 au carré égale 144."),
            ("Combien font deux puissance dix ?", "2 puissance 10 égale 1024."),
            ("Combien font 20 % de 50 € ?", "20 pour cent de 50 égale 10 euros."),
            ("Combien font deux mille trois cents moins cent ?", "2300 moins 100 égale 2200."),
            ("Combien font un million divisé par quatre ?", "1000000 divisé par 4 égale 250000."),
            ("Combien font un million et demi divisé par trois ?", "1500000 divisé par 3 égale 500000."),
            ("Combien font trois virgule quatorze fois deux ?", "3,14 fois 2 égale 6,28."),
            ("Combien font zéro virgule zéro cinq fois cent ?", "0,05 fois 100 égale 5."),
            ("Est-ce que tu peux me dire combien font vingt et un fois trois ?", "21 fois 3 égale 63."),
            ("8 x 7 =", "8 fois 7 égale 56."),
        ],
    );
}

#[test]
fn units_are_converted() {
    check(
        "fr",
        &[
            ("Combien de grammes y a-t-il dans deux livres ?", "2 livres font 1000 grammes."),
            ("Combien y a-t-il de secondes dans une heure ?", "1 heure fait 3600 secondes."),
            ("Combien de minutes dans une heure et demie ?", "1,5 heure fait 90 minutes."),
            ("Combien de minutes dans une demi-heure ?", "0,5 heure fait 30 minutes."),
            ("Combien de minutes font trois quarts d'heure ?", "0,75 heure fait 45 minutes."),
            ("Il y a combien d'heures dans une semaine ?", "1 semaine fait 168 heures."),
            ("Combien font 10 miles en kilomètres ?", "10 miles font environ 16,09 kilomètres."),
            ("10 miles, ça fait combien de kilomètres ?", "10 miles font environ 16,09 kilomètres."),
            ("Convertis 5 pouces en centimètres", "5 pouces font 12,7 centimètres."),
            ("Combien font 1,5 km en mètres ?", "1,5 kilomètre fait 1500 mètres."),
            ("100 km/h en miles par heure", "100 kilomètres par heure font environ 62,14 miles par heure."),
            ("350 degrés Fahrenheit en Celsius", "350 degrés Fahrenheit font environ 176,7 degrés Celsius."),
            ("Combien font moins 40 °C en °F ?", "Moins 40 degrés Celsius font moins 40 degrés Fahrenheit."),
            ("Combien d'œufs y a-t-il dans une douzaine ?", "1 douzaine fait 12 pièces."),
            ("Combien de jours compte une année bissextile ?", "1 année bissextile fait 366 jours."),
            ("Combien d'heures font trois jours et 4 heures ?", "3 jours et 4 heures font 76 heures."),
            ("Combien d'années dans un siècle ?", "1 siècle fait 100 ans."),
        ],
    );
}

#[test]
fn numbers_are_read_as_they_are_said_in_every_country() {
    for (words, number) in [
        ("soixante-dix", "70"),
        ("soixante et onze", "71"),
        ("septante et un", "71"),
        ("quatre-vingts", "80"),
        ("huitante-deux", "82"),
        ("quatre-vingt-dix-neuf", "99"),
        ("nonante-neuf", "99"),
        ("Vingt et une", "21"),
        ("deux cent nonante", "290"),
        ("quatre-vingt mille", "80000"),
        ("deux cent mille", "200000"),
        ("mille neuf cent quatre-vingt-dix-huit", "1998"),
        ("trois millions deux cent mille", "3200000"),
        ("2,5 millions", "2500000"),
        ("1\u{202f}234\u{202f}567", "1234567"),
    ] {
        assert_eq!(said_in(&format!("{words} moins 0"), "fr"), Some(format!("{number} moins 0 égale {number}.")));
    }
}

#[test]
fn what_is_no_sum_is_left_to_the_model() {
    for text in [
        "Combien font 42 ?",
        "Qu'est-ce que le 11/9 ?",
        "Combien font 100 plus 20 pour cent ?",
        "Combien font 5 divisé par 0 ?",
        "Combien de jours y a-t-il dans un mois ?",
        "Combien de personnes vivent à Paris ?",
        "Combien de grammes de sucre y a-t-il dans un verre de cola ?",
        "Quelle est la capitale de l'Italie ?",
        "Raconte-moi une blague sur les sept nains",
        "Convertis deux livres en mètres",
        "Quelle est la date de la Révolution française ?",
        "",
    ] {
        assert_eq!(said_in(text, "fr"), None, "{text}");
    }
}

#[test]
fn what_nobody_here_can_know_is_declined() {
    kinds(
        "fr",
        &[
            ("Qu'est-ce que j'ai mangé ce matin ?", Some(Private)),
            ("Où sont mes lunettes ?", Some(Private)),
            ("Comment s'appelle ma sœur ?", Some(Private)),
            ("Quel âge ai-je ?", Some(Private)),
            ("Est-ce que ma porte est fermée ?", Some(Private)),
            ("Qui va gagner les prochaines élections ?", Some(Future)),
            ("Quels seront les numéros du loto samedi ?", Some(Future)),
            ("Est-ce qu'il va pleuvoir la semaine prochaine ?", Some(Future)),
            ("Va-t-il pleuvoir demain ?", Some(Future)),
            ("Est-ce que je vais être heureux ?", Some(Future)),
            ("Quel temps fait-il aujourd'hui ?", Some(Today)),
            ("Quelle heure est-il ?", Some(Today)),
            ("Quelle est la date ?", Some(Today)),
            ("Est-ce qu'il pleut ?", Some(Today)),
            ("Quelles sont les nouvelles du jour ?", Some(Today)),
            ("Qui a gagné le match hier soir ?", Some(Today)),
            ("Quel est le prix de l'or en ce moment ?", Some(Today)),
            ("Comment faire cuire un œuf ?", None),
            ("Que dois-je faire de mon vieux téléphone ?", None),
            ("Comment t'appelles-tu ?", None),
            ("Qui a inventé le téléphone ?", None),
            ("Pourquoi le ciel est-il bleu ?", None),
            ("Quel mois vient après juin ?", None),
            ("Combien d'os avons-nous ?", None),
            ("Quel est le plus grand animal du monde ?", None),
            ("Quelle température fait-il sur Mars ?", None),
            ("Mon chien s'appelle Rex.", None),
            ("De quoi est fait le fromage ?", None),
        ],
    );
    let told = |text, told| answer(text, "fr", [told].into_iter(), || None).is_some();
    assert!(!told("Comment je m'appelle ?", "Bonjour, je m'appelle Anna."));
    assert!(told("Où sont mes lunettes ?", "Où sont mes lunettes ?"), "asking tells nothing");
    assert!(!told("Où sont mes lunettes ?", "J'ai posé mes lunettes sur la table."));
}

#[test]
fn facts_are_told_from_other_questions() {
    for (text, fact) in [
        ("Quelle est la capitale du Ghana ?", true),
        ("Dis-moi, en quelle année a fini la guerre ?", true),
        ("Combien y a-t-il de planètes ?", true),
        ("Qui a peint la Joconde ?", true),
        ("Qu'est-ce que la photosynthèse ?", true),
        ("D'où vient le café, s'il te plaît ?", true),
        ("Comment t'appelles-tu ?", false),
        ("Qui es-tu ?", false),
        ("Que penses-tu de Paris ?", false),
        ("Que puis-je cuisiner ce soir ?", false),
        ("Pourquoi le ciel est-il bleu ?", false),
        ("Raconte-moi une histoire", false),
    ] {
        assert_eq!(asks_for_fact(text, "fr"), fact, "{text}");
    }
}

#[test]
fn time_and_date_are_told() {
    for (text, expected) in [
        ("Quelle heure est-il ?", "Il est 15 h 04."),
        ("Tu sais quelle heure il est ?", "Il est 15 h 04."),
        ("Quel jour sommes-nous aujourd'hui ?", "Nous sommes le dimanche 29 novembre 2026."),
        ("En quelle année sommes-nous ?", "Nous sommes en 2026."),
        ("En quel mois sommes-nous ?", "Nous sommes en novembre 2026."),
    ] {
        assert_eq!(said_at(text, "fr", 29, 15).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(
        said_at("Quelle est la date ?", "fr", 1, 15).as_deref(),
        Some("Nous sommes le dimanche 1er novembre 2026.")
    );
}
