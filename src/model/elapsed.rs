//! How long something took, as reports write it.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A span of time with a resolution of one microsecond. In JSON it is a number of milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "f64")]
pub(crate) struct Elapsed {
    micros: u64,
}

impl Elapsed {
    /// The span in seconds, for arithmetic that needs a number.
    pub(crate) fn as_duration(self) -> Duration {
        Duration::from_micros(self.micros)
    }
}

impl From<Duration> for Elapsed {
    fn from(duration: Duration) -> Self {
        Self { micros: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX) }
    }
}

impl fmt::Display for Elapsed {
    /// Two significant steps of precision: `850us`, `12.3ms`, `4.56s`, `3m 07s`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.as_duration().as_secs_f64();
        if self.micros < 1_000 {
            write!(formatter, "{}us", self.micros)
        } else if self.micros < 1_000_000 {
            write!(formatter, "{:.1}ms", seconds * 1_000.0)
        } else if seconds < 60.0 {
            write!(formatter, "{seconds:.2}s")
        } else {
            let whole = self.as_duration().as_secs();
            write!(formatter, "{}m {:02}s", whole / 60, whole % 60)
        }
    }
}

impl Serialize for Elapsed {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a run stay far below 2^52")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.micros as f64 / 1_000.0)
    }
}

impl<'de> Deserialize<'de> for Elapsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        let duration = Duration::try_from_secs_f64(millis / 1_000.0).map_err(serde::de::Error::custom)?;
        Ok(Self { micros: u64::try_from((duration.as_nanos() + 500) / 1_000).unwrap_or(u64::MAX) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_survives_json_to_the_microsecond() {
        for micros in [0, 1, 999, 1_001, 123_456_789, 86_400_000_001] {
            let before = Elapsed { micros };
            let text = serde_json::to_string(&before).unwrap();
            assert_eq!(serde_json::from_str::<Elapsed>(&text).unwrap(), before, "{text}");
        }
    }

    #[test]
    fn a_span_is_shown_in_the_unit_that_reads_best() {
        let shown = |micros| Elapsed { micros }.to_string();
        assert_eq!(shown(850), "850us");
        assert_eq!(shown(12_340), "12.3ms");
        assert_eq!(shown(4_560_000), "4.56s");
        assert_eq!(shown(187_000_000), "3m 07s");
    }
}
