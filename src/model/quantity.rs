//! Durations, sizes and shares as a checklist writes them: strings with a unit.
//!
//! A bare number is refused, because tools differ on what it would mean (seconds here, milliseconds there).

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A length of time with a unit: `500ms`, `20s`, `5m`, `1h30m`, `30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String", extend("format" = "duration-with-unit"))]
pub(crate) struct Length(pub(crate) Duration);

/// A number of bytes with a unit: `512B`, `64KiB`, `10MiB`, `1MB`.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String", extend("format" = "size-with-unit"))]
pub(crate) struct ByteSize(pub(crate) u64);

/// A share of a whole with its sign: `25%`, `0.5%`. Holds the fraction, 0.25 for `25%`.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, JsonSchema)]
#[schemars(with = "String", extend("format" = "percentage"))]
pub(crate) struct Share(pub(crate) f64);

impl Length {
    /// Reads a text such as `1h30m`. Parts go from large to small, each unit at most once.
    ///
    /// # Errors
    /// Says what is wrong with the text, in words that fit behind a colon.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut total = 0_f64;
        let mut last = f64::INFINITY;
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (number, after) = split_number(rest)?;
            let end = after.find(|next: char| next.is_ascii_digit()).unwrap_or(after.len());
            let unit = seconds_in(&after[..end])?;
            if unit >= last {
                return Err("the units must go from large to small, each once".to_owned());
            }
            last = unit;
            total += number * unit;
            rest = &after[end..];
        }
        if last.is_infinite() {
            return Err("it is empty".to_owned());
        }
        Duration::try_from_secs_f64(total).map(Self).map_err(|_| "it is too large".to_owned())
    }
}

fn seconds_in(unit: &str) -> Result<f64, String> {
    match unit {
        "ms" => Ok(0.001),
        "s" => Ok(1.0),
        "m" => Ok(60.0),
        "h" => Ok(3_600.0),
        "d" => Ok(86_400.0),
        "" => Err("it has no unit; write ms, s, m, h or d behind the number".to_owned()),
        other => Err(format!("`{other}` is no unit of time; use ms, s, m, h or d")),
    }
}

#[cfg(test)]
impl ByteSize {
    /// Reads a text such as `10MiB`.
    ///
    /// # Errors
    /// Says what is wrong with the text, in words that fit behind a colon.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be at most 2^53 just before, and split_number gives no negative number"
    )]
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (number, unit) = split_number(text.trim())?;
        let bytes = number * bytes_in(unit)?;
        if bytes > 9_007_199_254_740_992.0 {
            return Err("it is too large".to_owned());
        }
        Ok(Self(bytes as u64))
    }
}

#[cfg(test)]
fn bytes_in(unit: &str) -> Result<f64, String> {
    match unit {
        "B" => Ok(1.0),
        "KiB" => Ok(1_024.0),
        "MiB" => Ok(1_048_576.0),
        "GiB" => Ok(1_073_741_824.0),
        "kB" | "KB" => Ok(1_000.0),
        "MB" => Ok(1_000_000.0),
        "GB" => Ok(1_000_000_000.0),
        "" => Err("it has no unit; write B, KiB, MiB or GiB behind the number".to_owned()),
        other => Err(format!("`{other}` is no unit of size; use B, KiB, MiB, GiB, kB, MB or GB")),
    }
}

#[cfg(test)]
impl Share {
    /// Reads a text such as `25%`.
    ///
    /// # Errors
    /// Says what is wrong with the text, in words that fit behind a colon.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (number, unit) = split_number(text.trim())?;
        if unit != "%" {
            return Err("a share is written with a percent sign behind the number".to_owned());
        }
        Ok(Self(number / 100.0))
    }
}

/// Splits `12.5ms` into the number and the rest.
fn split_number(text: &str) -> Result<(f64, &str), String> {
    let end = text.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(text.len());
    let number = text[..end].parse().map_err(|_| format!("`{text}` does not begin with a number"))?;
    Ok((number, text[end..].trim_start()))
}

impl fmt::Display for Length {
    /// The shortest form that reads back as the same length.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if !millis.is_multiple_of(1_000) || millis == 0 {
            return write!(formatter, "{millis}ms");
        }
        let mut seconds = self.0.as_secs();
        for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
            if seconds >= size {
                write!(formatter, "{}{unit}", seconds / size)?;
                seconds %= size;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
impl fmt::Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0 >= size && self.0.is_multiple_of(size) {
                return write!(formatter, "{}{unit}", self.0 / size);
            }
        }
        write!(formatter, "{}B", self.0)
    }
}

#[cfg(test)]
impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}%", self.0 * 100.0)
    }
}

/// Reads one of the quantities from a string and says what it should look like otherwise.
struct QuantityVisitor<T> {
    expecting: &'static str,
    parse: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for QuantityVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expecting)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(|problem| E::custom(format_args!("`{text}` is not {}: {problem}", self.expecting)))
    }
}

macro_rules! quantity_serde {
    ($name:ident, $expecting:literal) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(QuantityVisitor { expecting: $expecting, parse: Self::parse })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

quantity_serde!(Length, "a length of time with a unit, such as \"30s\" or \"1h30m\"");
#[cfg(test)]
quantity_serde!(ByteSize, "a size with a unit, such as \"64KiB\" or \"10MiB\"");
#[cfg(test)]
quantity_serde!(Share, "a share such as \"25%\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_reads_back_as_it_was_written() {
        for text in ["500ms", "20s", "5m", "1h30m", "30d", "1d12h"] {
            assert_eq!(Length::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Length::parse("1.5s").unwrap().0, Duration::from_millis(1_500));
    }

    #[test]
    fn a_bare_number_is_refused_with_the_form_that_is_meant() {
        let error = serde_json::from_str::<Length>("30").unwrap_err().to_string();
        assert!(error.contains("integer `30`"), "{error}");
        assert!(error.contains("such as \"30s\""), "{error}");
        let error = serde_json::from_str::<Length>("\"30\"").unwrap_err().to_string();
        assert!(error.contains("it has no unit"), "{error}");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "s", "5 minutes", "10s5m", "5m5m", "-3s", "1e3s"] {
            assert!(Length::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_and_shares_have_units_too() {
        assert_eq!(ByteSize::parse("10MiB").unwrap(), ByteSize(10 << 20));
        assert_eq!(ByteSize(65_536).to_string(), "64KiB");
        assert_eq!(Share::parse("25%").unwrap(), Share(0.25));
        assert!(ByteSize::parse("10").is_err());
        assert!(Share::parse("0.25").is_err());
    }
}
