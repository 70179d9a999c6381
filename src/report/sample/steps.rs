//! The steps of the sample runs.

use crate::model::{
    Count, Effect, Evidence, Importance, Outcome, Output, Phase, Problem, Reason, StepHeader, StepId, StepReport,
    Stream, Waiver,
};

use super::millis;

/// A text that tries to break out of every form there is.
pub(in crate::report) const NASTY: &str = "<script>alert(\"1\")</script> & ]]> \u{1b}[31mred\u{1b}[0m\u{7} \
     \u{202e}desrever\u{202c} | cell | `code` **bold** @dana #1 100% {{ braces }} заказ 注文 😀 \u{0}\u{ffff}";

/// Lines that a CI server, a shell or a reader of TAP would take for its own.
const COMMANDS: &str = "::error file=a.py::planted\n##[error]planted\nnot ok 1 - planted\nBail out! planted\n```\n\
     </details>\n\tindented\nprogress 10%\rprogress 20%\r\n-----END-----";

/// All steps, in checklist order.
pub(super) fn all() -> Vec<StepReport> {
    let mut steps = vec![
        run_linting(),
        run_unit_tests(),
        run_integration_check(),
        verify_staging_config(),
        tag_release(),
        deploy(),
        check_health(),
        measure_response_time(),
        inspect_cache_headers(),
        purge_affected_route(),
        read_the_notes(),
    ];
    let mut line = 7;
    for step in &mut steps {
        step.step.line = line;
        line += 9;
    }
    steps
}

/// A step that ended without anything more to tell.
pub(super) fn step(header: StepHeader, result: Outcome) -> StepReport {
    StepReport {
        step: header,
        result,
        examined: None,
        attempts: 0,
        started_ms: millis(0),
        elapsed_ms: millis(0),
        waiver: None,
        evidence: vec![],
    }
}

/// A step that ran once.
fn ran(header: StepHeader, result: Outcome, started: u64, elapsed: u64) -> StepReport {
    StepReport { attempts: 1, started_ms: millis(started), elapsed_ms: millis(elapsed), ..step(header, result) }
}

fn header(checklist: &str, id: &str, kind: &str, title: &str) -> StepHeader {
    StepHeader {
        id: StepId::new(checklist, id),
        kind: kind.into(),
        title: title.into(),
        why: None,
        owner: "team-orders".into(),
        expected: "the step is good".into(),
        rollback: "make rollback".into(),
        importance: Importance::Required,
        effect: Effect::Read,
        phase: Phase::Before,
        tags: vec![],
        needs: vec![],
        file: format!("checklists/{checklist}.toml"),
        line: 1,
    }
}

/// Captured output, whole.
pub(super) fn output(stream: Stream, text: &str) -> Output {
    Output { stream, text: text.into(), bytes: text.len() as u64, dropped: 0, file: None }
}

fn run_linting() -> StepReport {
    let problem = Problem::new(Reason::Findings, "ruff found 2 problems in 1 of 14 files")
        .expected("ruff finds nothing in app and tests")
        .observed("2 findings: F401, F841")
        .next(".venv/bin/ruff check app tests");
    let header = header("safer-workflow", "run-linting", "lint", "Run linting");
    StepReport {
        examined: Some(Count::new(14, "files")),
        evidence: vec![
            Evidence::text("version", "ruff 0.13.1"),
            Evidence::place("app/main.py", 3, "F401 `os` imported but unused"),
            Evidence::place("app/orders.py", 41, "F841 local variable `total`, never used: 100%"),
            Evidence::output("stdout", output(Stream::Stdout, COMMANDS)),
            Evidence::output("stderr", output(Stream::Stderr, "")),
        ],
        ..ran(header, Outcome::Fail(problem), 950, 312)
    }
}

fn run_unit_tests() -> StepReport {
    StepReport {
        examined: Some(Count::new(34, "tests")),
        evidence: vec![Evidence::output(
            "stdout",
            output(Stream::Stdout, "..................................\n34 passed in 3.97s\n"),
        )],
        ..ran(
            header("safer-workflow", "run-unit-tests", "unit-test", "Run unit tests"),
            Outcome::pass("34 tests passed, 0 failed, 0 skipped, 0 deselected"),
            950,
            4_120,
        )
    }
}

fn run_integration_check() -> StepReport {
    let problem = Problem::new(Reason::AfterRetry, "it passed at attempt 2 of 3 only")
        .expected("every request of the scenario is answered as written, at the first attempt")
        .observed("attempt 1: GET /orders answered 503; attempt 2: 6 requests, 14 assertions, all met")
        .next("look for the cause of the first answer in the log of the service")
        .unsafe_to_retry();
    let mut header = header("safer-workflow", "run-integration-check", "http-scenario", "Run one integration check");
    header.effect = Effect::Write;
    StepReport {
        attempts: 2,
        examined: Some(Count::new(6, "requests")),
        evidence: vec![Evidence::table(
            "requests",
            &["request", "status", "time"],
            vec![
                vec!["POST /orders".into(), "201".into(), "12.1ms".into()],
                vec!["GET /orders?a|b".into(), "200".into(), "4.2ms".into()],
            ],
        )],
        ..ran(header, Outcome::Warn(problem), 5_100, 1_640)
    }
}

