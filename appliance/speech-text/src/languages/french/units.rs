//! Units and currencies.

use crate::found::{Currency, Unit};
use crate::languages::european::{f, m, n};
use crate::numbers::Noun;

const fn unit(written: &'static [&'static str], name: Noun) -> Unit {
    Unit { written, name, spaced: true }
}

const fn close(written: &'static [&'static str], name: Noun) -> Unit {
    Unit { written, name, spaced: false }
}

const fn currency(written: &'static [&'static str], name: Noun, minor: Option<Noun>) -> Currency {
    Currency { written, name, minor }
}

pub(super) const CURRENCIES: &[Currency] = &[
    currency(&["M€"], m("million d'euros", "millions d'euros"), None),
    currency(&["k€", "K€"], m("mille euros", "mille euros"), None),
    currency(&["€", "EUR", "euros", "euro"], m("euro", "euros"), Some(m("centime", "centimes"))),
    currency(&["$", "US$", "USD", "dollars", "dollar"], m("dollar", "dollars"), Some(m("cent", "cents"))),
    currency(&["£", "GBP", "livres sterling"], f("livre", "livres"), Some(m("penny", "pence"))),
    currency(&["CHF", "Fr.", "francs suisses"], m("franc suisse", "francs suisses"), Some(m("centime", "centimes"))),
    currency(&["FF", "francs", "franc"], m("franc", "francs"), Some(m("centime", "centimes"))),
    currency(&["¥", "JPY", "yens"], m("yen", "yens"), None),
    currency(&["CAD", "C$"], m("dollar canadien", "dollars canadiens"), Some(m("cent", "cents"))),
    currency(&["AUD", "A$"], m("dollar australien", "dollars australiens"), Some(m("cent", "cents"))),
    currency(&["MXN"], m("peso mexicain", "pesos mexicains"), None),
    currency(&["BRL", "R$"], m("réal", "réaux"), None),
    currency(&["CNY", "RMB"], m("yuan", "yuans"), None),
    currency(&["₹", "INR"], f("roupie", "roupies"), None),
    currency(&["₽", "RUB"], m("rouble", "roubles"), None),
    currency(&["₩", "KRW"], m("won", "wons"), None),
    currency(&["SEK"], f("couronne suédoise", "couronnes suédoises"), None),
    currency(&["NOK"], f("couronne norvégienne", "couronnes norvégiennes"), None),
    currency(&["DKK"], f("couronne danoise", "couronnes danoises"), None),
    currency(&["zł", "PLN"], m("zloty", "zlotys"), None),
    currency(&["₿", "BTC"], m("bitcoin", "bitcoins"), None),
];

