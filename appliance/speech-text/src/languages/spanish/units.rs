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
    currency(&["M€"], m("millón de euros", "millones de euros"), None),
    currency(&["k€"], m("mil euros", "mil euros"), None),
    currency(&["€", "EUR", "euros", "euro"], m("euro", "euros"), Some(m("céntimo", "céntimos"))),
    currency(&["$", "US$", "USD", "dólares", "dólar"], m("dólar", "dólares"), Some(m("centavo", "centavos"))),
    currency(&["£", "GBP", "libras esterlinas"], f("libra", "libras"), Some(m("penique", "peniques"))),
    currency(&["CHF"], m("franco suizo", "francos suizos"), Some(m("céntimo", "céntimos"))),
    currency(&["¥", "JPY", "yenes"], m("yen", "yenes"), None),
    currency(&["CAD", "C$"], m("dólar canadiense", "dólares canadienses"), Some(m("centavo", "centavos"))),
    currency(&["AUD", "A$"], m("dólar australiano", "dólares australianos"), Some(m("centavo", "centavos"))),
    currency(&["MXN", "MX$"], m("peso mexicano", "pesos mexicanos"), Some(m("centavo", "centavos"))),
    currency(&["ARS"], m("peso argentino", "pesos argentinos"), Some(m("centavo", "centavos"))),
    currency(&["COP"], m("peso colombiano", "pesos colombianos"), Some(m("centavo", "centavos"))),
    currency(&["CLP"], m("peso chileno", "pesos chilenos"), None),
    currency(&["PEN", "S/"], m("sol", "soles"), Some(m("céntimo", "céntimos"))),
    currency(&["BRL", "R$"], m("real", "reales"), Some(m("centavo", "centavos"))),
    currency(&["CNY", "RMB"], m("yuan", "yuanes"), None),
    currency(&["₹", "INR"], f("rupia", "rupias"), None),
    currency(&["₽", "RUB"], m("rublo", "rublos"), None),
    currency(&["₩", "KRW"], m("won", "wones"), None),
    currency(&["SEK"], f("corona sueca", "coronas suecas"), None),
    currency(&["NOK"], f("corona noruega", "coronas noruegas"), None),
    currency(&["DKK"], f("corona danesa", "coronas danesas"), None),
    currency(&["zł", "PLN"], m("esloti", "eslotis"), None),
    currency(&["₿", "BTC"], m("bitcoin", "bitcoines"), None),
    currency(&["cts", "cts."], m("céntimo", "céntimos"), None),
];

