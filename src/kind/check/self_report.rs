//! What a JSON body says about the health of the service that sent it, whatever its status code says.
//!
//! A handler that catches the exception of its database and answers 200 with `{"ok": false}` is common, and a check
//! that reads only the status is then green for ever. The words are those of the health+json draft
//! (draft-inadarei-api-health-check), of the common Python health libraries, and of plain habit.

use serde_json::Value;

/// Members that say by their name that all is well when they are true.
const FLAGS: [&str; 7] = ["ok", "healthy", "success", "alive", "up", "ready", "live"];

/// Members whose word is a statement on the whole.
const WORDS: [&str; 4] = ["status", "state", "health", "result"];

/// Members that hold one statement for each part of the service.
const PARTS: [&str; 6] = ["checks", "components", "dependencies", "services", "details", "entries"];

/// Words that say that it is not well.
const BAD: [&str; 22] = [
    "fail",
    "failed",
    "failing",
    "failure",
    "down",
    "error",
    "err",
    "errored",
    "unhealthy",
    "degraded",
    "critical",
    "ko",
    "not ok",
    "not_ok",
    "unavailable",
    "out_of_service",
    "offline",
    "dead",
    "unreachable",
    "disconnected",
    "not ready",
    "not_ready",
];

/// Words that say that it is well with a reservation.
const RESERVED: [&str; 2] = ["warn", "warning"];

/// Words that say that it is well.
const GOOD: [&str; 9] = ["ok", "pass", "up", "healthy", "success", "alive", "ready", "good", "online"];

/// How many levels of a body are looked at.
const DEEPEST: usize = 6;

/// One statement that is not good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Where it stands, as a normalised path.
    pub(crate) location: String,
    /// The statement, such as `"down"` or `false`.
    pub(crate) says: String,
    /// How bad it is.
    pub(crate) mood: Mood,
}

/// What a statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Not well.
    Bad,
    /// Well with a reservation, or a part is not well while the whole says that it is.
    Reserved,
}

/// Every statement in a body that is not good, the worst first. Places in `judged` are left out: the checklist
/// speaks of them itself.
pub(crate) fn complaints(body: &Value, judged: &[String]) -> Vec<Statement> {
    let mut walk = Walk { judged, found: Vec::new(), whole_is_well: false };
    walk.inside(body, &Spot { location: "$".to_owned(), level: 0, is_parts: false });
    let Walk { mut found, whole_is_well, .. } = walk;
    for statement in &mut found {
        if whole_is_well && depth(&statement.location) > 1 {
            statement.mood = Mood::Reserved;
        }
    }
    found.sort_by_key(|statement| match statement.mood {
        Mood::Bad => 0,
        Mood::Reserved => 1,
    });
    found
}

fn depth(location: &str) -> usize {
    location.matches('[').count()
}

struct Walk<'judged> {
    judged: &'judged [String],
    found: Vec<Statement>,
    whole_is_well: bool,
}

/// A value that is looked into.
struct Spot {
    location: String,
    level: usize,
    /// Whether its members are statements on parts of the service.
    is_parts: bool,
}

impl Walk<'_> {
    /// Looks at the members of an object, and into them and the values of a list.
    fn inside(&mut self, value: &Value, spot: &Spot) {
        if spot.level >= DEEPEST {
            return;
        }
        let below = |location, is_parts| Spot { location, level: spot.level + 1, is_parts };
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let location = format!("{}['{name}']", spot.location);
                    let name = name.to_ascii_lowercase();
                    self.member(&name, member, &location, spot);
                    self.inside(member, &below(location, PARTS.contains(&name.as_str())));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.inside(item, &below(format!("{}[{index}]", spot.location), false));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn member(&mut self, name: &str, member: &Value, location: &str, spot: &Spot) {
        if self.judged.iter().any(|judged| judged == location) {
            return;
        }
        match mood_of(name, member, spot.is_parts) {
            Some(Said::Well) if spot.level == 0 => self.whole_is_well = true,
            Some(Said::Well) | None => {}
            Some(Said::Not(mood)) => {
                self.found.push(Statement { location: location.to_owned(), says: member.to_string(), mood });
            }
        }
    }
}

/// What one member says.
enum Said {
    Well,
    Not(Mood),
}

fn mood_of(name: &str, member: &Value, is_parts: bool) -> Option<Said> {
    match member {
        Value::Bool(truth) if is_parts || FLAGS.contains(&name) => {
            Some(if *truth { Said::Well } else { Said::Not(Mood::Bad) })
        }
        Value::String(word) if is_parts || WORDS.contains(&name) || FLAGS.contains(&name) => word_says(word),
        Value::String(message) if name == "error" && !message.is_empty() => Some(Said::Not(Mood::Bad)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

fn word_says(word: &str) -> Option<Said> {
    let word = word.trim().to_ascii_lowercase();
    let is_in = |words: &[&str]| words.contains(&word.as_str());
    if is_in(&BAD) {
        Some(Said::Not(Mood::Bad))
    } else if is_in(&RESERVED) {
        Some(Said::Not(Mood::Reserved))
    } else if is_in(&GOOD) {
        Some(Said::Well)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn worst(body: &Value) -> Option<(String, Mood)> {
        complaints(body, &[]).into_iter().next().map(|statement| (statement.location, statement.mood))
    }

    #[test]
    fn a_body_that_says_it_is_well_has_no_complaint() {
        for body in [
            json!({"ok": true}),
            json!({"status": "pass", "checks": {"db": {"status": "up"}, "queue": true}}),
            json!({"status": "ok", "error": null, "errors": []}),
            json!({"commit": "abc", "up": 3_600, "state": "eu-west"}),
            json!(["fail"]),
            json!("OK"),
        ] {
            assert_eq!(complaints(&body, &[]), [], "{body}");
        }
    }

    #[test]
    fn a_body_that_says_it_is_not_well_is_heard() {
        for (body, location) in [
            (json!({"ok": false}), "$['ok']"),
            (json!({"healthy": false, "commit": "abc"}), "$['healthy']"),
            (json!({"success": false}), "$['success']"),
            (json!({"Status": "DOWN"}), "$['Status']"),
            (json!({"status": "degraded"}), "$['status']"),
            (json!({"error": "database is locked"}), "$['error']"),
            (json!({"data": {"status": "fail"}}), "$['data']['status']"),
            (json!({"checks": {"db": false}}), "$['checks']['db']"),
            (json!({"checks": [{"name": "db", "status": "down"}]}), "$['checks'][0]['status']"),
        ] {
            assert_eq!(worst(&body), Some((location.to_owned(), Mood::Bad)), "{body}");
        }
    }

    #[test]
    fn a_part_that_is_not_well_under_a_whole_that_is_stays_a_reservation() {
        let body = json!({"status": "ok", "checks": {"mail": "down"}});
        assert_eq!(worst(&body), Some(("$['checks']['mail']".to_owned(), Mood::Reserved)));
        assert_eq!(worst(&json!({"status": "warn"})), Some(("$['status']".to_owned(), Mood::Reserved)));
    }

    #[test]
    fn what_the_checklist_speaks_of_is_left_to_it() {
        let body = json!({"status": "degraded", "ok": false});
        let judged = ["$['status']".to_owned()];
        assert_eq!(complaints(&body, &judged).len(), 1);
    }

    #[test]
    fn a_body_of_any_depth_ends() {
        let mut body = json!({"status": "down"});
        for _ in 0..100 {
            body = json!({ "inner": body });
        }
        assert_eq!(complaints(&body, &[]), []);
    }
}
