//! Currencies.

use crate::found::Currency;
use crate::numbers::{Gender, Noun};

const fn noun(one: &'static str, many: &'static str) -> Noun {
    Noun { one, many, gender: Gender::Masculine }
}

const fn currency(written: &'static [&'static str], name: Noun, minor: Option<Noun>) -> Currency {
    Currency { written, name, minor }
}

const CENTS: Option<Noun> = Some(noun("cent", "cents"));

pub(super) const CURRENCIES: &[Currency] = &[
    currency(&["$"], noun("dollar", "dollars"), CENTS),
    currency(&["US$", "USD", "U.S.$"], noun("US dollar", "US dollars"), CENTS),
    currency(&["CA$", "C$", "CAD"], noun("Canadian dollar", "Canadian dollars"), CENTS),
    currency(&["AU$", "A$", "AUD"], noun("Australian dollar", "Australian dollars"), CENTS),
    currency(&["NZ$", "NZD"], noun("New Zealand dollar", "New Zealand dollars"), CENTS),
    currency(&["HK$", "HKD"], noun("Hong Kong dollar", "Hong Kong dollars"), CENTS),
    currency(&["S$", "SGD"], noun("Singapore dollar", "Singapore dollars"), CENTS),
    currency(&["MX$", "MXN"], noun("Mexican peso", "Mexican pesos"), Some(noun("centavo", "centavos"))),
    currency(&["R$", "BRL"], noun("real", "reais"), Some(noun("centavo", "centavos"))),
    currency(&["€", "EUR"], noun("euro", "euros"), CENTS),
    currency(&["£", "GBP"], noun("pound", "pounds"), Some(noun("penny", "pence"))),
    currency(&["¥", "JPY"], noun("yen", "yen"), None),
    currency(&["CN¥", "CNY", "RMB"], noun("yuan", "yuan"), None),
    currency(&["₹", "Rs.", "INR"], noun("rupee", "rupees"), Some(noun("paisa", "paise"))),
    currency(&["₩", "KRW"], noun("won", "won"), None),
    currency(&["₽", "RUB"], noun("ruble", "rubles"), Some(noun("kopeck", "kopecks"))),
    currency(&["₺", "TRY"], noun("lira", "liras"), Some(noun("kurus", "kurus"))),
    currency(&["₴", "UAH"], noun("hryvnia", "hryvnias"), Some(noun("kopiyka", "kopiykas"))),
    currency(&["₪", "ILS"], noun("shekel", "shekels"), Some(noun("agora", "agorot"))),
    currency(&["฿", "THB"], noun("baht", "baht"), Some(noun("satang", "satang"))),
    currency(&["₫", "VND"], noun("dong", "dong"), None),
    currency(&["₦", "NGN"], noun("naira", "naira"), Some(noun("kobo", "kobo"))),
    currency(&["₱", "PHP"], noun("peso", "pesos"), Some(noun("centavo", "centavos"))),
    currency(&["zł", "PLN"], noun("zloty", "zlotys"), Some(noun("grosz", "groszy"))),
    currency(&["CHF"], noun("Swiss franc", "Swiss francs"), Some(noun("centime", "centimes"))),
    currency(&["SEK"], noun("Swedish krona", "Swedish kronor"), None),
    currency(&["NOK"], noun("Norwegian krone", "Norwegian kroner"), None),
    currency(&["DKK"], noun("Danish krone", "Danish kroner"), None),
    currency(&["ZAR"], noun("rand", "rand"), CENTS),
    currency(&["₿", "BTC"], noun("bitcoin", "bitcoins"), None),
    currency(&["¢"], noun("cent", "cents"), None),
];
