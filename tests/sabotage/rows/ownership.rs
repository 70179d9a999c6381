//! Owners that nobody can find.

use crate::Row;
use crate::room::Room;

const fn row(
    name: &'static str,
    step: &'static str,
    arrange: fn(&mut Room),
    expect: (&'static str, &'static str),
) -> Row {
    Row { kind: "ownership", name, needs: &[], step, arrange, expect }
}

fn codeowners(room: &Room, text: &str) {
    room.write("CODEOWNERS", text);
    room.write("app/main.py", "print()\n");
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "owner_in_codeowners",
        "paths = [\"app\"]",
        |room| codeowners(room, "* @example/team-room\n"),
        ("pass", "met"),
    ),
    row("owner_not_in_codeowners", "", |room| codeowners(room, "* @example/team-other\n"), ("fail", "missing")),
    row(
        "owner_only_in_a_comment",
        "",
        |room| codeowners(room, "# @example/team-room\n* @example/team-other\n"),
        ("fail", "missing"),
    ),
    row("owner_with_a_longer_name", "", |room| codeowners(room, "* @example/team-room-2\n"), ("fail", "missing")),
    row("empty_codeowners", "", |room| codeowners(room, "# to be done\n"), ("error", "zero-work")),
    row("no_codeowners", "", |_| {}, ("fail", "missing")),
    row(
        "later_rule_takes_the_path_away",
        "paths = [\"app\"]",
        |room| codeowners(room, "* @example/team-room\n/app/ @example/team-other\n"),
        ("fail", "missing"),
    ),
    row(
        "path_with_a_typing_mistake",
        "paths = [\"ap\"]",
        |room| codeowners(room, "* @example/team-room\n"),
        ("fail", "missing"),
    ),
    row(
        "placeholder_as_the_owner",
        "owner = \"@your-team\"",
        |room| codeowners(room, "* @your-team\n"),
        ("fail", "placeholder"),
    ),
    row(
        "expected_result_that_says_nothing",
        "expected = \"TODO\"",
        |room| codeowners(room, "* @example/team-room\n"),
        ("fail", "placeholder"),
    ),
    row("lookup_that_prints_nobody", "lookup = \"true\"", |_| {}, ("fail", "missing")),
    row("lookup_that_fails", "lookup = [\"sh\", \"-c\", \"echo dana; exit 1\"]", |_| {}, ("error", "tool-failed")),
    row(
        "team_file_with_a_longer_name",
        "team-file = \"teams.toml\"",
        |room| room.write("teams.toml", "[team-room-2]\n"),
        ("fail", "missing"),
    ),
];
