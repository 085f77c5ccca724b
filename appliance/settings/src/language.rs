//! Languages that speech-to-text can be told to expect, and what people write instead of their codes.

/// What a language has to be, in words.
pub const RANGE: &str = r#"the code of a language (ISO 639-1), such as "en", or "auto""#;

/// The value that stands for no language: it is detected.
pub const AUTO: &str = "auto";

/// What Whisper calls the languages that it knows: ISO 639-1, or 639-3 where that has no code. Its Javanese is an exception.
/// Cantonese is not among them: only Whisper's third large model knows it, which no profile has.
const KNOWN: &str = "af Afrikaans, am Amharic, ar Arabic, as Assamese, az Azerbaijani, ba Bashkir, be Belarusian, \
    bg Bulgarian, bn Bengali, bo Tibetan, br Breton, bs Bosnian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, \
    el Greek, en English, es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fo Faroese, fr French, gl Galician, \
    gu Gujarati, ha Hausa, haw Hawaiian, he Hebrew, hi Hindi, hr Croatian, ht Haitian, hu Hungarian, hy Armenian, \
    id Indonesian, is Icelandic, it Italian, ja Japanese, jw Javanese, ka Georgian, kk Kazakh, km Khmer, kn Kannada, \
    ko Korean, la Latin, lb Luxembourgish, ln Lingala, lo Lao, lt Lithuanian, lv Latvian, mg Malagasy, mi Maori, \
    mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, ne Nepali, nl Dutch, \
    nn Nynorsk, no Norwegian, oc Occitan, pa Punjabi, pl Polish, ps Pashto, pt Portuguese, ro Romanian, ru Russian, \
    sa Sanskrit, sd Sindhi, si Sinhala, sk Slovak, sl Slovenian, sn Shona, so Somali, sq Albanian, sr Serbian, \
    su Sundanese, sv Swedish, sw Swahili, ta Tamil, te Telugu, tg Tajik, th Thai, tk Turkmen, tl Tagalog, tr Turkish, \
    tt Tatar, uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, yi Yiddish, yo Yoruba, zh Chinese";

/// Codes of countries, old codes and longer codes that are no language here, each with the one that is meant.
const MEANT: &str = "al sq, at de, au en, bd bn, by be, cmn zh, cn zh, cze cs, ces cs, cz cs, deu de, dk da, dut nl, \
    ee et, eng en, fra fr, fre fr, gb en, ge ka, ger de, gr el, ie en, il he, in id, ir fa, ita it, iw he, ji yi, jp ja, \
    jpn ja, jv jw, kg ru, kh km, kor ko, kr ko, mx es, nb no, nld nl, nz en, pol pl, por pt, rs sr, rus ru, se sv, \
    spa es, tj tg, tw zh, ua uk, us en, usa en, vn vi, yue zh, za en, zho zh";

fn pairs(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.split(", ").filter_map(|pair| pair.split_once(' '))
}

/// Whether speech-to-text can be told this: the code of a language that it knows, or [`AUTO`].
pub fn is_known(code: &str) -> bool {
    code == AUTO || pairs(KNOWN).any(|(known, _)| known == code)
}

/// The English name of a language, or its code where it is none that speech-to-text knows.
pub fn name(code: &str) -> &str {
    pairs(KNOWN).find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// A code as somebody wrote it.
///
/// # Errors
/// It is none: what to write instead.
pub fn parse(written: &str) -> Result<String, String> {
    if is_known(written) { Ok(written.to_owned()) } else { Err(format!("it has to be {RANGE}{}", advice(written))) }
}

/// What to write instead, where that can be guessed.
pub(crate) fn advice(written: &str) -> String {
    meant(written).map(|(code, name)| format!(": write \"{code}\" for {name}")).unwrap_or_default()
}

/// The code that somebody has probably meant, and the language's English name.
pub fn meant(written: &str) -> Option<(&'static str, &'static str)> {
    let written = written.trim().to_ascii_lowercase();
    // "en-GB" and "de_AT.UTF-8" are a language and a country.
    let language = written.split(['-', '_', '.', ' ', '@']).next().unwrap_or_default();
    let known = |code: &str| pairs(KNOWN).find(|(known, name)| *known == code || name.eq_ignore_ascii_case(code));
    let other = || pairs(MEANT).find(|(wrong, _)| *wrong == language).and_then(|(_, code)| known(code));
    known(language).or_else(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_commonly_written_is_understood() {
        for (written, code) in [
            ("gb", "en"),
            ("en-GB", "en"),
            ("English", "en"),
            ("EN", "en"),
            ("jp", "ja"),
            ("de_AT.UTF-8", "de"),
            ("zh-Hans-CN", "zh"),
            ("cz", "cs"),
            ("yue", "zh"),
            ("nb", "no"),
            ("us", "en"),
            ("deu", "de"),
        ] {
            assert!(!is_known(written), "{written}");
            assert_eq!(meant(written).map(|(code, _)| code), Some(code), "{written}");
        }
        assert!(["en", "uk", "haw", "auto"].into_iter().all(is_known));
        assert_eq!(parse("uk").as_deref(), Ok("uk"));
        assert!(parse("gb").is_err_and(|problem| problem.ends_with("write \"en\" for English")));
        assert_eq!((name("de"), name("xx")), ("German", "xx"));
        for nonsense in ["xx", "", "klingon", "-", "é"] {
            assert!(!is_known(nonsense) && meant(nonsense).is_none(), "{nonsense}");
        }
    }

    #[test]
    fn the_list_is_whole_and_no_advice_is_itself_refused() {
        assert_eq!(pairs(KNOWN).count(), 99, "so many does Whisper know");
        assert!(pairs(KNOWN).is_sorted_by(|a, b| a.0 < b.0));
        assert!(pairs(MEANT).all(|(_, code)| is_known(code)), "a correction is a known code");
        assert!(pairs(MEANT).all(|(wrong, _)| !is_known(wrong)), "what is known is not corrected");
    }
}
