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
    currency(&["M€", "mln€"], m("milione di euro", "milioni di euro"), None),
    currency(&["k€"], m("mila euro", "mila euro"), None),
    currency(&["€", "EUR", "euro"], m("euro", "euro"), Some(m("centesimo", "centesimi"))),
    currency(&["$", "US$", "USD", "dollari", "dollaro"], m("dollaro", "dollari"), Some(m("centesimo", "centesimi"))),
    currency(&["£", "GBP", "sterline", "sterlina"], f("sterlina", "sterline"), Some(m("penny", "penny"))),
    currency(&["CHF", "Fr."], m("franco svizzero", "franchi svizzeri"), Some(m("centesimo", "centesimi"))),
    currency(&["¥", "JPY"], m("yen", "yen"), None),
    currency(&["CAD", "C$"], m("dollaro canadese", "dollari canadesi"), Some(m("centesimo", "centesimi"))),
    currency(&["AUD", "A$"], m("dollaro australiano", "dollari australiani"), Some(m("centesimo", "centesimi"))),
    currency(&["MXN"], m("peso messicano", "pesos messicani"), None),
    currency(&["BRL", "R$"], m("real", "real"), None),
    currency(&["CNY", "RMB"], m("yuan", "yuan"), None),
    currency(&["₹", "INR"], f("rupia", "rupie"), None),
    currency(&["₽", "RUB"], m("rublo", "rubli"), None),
    currency(&["₩", "KRW"], m("won", "won"), None),
    currency(&["SEK"], f("corona svedese", "corone svedesi"), None),
    currency(&["NOK"], f("corona norvegese", "corone norvegesi"), None),
    currency(&["DKK"], f("corona danese", "corone danesi"), None),
    currency(&["zł", "PLN"], m("złoty", "złoty"), None),
    currency(&["₿", "BTC"], m("bitcoin", "bitcoin"), None),
    currency(&["lire"], f("lira", "lire"), None),
];

/// Written-out ones are here for their gender: "una tonnellata".
pub(super) const UNITS: &[Unit] = &[
    unit(&["km", "chilometro", "chilometri"], m("chilometro", "chilometri")),
    unit(&["m", "metro", "metri"], m("metro", "metri")),
    unit(&["dm"], m("decimetro", "decimetri")),
    unit(&["cm", "centimetro", "centimetri"], m("centimetro", "centimetri")),
    unit(&["mm", "millimetro", "millimetri"], m("millimetro", "millimetri")),
    unit(&["µm", "μm"], m("micrometro", "micrometri")),
    unit(&["nm"], m("nanometro", "nanometri")),
    unit(&["mi"], m("miglio", "miglia")),
    unit(&["ft"], m("piede", "piedi")),
    unit(&["km²", "km^2"], m("chilometro quadrato", "chilometri quadrati")),
    unit(&["m²", "m^2", "mq"], m("metro quadrato", "metri quadrati")),
    unit(&["cm²", "cm^2"], m("centimetro quadrato", "centimetri quadrati")),
    unit(&["mm²"], m("millimetro quadrato", "millimetri quadrati")),
    unit(&["m³", "m^3"], m("metro cubo", "metri cubi")),
    unit(&["cm³", "cm^3"], m("centimetro cubo", "centimetri cubi")),
    unit(&["ha"], m("ettaro", "ettari")),
    unit(&["kg", "chilogrammo", "chilogrammi"], m("chilogrammo", "chilogrammi")),
    unit(&["chilo", "chili"], m("chilo", "chili")),
    unit(&["g", "grammo", "grammi"], m("grammo", "grammi")),
    unit(&["mg"], m("milligrammo", "milligrammi")),
    unit(&["µg", "μg"], m("microgrammo", "microgrammi")),
    unit(&["t", "tonnellata", "tonnellate"], f("tonnellata", "tonnellate")),
    unit(&["l", "L", "litro", "litri"], m("litro", "litri")),
    unit(&["ml", "mL"], m("millilitro", "millilitri")),
    unit(&["cl"], m("centilitro", "centilitri")),
    unit(&["dl"], m("decilitro", "decilitri")),
    unit(&["hl"], m("ettolitro", "ettolitri")),
    unit(&["km/h", "kmh"], m("chilometro orario", "chilometri orari")),
    unit(&["m/s"], m("metro al secondo", "metri al secondo")),
    unit(&["°C", "° C", "ºC", "grado Celsius", "gradi Celsius"], m("grado Celsius", "gradi Celsius")),
    unit(&["°F", "° F"], m("grado Fahrenheit", "gradi Fahrenheit")),
    unit(&["°", "º", "grado", "gradi"], m("grado", "gradi")),
    unit(&["%"], n("per cento", "per cento")),
    unit(&["‰"], n("per mille", "per mille")),
    unit(&["W"], m("watt", "watt")),
    unit(&["kW"], m("chilowatt", "chilowatt")),
    unit(&["MW"], m("megawatt", "megawatt")),
    unit(&["GW"], m("gigawatt", "gigawatt")),
    unit(&["Wh"], m("wattora", "wattora")),
    unit(&["kWh"], m("chilowattora", "chilowattora")),
    close(&["V"], m("volt", "volt")),
    unit(&["kV"], m("chilovolt", "chilovolt")),
    unit(&["mA"], m("milliampere", "milliampere")),
    unit(&["mAh"], m("milliamperora", "milliamperora")),
    unit(&["Ω"], m("ohm", "ohm")),
    unit(&["Hz"], m("hertz", "hertz")),
    unit(&["kHz"], m("chilohertz", "chilohertz")),
    unit(&["MHz"], m("megahertz", "megahertz")),
    unit(&["GHz"], m("gigahertz", "gigahertz")),
    unit(&["dB"], m("decibel", "decibel")),
    unit(&["KB", "kB"], m("kilobyte", "kilobyte")),
    unit(&["MB"], m("megabyte", "megabyte")),
    unit(&["GB"], m("gigabyte", "gigabyte")),
    unit(&["TB"], m("terabyte", "terabyte")),
    unit(&["Mbit/s", "Mbps", "Mb/s"], m("megabit al secondo", "megabit al secondo")),
    unit(&["Gbit/s", "Gbps"], m("gigabit al secondo", "gigabit al secondo")),
    unit(&["px"], m("pixel", "pixel")),
    unit(&["MP"], m("megapixel", "megapixel")),
    unit(&["s", "secondo", "secondi"], m("secondo", "secondi")),
    unit(&["ms"], m("millisecondo", "millisecondi")),
    unit(&["min", "minuto", "minuti"], m("minuto", "minuti")),
    unit(&["h", "ora", "ore"], f("ora", "ore")),
    unit(&["kcal"], f("chilocaloria", "chilocalorie")),
    close(&["J"], m("joule", "joule")),
    unit(&["kJ"], m("chilojoule", "chilojoule")),
    close(&["N"], m("newton", "newton")),
    unit(&["Pa"], m("pascal", "pascal")),
    unit(&["hPa"], m("ettopascal", "ettopascal")),
    unit(&["kPa"], m("chilopascal", "chilopascal")),
    unit(&["bar"], m("bar", "bar")),
    unit(&["lm"], m("lumen", "lumen")),
    unit(&["CV"], m("cavallo", "cavalli")),
    unit(&["giri/min"], m("giro al minuto", "giri al minuto")),
    unit(&["q"], m("quintale", "quintali")),
    unit(&["hg"], m("etto", "etti")),
];
