//! The target of rows that ask a running service.

use crate::room::{Answer, Room};

/// The release under test, as the service tells it.
pub(crate) const RELEASE: &str = "orders-2026.11.2";

/// The release before it.
pub(crate) const OLD_RELEASE: &str = "orders-2026.11.1";

/// Makes a URL the target of the room. It must tell the release under test at `$.release` of `/health`.
pub(crate) fn target(room: &mut Room, url: &str) {
    let identity = format!("identity = {{ path = \"/health\", json = \"$.release\", equals = \"{RELEASE}\" }}\n");
    add(room, url, &identity);
}

/// Makes a URL the target of the room, without a rule that tells the release.
pub(crate) fn unidentified_target(room: &mut Room, url: &str) {
    add(room, url, "");
}

fn add(room: &mut Room, url: &str, identity: &str) {
    let target = format!("\n[target.local]\nenvironment = \"local\"\nurl = \"{url}\"\n{identity}");
    room.service_file(&format!("{target}\n[profile.gate]\ntarget = \"local\"\n"));
}

/// An answer of type JSON.
pub(crate) fn json(status: u16, body: &str) -> Answer {
    (status, vec![("content-type", "application/json".to_owned())], body.to_owned())
}

/// The answer of a health path that is well, for a release.
pub(crate) fn well(release: &str) -> Answer {
    json(200, &format!("{{\"ok\": true, \"release\": \"{release}\", \"checks\": {{\"database\": \"ok\"}}}}"))
}

/// The answer to a path that does not exist.
pub(crate) fn not_found() -> Answer {
    json(404, "{\"detail\": \"Not Found\"}")
}