/// Written-out ones are here for their gender: "veintiuna horas".
pub(super) const UNITS: &[Unit] = &[
    unit(&["km", "kilómetro", "kilómetros"], m("kilómetro", "kilómetros")),
    unit(&["m", "metro", "metros"], m("metro", "metros")),
    unit(&["dm"], m("decímetro", "decímetros")),
    unit(&["cm", "centímetro", "centímetros"], m("centímetro", "centímetros")),
    unit(&["mm", "milímetro", "milímetros"], m("milímetro", "milímetros")),
    unit(&["µm", "μm"], m("micrómetro", "micrómetros")),
    unit(&["nm"], m("nanómetro", "nanómetros")),
    unit(&["mi"], f("milla", "millas")),
    unit(&["ft"], m("pie", "pies")),
    unit(&["km²", "km^2"], m("kilómetro cuadrado", "kilómetros cuadrados")),
    unit(&["m²", "m^2"], m("metro cuadrado", "metros cuadrados")),
    unit(&["cm²", "cm^2"], m("centímetro cuadrado", "centímetros cuadrados")),
    unit(&["mm²"], m("milímetro cuadrado", "milímetros cuadrados")),
    unit(&["m³", "m^3"], m("metro cúbico", "metros cúbicos")),
    unit(&["cm³", "cm^3"], m("centímetro cúbico", "centímetros cúbicos")),
    unit(&["ha"], f("hectárea", "hectáreas")),
    unit(&["kg", "kilogramo", "kilogramos"], m("kilogramo", "kilogramos")),
    unit(&["kilo", "kilos"], m("kilo", "kilos")),
    unit(&["g", "gramo", "gramos"], m("gramo", "gramos")),
    unit(&["mg"], m("miligramo", "miligramos")),
    unit(&["µg", "μg"], m("microgramo", "microgramos")),
    unit(&["t", "tonelada", "toneladas"], f("tonelada", "toneladas")),
    unit(&["l", "L", "litro", "litros"], m("litro", "litros")),
    unit(&["ml", "mL"], m("mililitro", "mililitros")),
    unit(&["cl"], m("centilitro", "centilitros")),
    unit(&["dl"], m("decilitro", "decilitros")),
    unit(&["hl"], m("hectolitro", "hectolitros")),
    unit(&["km/h", "kmh"], m("kilómetro por hora", "kilómetros por hora")),
    unit(&["m/s"], m("metro por segundo", "metros por segundo")),
    unit(&["°C", "° C", "ºC", "grado Celsius", "grados Celsius"], m("grado Celsius", "grados Celsius")),
    unit(&["°F", "° F"], m("grado Fahrenheit", "grados Fahrenheit")),
    unit(&["°", "º", "grado", "grados"], m("grado", "grados")),
    unit(&["%"], n("por ciento", "por ciento")),
    unit(&["‰"], n("por mil", "por mil")),
    unit(&["W"], m("vatio", "vatios")),
    unit(&["kW"], m("kilovatio", "kilovatios")),
    unit(&["MW"], m("megavatio", "megavatios")),
    unit(&["GW"], m("gigavatio", "gigavatios")),
    unit(&["Wh"], m("vatio hora", "vatios hora")),
    unit(&["kWh"], m("kilovatio hora", "kilovatios hora")),
    close(&["V"], m("voltio", "voltios")),
    unit(&["kV"], m("kilovoltio", "kilovoltios")),
    unit(&["mA"], m("miliamperio", "miliamperios")),
    unit(&["mAh"], m("miliamperio hora", "miliamperios hora")),
    unit(&["Ω"], m("ohmio", "ohmios")),
    unit(&["Hz"], m("hercio", "hercios")),
    unit(&["kHz"], m("kilohercio", "kilohercios")),
    unit(&["MHz"], m("megahercio", "megahercios")),
    unit(&["GHz"], m("gigahercio", "gigahercios")),
    unit(&["dB"], m("decibelio", "decibelios")),
    unit(&["KB", "kB"], m("kilobyte", "kilobytes")),
    unit(&["MB"], m("megabyte", "megabytes")),
    unit(&["GB"], m("gigabyte", "gigabytes")),
    unit(&["TB"], m("terabyte", "terabytes")),
    unit(&["Mbit/s", "Mbps", "Mb/s"], m("megabit por segundo", "megabits por segundo")),
    unit(&["Gbit/s", "Gbps"], m("gigabit por segundo", "gigabits por segundo")),
    unit(&["px"], m("píxel", "píxeles")),
    unit(&["MP"], m("megapíxel", "megapíxeles")),
    unit(&["s", "segundo", "segundos"], m("segundo", "segundos")),
    unit(&["ms"], m("milisegundo", "milisegundos")),
    unit(&["min", "minuto", "minutos"], m("minuto", "minutos")),
    unit(&["h", "hora", "horas"], f("hora", "horas")),
    unit(&["kcal"], f("kilocaloría", "kilocalorías")),
    close(&["J"], m("julio", "julios")),
    unit(&["kJ"], m("kilojulio", "kilojulios")),
    close(&["N"], m("newton", "newtons")),
    unit(&["Pa"], m("pascal", "pascales")),
    unit(&["hPa"], m("hectopascal", "hectopascales")),
    unit(&["kPa"], m("kilopascal", "kilopascales")),
    unit(&["bar"], m("bar", "bares")),
    unit(&["lm"], m("lumen", "lúmenes")),
    unit(&["CV"], m("caballo de vapor", "caballos de vapor")),
    unit(&["rpm"], f("revolución por minuto", "revoluciones por minuto")),
];
