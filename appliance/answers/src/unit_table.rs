//! The units, each as an exact multiple of its dimension's base, by the definitions in force. Gallons, cups and pints are those
//! of the United States.

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    Length,
    Mass,
    Volume,
    Time,
    /// In months: a month has no fixed number of days.
    Months,
    Area,
    Speed,
    Data,
    Energy,
    Count,
}

/// One unit in one dimension. A name may stand in several dimensions.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) dimension: Dimension,
    /// How it is said of one, and of several.
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
    /// Further spellings.
    pub(crate) others: &'static [&'static str],
    /// So many of the base, as a fraction.
    pub(crate) over: i128,
    pub(crate) under: i128,
}

use Dimension::{Area, Count, Data, Energy, Length, Mass, Months, Speed, Time, Volume};

const fn unit(
    dimension: Dimension,
    one: &'static str,
    several: &'static str,
    others: &'static [&'static str],
    over: i128,
    under: i128,
) -> Unit {
    Unit { dimension, one, several, others, over, under }
}

#[rustfmt::skip]
pub(crate) const UNITS: &[Unit] = &[
    // In micrometers, for an inch has 25,400 of them.
    unit(Length, "millimeter", "millimeters", &["mm", "millimetre", "millimetres"], 1_000, 1),
    unit(Length, "centimeter", "centimeters", &["cm", "centimetre", "centimetres"], 10_000, 1),
    unit(Length, "meter", "meters", &["m", "metre", "metres"], 1_000_000, 1),
    unit(Length, "kilometer", "kilometers", &["km", "kilometre", "kilometres", "k"], 1_000_000_000, 1),
    unit(Length, "inch", "inches", &["in"], 25_400, 1),
    unit(Length, "foot", "feet", &["ft"], 304_800, 1),
    unit(Length, "yard", "yards", &["yd"], 914_400, 1),
    unit(Length, "mile", "miles", &["mi"], 1_609_344_000, 1),
    unit(Length, "nautical mile", "nautical miles", &[], 1_852_000_000, 1),
    // In micrograms; a pound has 453.59237 g.
    unit(Mass, "milligram", "milligrams", &["mg"], 1_000, 1),
    unit(Mass, "gram", "grams", &["g", "gramme", "grammes"], 1_000_000, 1),
    unit(Mass, "kilogram", "kilograms", &["kg", "kilo", "kilos"], 1_000_000_000, 1),
    unit(Mass, "metric ton", "metric tons", &["tonne", "tonnes"], 1_000_000_000_000, 1),
    // The pound of the markets of Germany and France.
    unit(Mass, "metric pound", "metric pounds", &[], 500_000_000, 1),
    unit(Mass, "ounce", "ounces", &["oz"], 453_592_370, 16),
    unit(Mass, "pound", "pounds", &["lb", "lbs"], 453_592_370, 1),
    unit(Mass, "stone", "stone", &["stones"], 453_592_370 * 14, 1),
    unit(Mass, "ton", "tons", &[], 453_592_370 * 2_000, 1),
    // In microliters; a gallon has 231 cubic inches of 16.387064 ml.
    unit(Volume, "milliliter", "milliliters", &["ml", "millilitre", "millilitres"], 1_000, 1),
    unit(Volume, "centiliter", "centiliters", &["cl", "centilitre", "centilitres"], 10_000, 1),
    unit(Volume, "deciliter", "deciliters", &["dl", "decilitre", "decilitres"], 100_000, 1),
    unit(Volume, "liter", "liters", &["l", "litre", "litres"], 1_000_000, 1),
    unit(Volume, "gallon", "gallons", &["gal"], 231 * 16_387_064, 1_000),
    unit(Volume, "quart", "quarts", &["qt"], 231 * 16_387_064, 4_000),
    unit(Volume, "pint", "pints", &["pt"], 231 * 16_387_064, 8_000),
    unit(Volume, "cup", "cups", &[], 231 * 16_387_064, 16_000),
    unit(Volume, "fluid ounce", "fluid ounces", &[], 231 * 16_387_064, 128_000),
    unit(Volume, "ounce", "ounces", &["oz"], 231 * 16_387_064, 128_000),
    unit(Volume, "tablespoon", "tablespoons", &["tbsp"], 231 * 16_387_064, 256_000),
    unit(Volume, "teaspoon", "teaspoons", &["tsp"], 231 * 16_387_064, 768_000),
    unit(Volume, "cubic meter", "cubic meters", &["cubic metre", "cubic metres"], 1_000_000_000, 1),
    unit(Volume, "cubic centimeter", "cubic centimeters", &["cubic centimetre", "cubic centimetres"], 1_000, 1),
    unit(Time, "millisecond", "milliseconds", &["ms"], 1, 1_000),
    unit(Time, "second", "seconds", &["sec", "secs"], 1, 1),
    unit(Time, "minute", "minutes", &["min", "mins"], 60, 1),
    unit(Time, "hour", "hours", &["hr", "hrs"], 3_600, 1),
    unit(Time, "day", "days", &[], 86_400, 1),
    unit(Time, "week", "weeks", &[], 604_800, 1),
    unit(Time, "fortnight", "fortnights", &[], 2 * 604_800, 1),
    unit(Time, "year", "years", &[], 365 * 86_400, 1),
    unit(Time, "leap year", "leap years", &[], 366 * 86_400, 1),
    unit(Months, "month", "months", &[], 1, 1),
    unit(Months, "year", "years", &[], 12, 1),
    unit(Months, "decade", "decades", &[], 120, 1),
    unit(Months, "century", "centuries", &[], 1_200, 1),
    unit(Months, "millennium", "millennia", &["millenniums"], 12_000, 1),
    // In square millimeters.
    unit(Area, "square centimeter", "square centimeters", &["square centimetre", "square centimetres"], 100, 1),
    unit(Area, "square meter", "square meters", &["square metre", "square metres"], 1_000_000, 1),
    unit(Area, "square kilometer", "square kilometers", &["square kilometre", "square kilometres"], 1_000_000_000_000, 1),
    unit(Area, "square inch", "square inches", &[], 64_516, 100),
    unit(Area, "square foot", "square feet", &[], 9_290_304, 100),
    unit(Area, "square yard", "square yards", &[], 83_612_736, 100),
    unit(Area, "square mile", "square miles", &[], 2_589_988_110_336, 1),
    unit(Area, "hectare", "hectares", &[], 10_000_000_000, 1),
    unit(Area, "acre", "acres", &[], 40_468_564_224, 10),
    // In millimeters in an hour.
    unit(Speed, "kilometer per hour", "kilometers per hour", &["km h", "kmh", "kph", "kilometre per hour", "kilometres per hour", "kilometers an hour"], 1_000_000, 1),
    unit(Speed, "mile per hour", "miles per hour", &["mph", "miles an hour"], 1_609_344, 1),
    unit(Speed, "meter per second", "meters per second", &["metre per second", "metres per second"], 3_600_000, 1),
    unit(Speed, "knot", "knots", &[], 1_852_000, 1),
    unit(Data, "bit", "bits", &[], 1, 8),
    unit(Data, "byte", "bytes", &[], 1, 1),
    unit(Data, "kilobyte", "kilobytes", &["kb"], 1_000, 1),
    unit(Data, "megabyte", "megabytes", &["mb"], 1_000_000, 1),
    unit(Data, "gigabyte", "gigabytes", &["gb"], 1_000_000_000, 1),
    unit(Data, "terabyte", "terabytes", &["tb"], 1_000_000_000_000, 1),
    // In thousandths of a joule.
    unit(Energy, "joule", "joules", &[], 1_000, 1),
    unit(Energy, "kilojoule", "kilojoules", &["kj"], 1_000_000, 1),
    unit(Energy, "calorie", "calories", &["kilocalorie", "kilocalories", "kcal"], 4_184_000, 1),
    unit(Energy, "watt hour", "watt hours", &[], 3_600_000, 1),
    unit(Energy, "kilowatt hour", "kilowatt hours", &["kwh"], 3_600_000_000, 1),
    unit(Count, "piece", "pieces", &["items", "things", "eggs"], 1, 1),
    unit(Count, "pair", "pairs", &[], 2, 1),
    unit(Count, "dozen", "dozen", &["dozens"], 12, 1),
];
