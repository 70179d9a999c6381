//! The named ways in which the example service can be broken, and the step that must say so.
//!
//! Each is something that happens to real releases. The edits go into the commit of the release, so that the tree is
//! clean and only the one step has something to say; what concerns git itself is done afterwards.

/// One way to break the example service.
#[derive(Debug)]
pub(crate) struct Breakage {
    /// The name for `--broken`.
    pub(crate) name: &'static str,
    /// What is done to the service.
    pub(crate) summary: &'static str,
    /// The step that must say so.
    pub(crate) step: &'static str,
    /// Edits of the release before it is committed.
    pub(crate) edits: &'static [Edit],
    /// What is done to the repository and its remote after the release was pushed.
    pub(crate) afterwards: &'static [Afterwards],
}

/// A change to one file of the service.
#[derive(Debug)]
pub(crate) enum Edit {
    /// Writes a file.
    Write(&'static str, &'static str),
    /// Replaces a text that must be there.
    Replace(&'static str, &'static str, &'static str),
}

/// A change after the release was pushed.
#[derive(Debug)]
pub(crate) enum Afterwards {
    /// A git command in the folder of the service.
    Git(&'static [&'static str]),
    /// A line added to a file, not committed.
    Append(&'static str, &'static str),
}

use Afterwards::{Append, Git};
use Edit::{Replace, Write};

/// A test that cannot pass, in good style.
const FAILING_TEST: &str = r#""""A promise that the service does not keep."""

from app.catalog import PRODUCTS


def test_the_catalog_has_a_product_that_nobody_added() -> None:
    assert "UNOBTAINIUM" in PRODUCTS
"#;

/// Marks every test as skipped.
const SKIP_ALL: &str = r#""""Skips everything, as a forgotten switch does."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.skip(reason="no database here"))
"#;

/// All breakages, in the order of the checklist.
pub(crate) const BREAKAGES: &[Breakage] = &[
    Breakage {
        name: "lint-finding",
        summary: "a module imports something that it does not use",
        step: "safer-workflow/run-linting",
        edits: &[Write("app/leftover.py", "\"\"\"Left over from an experiment.\"\"\"\n\nimport os\n")],
        afterwards: &[],
    },
    Breakage {
        name: "silenced-linter",
        summary: "the linter is configured to ignore everything",
        step: "safer-workflow/run-linting",
        edits: &[Write("ruff.toml", "lint.select = []\n")],
        afterwards: &[],
    },
    Breakage {
        name: "failing-test",
        summary: "one unit test fails",
        step: "safer-workflow/run-unit-tests",
        edits: &[Write("tests/unit/test_promise.py", FAILING_TEST)],
        afterwards: &[],
    },
    Breakage {
        name: "zero-tests",
        summary: "pytest is configured so that it collects no test",
        step: "safer-workflow/run-unit-tests",
        edits: &[Replace(
            "pyproject.toml",
            "[tool.pytest.ini_options]\n",
            "[tool.pytest.ini_options]\npython_functions = [\"check_*\"]\n",
        )],
        afterwards: &[],
    },
    Breakage {
        name: "skipped-tests",
        summary: "every unit test is skipped, and pytest ends with status 0",
        step: "safer-workflow/run-unit-tests",
        edits: &[Write("tests/unit/conftest.py", SKIP_ALL)],
        afterwards: &[],
    },
    Breakage {
        name: "lost-order",
        summary: "an order is answered with 201 and never stored",
        step: "safer-workflow/run-one-integration-check",
        edits: &[Replace(
            "app/routes/orders.py",
            "session.add(order)\n    session.commit()",
            "session.add(order)\n    session.flush()",
        )],
        afterwards: &[],
    },
    Breakage {
        name: "production-url-in-staging",
        summary: "the staging settings name the URL of production",
        step: "safer-workflow/verify-staging-config",
        edits: &[Replace("settings/staging.toml", "https://staging.orders.example", "https://orders.example")],
        afterwards: &[],
    },
    Breakage {
        name: "unhealthy-health",
        summary: "the health endpoint says {\"ok\": false} with status 200",
        step: "safer-workflow/health",
        edits: &[Replace(
            "app/routes/health.py",
            "    status = HTTPStatus.OK if body[\"ok\"] else HTTPStatus.SERVICE_UNAVAILABLE\n    return JSONResponse(body, status_code=status,",
            "    body[\"ok\"] = False\n    return JSONResponse(body, status_code=HTTPStatus.OK,",
        )],
        afterwards: &[],
    },
    Breakage {
        name: "old-release",
        summary: "the release before still answers",
        step: "safer-workflow/health",
        edits: &[Replace(
            "scripts/start.sh",
            "\nexec ",
            "\nAPP_COMMIT=$(git rev-parse 'v1.0.0^{commit}')\nexport APP_COMMIT\nexec ",
        )],
        afterwards: &[],
    },
    Breakage {
        name: "dirty-tree",
        summary: "a tracked file was changed after the commit",
        step: "safer-workflow/clean-tree",
        edits: &[],
        afterwards: &[Append("README.md", "\nA last-minute change.\n")],
    },
    Breakage {
        name: "hidden-edit",
        summary: "a tracked file was changed, and git was told not to look",
        step: "safer-workflow/clean-tree",
        edits: &[],
        afterwards: &[
            Git(&["update-index", "--assume-unchanged", "README.md"]),
            Append("README.md", "\nA change that git status does not show.\n"),
        ],
    },
    Breakage {
        name: "tag-on-another-commit",
        summary: "the tag of the release is one commit behind",
        step: "safer-workflow/tag-the-release",
        edits: &[],
        afterwards: &[
            Git(&["commit", "--quiet", "--allow-empty", "--message", "Correct the runbook"]),
            Git(&["push", "--quiet", "origin", "main"]),
        ],
    },
    Breakage {
        name: "tag-only-local",
        summary: "the tag was never pushed",
        step: "safer-workflow/tag-the-release",
        edits: &[],
        afterwards: &[Git(&["push", "--quiet", "origin", ":refs/tags/v1.1.0"])],
    },
    Breakage {
        name: "lightweight-tag",
        summary: "the tag has no author, date and message",
        step: "safer-workflow/tag-the-release",
        edits: &[],
        afterwards: &[
            Git(&["tag", "--force", "v1.1.0", "HEAD"]),
            Git(&["push", "--quiet", "--force", "origin", "v1.1.0"]),
        ],
    },
    Breakage {
        name: "nobody-owns-it",
        summary: "CODEOWNERS still holds the placeholder of its template",
        step: "safer-workflow/ownership",
        edits: &[Write("CODEOWNERS", "*    @example/your-team\n")],
        afterwards: &[],
    },
    Breakage {
        name: "missing-rollback",
        summary: "the rollback command of the service file does not exist",
        step: "settings-without-downtime/keep-a-rollback-command-ready",
        edits: &[Replace("Makefile", "rollback: ##", "roll-back: ##")],
        afterwards: &[],
    },
];

/// The breakage with a name.
pub(crate) fn find(name: &str) -> Option<&'static Breakage> {
    BREAKAGES.iter().find(|breakage| breakage.name == name)
}