/// Written-out ones are here for their gender: "vingt et une heures".
pub(super) const UNITS: &[Unit] = &[
    unit(&["km", "kilomètre", "kilomètres"], m("kilomètre", "kilomètres")),
    unit(&["m", "mètre", "mètres"], m("mètre", "mètres")),
    unit(&["dm"], m("décimètre", "décimètres")),
    unit(&["cm", "centimètre", "centimètres"], m("centimètre", "centimètres")),
    unit(&["mm", "millimètre", "millimètres"], m("millimètre", "millimètres")),
    unit(&["µm", "μm"], m("micromètre", "micromètres")),
    unit(&["nm"], m("nanomètre", "nanomètres")),
    unit(&["mi"], m("mille", "milles")),
    unit(&["ft"], m("pied", "pieds")),
    unit(&["km²", "km^2"], m("kilomètre carré", "kilomètres carrés")),
    unit(&["m²", "m^2"], m("mètre carré", "mètres carrés")),
    unit(&["cm²", "cm^2"], m("centimètre carré", "centimètres carrés")),
    unit(&["mm²"], m("millimètre carré", "millimètres carrés")),
    unit(&["m³", "m^3"], m("mètre cube", "mètres cubes")),
    unit(&["cm³", "cm^3"], m("centimètre cube", "centimètres cubes")),
    unit(&["ha"], m("hectare", "hectares")),
    unit(&["kg", "kilogramme", "kilogrammes"], m("kilogramme", "kilogrammes")),
    unit(&["kilo", "kilos"], m("kilo", "kilos")),
    unit(&["g", "gramme", "grammes"], m("gramme", "grammes")),
    unit(&["mg"], m("milligramme", "milligrammes")),
    unit(&["µg", "μg"], m("microgramme", "microgrammes")),
    unit(&["t", "tonne", "tonnes"], f("tonne", "tonnes")),
    unit(&["l", "L", "litre", "litres"], m("litre", "litres")),
    unit(&["ml", "mL"], m("millilitre", "millilitres")),
    unit(&["cl"], m("centilitre", "centilitres")),
    unit(&["dl"], m("décilitre", "décilitres")),
    unit(&["hl"], m("hectolitre", "hectolitres")),
    unit(&["km/h", "kmh"], m("kilomètre heure", "kilomètres heure")),
    unit(&["m/s"], m("mètre par seconde", "mètres par seconde")),
    unit(&["°C", "° C", "ºC", "degré Celsius", "degrés Celsius"], m("degré Celsius", "degrés Celsius")),
    unit(&["°F", "° F"], m("degré Fahrenheit", "degrés Fahrenheit")),
    unit(&["°", "º", "degré", "degrés"], m("degré", "degrés")),
    unit(&["%"], n("pour cent", "pour cent")),
    unit(&["‰"], n("pour mille", "pour mille")),
    unit(&["W"], m("watt", "watts")),
    unit(&["kW"], m("kilowatt", "kilowatts")),
    unit(&["MW"], m("mégawatt", "mégawatts")),
    unit(&["GW"], m("gigawatt", "gigawatts")),
    unit(&["Wh"], m("watt-heure", "watts-heures")),
    unit(&["kWh"], m("kilowatt-heure", "kilowatts-heures")),
    close(&["V"], m("volt", "volts")),
    unit(&["kV"], m("kilovolt", "kilovolts")),
    unit(&["mA"], m("milliampère", "milliampères")),
    unit(&["mAh"], m("milliampère-heure", "milliampères-heures")),
    unit(&["Ω"], m("ohm", "ohms")),
    unit(&["Hz"], m("hertz", "hertz")),
    unit(&["kHz"], m("kilohertz", "kilohertz")),
    unit(&["MHz"], m("mégahertz", "mégahertz")),
    unit(&["GHz"], m("gigahertz", "gigahertz")),
    unit(&["dB"], m("décibel", "décibels")),
    unit(&["KB", "kB"], m("kilooctet", "kilooctets")),
    unit(&["MB"], m("mégaoctet", "mégaoctets")),
    unit(&["GB"], m("gigaoctet", "gigaoctets")),
    unit(&["TB"], m("téraoctet", "téraoctets")),
    unit(&["Mbit/s", "Mbps", "Mb/s"], m("mégabit par seconde", "mégabits par seconde")),
    unit(&["Gbit/s", "Gbps"], m("gigabit par seconde", "gigabits par seconde")),
    unit(&["px"], m("pixel", "pixels")),
    unit(&["MP"], m("mégapixel", "mégapixels")),
    unit(&["s", "seconde", "secondes"], f("seconde", "secondes")),
    unit(&["ms"], f("milliseconde", "millisecondes")),
    unit(&["min", "minute", "minutes"], f("minute", "minutes")),
    unit(&["h", "heure", "heures"], f("heure", "heures")),
    unit(&["kcal"], f("kilocalorie", "kilocalories")),
    close(&["J"], m("joule", "joules")),
    unit(&["kJ"], m("kilojoule", "kilojoules")),
    close(&["N"], m("newton", "newtons")),
    unit(&["Pa"], m("pascal", "pascals")),
    unit(&["hPa"], m("hectopascal", "hectopascals")),
    unit(&["kPa"], m("kilopascal", "kilopascals")),
    unit(&["bar"], m("bar", "bars")),
    unit(&["lm"], m("lumen", "lumens")),
    unit(&["Ko", "ko"], m("kilooctet", "kilooctets")),
    unit(&["Mo"], m("mégaoctet", "mégaoctets")),
    unit(&["Go"], m("gigaoctet", "gigaoctets")),
    unit(&["To"], m("téraoctet", "téraoctets")),
    unit(&["ch"], m("cheval", "chevaux")),
    unit(&["tr/min"], m("tour par minute", "tours par minute")),
    unit(&["mn"], f("minute", "minutes")),
];
