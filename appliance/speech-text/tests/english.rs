//! What is said of written English. A case is a kind; the corpus that judges is kept elsewhere.

use parley_speech_text::speakable;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (written, expected) in cases {
        let spoken = speakable(written, "en");
        if spoken != *expected {
            wrong.push(format!("{written:?}\n  is {spoken:?}\n  not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn numbers() {
    check(&[
        (
            "1,204 and 1204567",
            "one thousand, two hundred and four and one million, two hundred and four thousand, five hundred and sixty-seven",
        ),
        ("3.14, 0.5, .5 and -5.5", "three point one four, zero point five, zero point five and minus five point five"),
        ("1.234,56", "one thousand, two hundred and thirty-four point five six"),
        ("agent 007", "agent zero zero seven"),
        ("1st, 22nd and 1,000th", "first, twenty-second and one thousandth"),
        ("the 21st century", "the twenty-first century"),
        ("1/2, 3/4, 2 1/2 and 2½", "one half, three quarters, two and a half and two and a half"),
        ("5/8 of it, 24/7, 10/10", "five eighths of it, twenty-four seven, ten out of ten"),
        ("MP3, COVID-19, B2B, H1N1 and v2.0", "MP three, COVID-nineteen, B two B, H one N one and v two point zero"),
        (
            "Version 1.2.3 at 192.168.1.1",
            "Version one point two point three at one nine two point one six eight point one point one",
        ),
    ]);
}

#[test]
fn years_and_counts() {
    check(&[
        ("World War II ended in 1945.", "World War two ended in nineteen forty-five."),
        ("In 1999, 1500 people came.", "In nineteen ninety-nine, one thousand, five hundred people came."),
        ("2024 was hot", "twenty twenty-four was hot"),
        ("The total is 1945.", "The total is one thousand, nine hundred and forty-five."),
        ("1945", "one thousand, nine hundred and forty-five"),
        ("the 1990s, the '80s and '99", "the nineteen nineties, the eighties and ninety-nine"),
        ("1800s and 2000s", "eighteen hundreds and two thousands"),
        ("44 BC, AD 79 and 1066 AD", "forty-four B C, A D seventy-nine and ten sixty-six A D"),
        ("1939-1945 and 1939–45", "nineteen thirty-nine to nineteen forty-five and nineteen thirty-nine to forty-five"),
        ("from 1990 to 1995", "from nineteen ninety to nineteen ninety-five"),
    ]);
}

#[test]
fn dates() {
    check(&[
        ("March 3, 2024", "March third, twenty twenty-four"),
        ("on Mar. 3rd", "on March third"),
        ("3 March 2024", "the third of March, twenty twenty-four"),
        ("the 3rd of May", "the third of May"),
        (
            "2024-03-15, 3/15/2024 and 15.3.2024",
            "March fifteenth, twenty twenty-four, March fifteenth, twenty twenty-four and March fifteenth, twenty twenty-four",
        ),
        ("May 3-5, 2024", "May third to fifth, twenty twenty-four"),
        ("Mon, Jan 5", "Monday, January fifth"),
        ("I may 5 times, in March 2024", "I may five times, in March twenty twenty-four"),
        ("13/32/2024 is none", "thirteen/thirty-two/two thousand and twenty-four is none"),
    ]);
}

#[test]
fn times() {
    check(&[
        ("Breakfast is at 8:00.", "Breakfast is at eight o'clock."),
        ("10:30 a.m., 7:05pm, 3 PM", "ten thirty A M, seven oh five P M, three P M"),
        ("See you at 5 p.m.", "See you at five P M."),
        ("14:30, 20:00 and 00:00", "fourteen thirty, twenty hundred and midnight"),
        ("9–11 a.m. and 9:00-12:30", "nine to eleven A M and nine o'clock to twelve thirty"),
        ("a ratio of 16:9", "a ratio of sixteen to nine"),
    ]);
}

#[test]
fn money() {
    check(&[
        ("It costs $49.95 today.", "It costs forty-nine dollars and ninety-five cents today."),
        ("$1, $0.99, £3.50, 20 €", "one dollar, ninety-nine cents, three pounds and fifty pence, twenty euros"),
        (
            "$3.5 million, $1.2B, -$5",
            "three point five million dollars, one point two billion dollars, minus five dollars",
        ),
        ("a $5 bill, $5-10, $20/month", "a five dollar bill, five to ten dollars, twenty dollars per month"),
        ("USD 50 or 12 EUR", "fifty US dollars or twelve euros"),
    ]);
}

#[test]
fn quantities_ranges_and_sums() {
    check(&[
        ("60 km/h, a 5 km run, 1 kg", "sixty kilometers per hour, a five kilometer run, one kilogram"),
        ("-5 °C, 20°C, 45°", "minus five degrees Celsius, twenty degrees Celsius, forty-five degrees"),
        ("10-20%, 10 x 20 cm, 5 m²", "ten to twenty percent, ten by twenty centimeters, five square meters"),
        ("6'2\" tall", "six feet two inches tall"),
        ("\"I have 6\" he said", "\"I have six\" he said"),
        ("pages 3-4, 2-3 weeks, 10-year-old", "pages three to four, two to three weeks, ten-year-old"),
        ("5 - 3 = 2, 5-3=2", "five minus three equals two, five minus three equals two"),
        ("3 × 4, 6 ÷ 2, 10^2, mc²", "three times four, six divided by two, ten squared, mc squared"),
        (
            "won 5 - 2, 7 - 3, 747-400, 12/4=3, 120/80",
            "won five to two, seven minus three, seven hundred and forty-seven-four hundred, twelve divided by four equals three, one hundred and twenty over eighty",
        ),
        ("R&B, C++, 50+", "R and B, C plus plus, fifty plus"),
    ]);
}

#[test]
fn roman_numerals() {
    check(&[
        ("Henry VIII and Louis XIV", "Henry the eighth and Louis the fourteenth"),
        ("Chapter IV, type II diabetes", "Chapter four, type two diabetes"),
        ("I am in the part I like, Vitamin C", "I am in the part I like, Vitamin C"),
        ("Elizabeth I was queen", "Elizabeth the first was queen"),
        ("World War I and II", "World War one and two"),
        ("MIX it on CD", "MIX it on CD"),
    ]);
}

#[test]
fn telephone_numbers_and_codes() {
    check(&[
        (
            "Call 555-1234 or (555) 123-4567.",
            "Call five five five, one two three four or five five five, one two three, four five six seven.",
        ),
        ("+1 555 123 4567", "plus one, five five five, one two three, four five six seven"),
        ("call 911, call 300 people", "call nine one one, call three hundred people"),
        ("4111 1111 1111 1111", "four one one one, one one one one, one one one one, one one one one"),
    ]);
}

#[test]
fn abbreviations() {
    check(&[
        ("Dr. Smith lives on Main St. near St. Louis.", "Doctor Smith lives on Main Street near Saint Louis."),
        ("12 Elm Dr., Mount St. Helens", "twelve Elm Drive, Mount Saint Helens"),
        ("etc. He said e.g. this vs. France", "et cetera. He said for example this versus France"),
        ("on 5th Ave. and 42nd St. today", "on fifth Avenue and forty-second Street today"),
        ("No. 5, p. 5, pp. 3-4", "Number five, page five, pages three to four"),
        ("He said no. 5 people left", "He said no. five people left"),
        ("the U.S. President", "the U S President"),
    ]);
}

#[test]
fn addresses() {
    check(&[
        ("https://example.com/help and www.example.net", "example dot com slash help and example dot net"),
        ("https://example.org/a/b?c=d#e", "example dot org"),
        ("john_doe99@mail.co.uk", "john underscore doe ninety-nine at mail dot co dot uk"),
        ("the end.It begins", "the end.It begins"),
    ]);
}

#[test]
fn letters_in_disguise_and_what_browsers_read() {
    check(&[
        ("𝗛𝗲𝗹𝗹𝗼 Ｈｅｌｌｏ 🅷🅴🆈 ʜᴇʟʟᴏ", "Hello Hello HEY hello"),
        ("①② H₂O 1ˢᵗ 10⁻³", "one two H two O first ten to the power of minus three"),
        ("<sub alias=\"World Wide Web\">WWW</sub> is", "World Wide Web is"),
        ("5 &lt; 6 &amp; &#8364;5 &frac12;", "five less than six and five euros one half"),
        ("<style>b { color: red }</style>Hello", "Hello"),
        ("1\u{202F}000\u{202F}000 m", "one million meters"),
    ]);
}

#[test]
fn points_of_lists() {
    check(&[("3. Eat them with some salt.", "three. Eat them with some salt."), ("3) Eat them.", "three. Eat them.")]);
}

#[test]
fn days_and_months_by_themselves() {
    check(&[
        (
            "Open Mon-Thu and Sat–Sun, closed June–August.",
            "Open Monday to Thursday and Saturday to Sunday, closed June to August.",
        ),
        ("from Jan.–Mar. 2024; Monday - Friday", "from January to March twenty twenty-four; Monday to Friday"),
        (
            "on Tue. or Wed. morning, and in Sept. she left",
            "on Tuesday or Wednesday morning, and in September she left",
        ),
        ("We meet on Tue. and Thu. Bring cake.", "We meet on Tuesday and Thursday. Bring cake."),
        ("We orbit the Sun. The cat sat.", "We orbit the Sun. The cat sat."),
        ("sun-dried", "sun-dried"),
    ]);
}

#[test]
fn titles_before_and() {
    check(&[
        ("Mr. and Mrs. Lee met Dr. & Mrs. Smith.", "Mister and Missus Lee met Doctor and Missus Smith."),
        ("He gave it to the Gen. and left", "He gave it to the Gen. and left"),
    ]);
}

#[test]
fn marks_of_footnotes() {
    check(&[
        ("As said.[^note] And so.[12] \"So it is.\"¹ End", "As said. And so. \"So it is.\" End"),
        ("[^1]: From the book.", "From the book."),
        ("a[1], [2] and 10⁻³", "a[one], [two] and ten to the power of minus three"),
    ]);
}

#[test]
fn what_authors_say_of_how_it_is_said() {
    let as_ = |kind: &str, content: &str| speakable(&format!("<say-as interpret-as={kind}>{content}</say-as> x"), "en");
    for (kind, content, expected) in [
        ("\"ordinal\"", "21", "twenty-first x"),
        ("'ordinal'", "IV", "fourth x"),
        ("\"cardinal\"", "1945", "one thousand, nine hundred and forty-five x"),
        ("\"digits\"", "305", "three zero five x"),
        ("\"characters\"", "ab-1", "A B dash one x"),
        ("\"spell-out\"", "kg", "K G x"),
        ("\"date\" format=\"dmy\"", "3/4/2024", "the third of April, twenty twenty-four x"),
        ("\"date\" format=\"yyyymmdd\"", "20240304", "March fourth, twenty twenty-four x"),
        ("\"date\" format=\"md\"", "13/14", "thirteen fourteenths x"),
        ("\"telephone\"", "+1 555-0110", "plus one, five five five, zero one one zero x"),
        ("\"time\"", "2:30pm", "two thirty P M x"),
        ("\"unit\"", "5 kg", "five kilograms x"),
        ("\"unknown\"", "305", "three hundred and five x"),
    ] {
        assert_eq!(as_(kind, content), expected, "{kind}: {content}");
    }
}

#[test]
fn what_addresses_ask_for() {
    check(&[
        ("example.com/a?page=2", "example dot com slash a question mark page equals two"),
        ("example.com/watch?v=dQw4w9WgXcQ", "example dot com"),
        ("example.com/a?b=c&d=e", "example dot com"),
    ]);
}

#[test]
fn about_between_quantities_and_before_them() {
    check(&[
        (
            "1 mile ≈ 1.6 km, 10 °C ≈ 50 °F",
            "one mile is about one point six kilometers, ten degrees Celsius is about fifty degrees Fahrenheit",
        ),
        ("π ≈ 3.14 (v ≈ 5)", "pi is about three point one four (v is about five)"),
        ("It costs ≈ 5 euros, ≈ 3 days", "It costs about five euros, about three days"),
    ]);
}

#[test]
fn durations_and_times_with_seconds() {
    check(&[
        (
            "The run took 1:05:00 and began at 10:30:15.",
            "The run took one hour and five minutes and began at ten thirty and fifteen seconds.",
        ),
        ("The film lasts exactly 2:01:01.", "The film lasts exactly two hours, one minute and one second."),
        ("In Paris about 10:30:15", "In Paris about ten thirty and fifteen seconds"),
        ("The time is 10:30:15.", "The time is ten thirty and fifteen seconds."),
        ("In a record 3:42:15 p.m.", "In a record three forty-two and fifteen seconds P M."),
    ]);
}

#[test]
fn numerals_that_order_a_noun() {
    check(&[
        (
            "the XX Congress, its IV edition and the V Corps",
            "the twentieth Congress, its fourth edition and the fifth Corps",
        ),
        (
            "XX Congress, the XI person, the CD World, the X edition",
            "XX Congress, the XI person, the CD World, the X edition",
        ),
    ]);
}

#[test]
fn units_without_a_number() {
    check(&[
        ("$5 per kg, per h, per person", "five dollars per kilogram, per hour, per person"),
        ("a kg, per A", "a kg, per A"),
    ]);
}