fn verify_staging_config() -> StepReport {
    let problem = Problem::new(Reason::Waived, "REGION differs between staging and production")
        .expected("staging and production have the same keys, and equal values outside of `differ`")
        .observed("31 keys compared, 1 differs: REGION is eu-west-1 and eu-central-1")
        .next("set REGION in deploy/staging.env");
    let header = header("safer-workflow", "verify-staging-config", "config-parity", "Verify staging config");
    StepReport {
        waiver: Some(Waiver {
            reason: "region moves on Friday".into(),
            owner: "dana".into(),
            expires: "2026-12-04".into(),
        }),
        examined: Some(Count::new(31, "keys")),
        ..ran(header, Outcome::Warn(problem), 950, 8)
    }
}

fn tag_release() -> StepReport {
    let problem = Problem::new(Reason::Mismatch, "tag v1.1.0 of the remote stands on another commit")
        .expected("v1.1.0 is an annotated tag on 3f2a91c, here and on origin")
        .observed("here:   3f2a91c Add the payment route\norigin: 77ab01e Begin the orders service")
        .next("git tag -d v1.1.0 && git fetch origin tag v1.1.0, then decide which of the two commits is released")
        .unsafe_to_retry();
    let mut header = header("safer-workflow", "tag-release", "git-tag", "Tag the release");
    header.why = Some("a tag that moved makes the rollback bring back another release".into());
    StepReport {
        waiver: Some(Waiver { reason: "first release".into(), owner: "dana".into(), expires: "2026-02-01".into() }),
        ..ran(header, Outcome::Fail(problem), 960, 41)
    }
}

fn deploy() -> StepReport {
    let mut header = header("safer-workflow", "deploy", "command", "Deploy");
    header.effect = Effect::Destructive;
    header.needs = vec![StepId::new("safer-workflow", "tag-release")];
    step(header, Outcome::skip(Reason::Blocked, "it needs safer-workflow/tag-release, which failed"))
}

fn check_health() -> StepReport {
    let problem = Problem::new(Reason::Timeout, "the health check had no answer in time")
        .expected("GET http://127.0.0.1:8123/health answers 200 with status \"ok\" within 30s")
        .observed("no answer after 30s: the connection was accepted and nothing came back")
        .next("curl -v http://127.0.0.1:8123/health");
    let header = header("edge-review", "check-health", "health", "check-health");
    StepReport {
        evidence: vec![Evidence::elapsed("connected after", millis(1))],
        ..ran(header, Outcome::Error(problem), 960, 30_004)
    }
}

fn measure_response_time() -> StepReport {
    let observed = format!("200 requests, p95 41.2ms; {}", "one very long line without an end ".repeat(300));
    let header = header("edge-review", "measure-response-time", "latency", "Measure response time");
    StepReport { examined: Some(Count::new(200, "requests")), ..ran(header, Outcome::pass(observed), 31_000, 3_100) }
}

fn inspect_cache_headers() -> StepReport {
    StepReport {
        examined: Some(Count::new(4, "routes")),
        ..ran(
            header("edge-review", "inspect-cache-headers", "cache-headers", "Inspect cache headers"),
            Outcome::pass("4 routes: 3 public with max-age, 1 private and no-store"),
            31_000,
            57,
        )
    }
}

fn purge_affected_route() -> StepReport {
    step(
        header("edge-review", "purge-affected-route", "cache-purge", "Purge only the affected route"),
        Outcome::skip(Reason::NotApplicable, "no shared cache in front of this service"),
    )
}

fn read_the_notes() -> StepReport {
    let problem = Problem::new(Reason::Placeholder, NASTY)
        .expected(NASTY)
        .observed(format!("{}{NASTY}", "x".repeat(2_000)))
        .next("edit docs/release-notes/1.1.0.md");
    let mut header = header("edge-review", "read-the-notes", "release-note", NASTY);
    header.importance = Importance::Advisory;
    header.owner = "dana & <b>team</b>".into();
    StepReport {
        evidence: vec![
            Evidence::text(NASTY, NASTY),
            Evidence::table("cells", &["a|b", "c"], vec![vec![NASTY.into(), "`".into()]]),
            Evidence::output("body", output(Stream::Body, &format!("{NASTY}\n{COMMANDS}"))),
            Evidence::count("words", 412, "words"),
        ],
        ..ran(header, Outcome::Fail(problem), 31_100, 2)
    }
}
