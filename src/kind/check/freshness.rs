//! Whether an answer was made now, or taken from a cache on the way.

use crate::probe::http::Response;

/// Headers in which caches tell whether they had the answer. `cache-status` is RFC 9211, the others are habits.
const CACHE_HEADERS: [&str; 5] = ["cache-status", "x-cache", "x-cache-status", "cf-cache-status", "x-proxy-cache"];

/// Words with which a cache says that the answer was stored before.
const STORED: [&str; 3] = ["hit", "stale", "updating"];

impl Response {
    /// What shows that the answer came from a cache, such as `age: 37`. An age of 0 is an answer made now (RFC 9111,
    /// section 5.1).
    pub(crate) fn cached(&self) -> Option<String> {
        let age = self.header("age").filter(|age| age.trim().parse::<u64>().is_ok_and(|age| age > 0));
        let stored =
            || self.headers.iter().find(|(name, value)| CACHE_HEADERS.contains(&name.as_str()) && says_stored(value));
        age.map(|age| format!("age: {age}")).or_else(|| stored().map(|(name, value)| format!("{name}: {value}")))
    }
}

fn says_stored(value: &str) -> bool {
    let mut words = value.split(|sign: char| !sign.is_ascii_alphanumeric());
    words.any(|word| STORED.iter().any(|stored| word.eq_ignore_ascii_case(stored)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::http::Phases;

    fn cached(name: &str, value: &str) -> Option<String> {
        let response = Response {
            url: String::new(),
            status: 200,
            version: String::new(),
            headers: vec![(name.to_owned(), value.to_owned())],
            body: Vec::new(),
            truncated: false,
            address: None,
            phases: Phases::default(),
            hops: Vec::new(),
        };
        response.cached()
    }

    #[test]
    fn an_answer_out_of_a_cache_is_told_from_one_made_now() {
        for (name, value) in [
            ("age", "37"),
            ("x-cache", "HIT"),
            ("x-cache", "Hit from cloudfront"),
            ("x-cache", "MISS, HIT"),
            ("cf-cache-status", "STALE"),
            ("cache-status", "edge; hit; ttl=30"),
        ] {
            assert_eq!(cached(name, value), Some(format!("{name}: {value}")));
        }
        for (name, value) in [
            ("age", "0"),
            ("age", "soon"),
            ("x-cache", "MISS"),
            ("cf-cache-status", "DYNAMIC"),
            ("cache-status", "edge; fwd=uri-miss"),
            ("x-hits", "HIT"),
        ] {
            assert_eq!(cached(name, value), None, "{name}: {value}");
        }
    }
}
