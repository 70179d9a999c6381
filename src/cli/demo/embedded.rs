//! The example service and the checklists, carried inside the program, so that `demo` needs nothing but itself.
//!
//! The lists are written by hand and held against the files on disk by a test.

/// Paths below a folder of the project, each with its text.
type Files = &'static [(&'static str, &'static str)];

macro_rules! embedded {
    ($folder:literal, $($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../", $folder, "/", $path)))),*]
    };
}

/// Release 1.1.0 of the example service.
pub(super) const ORDERS: Files = embedded![
    "examples/orders",
    ".env.example",
    ".gitignore",
    "CHANGELOG.md",
    "CODEOWNERS",
    "Makefile",
    "README.md",
    "alembic.ini",
    "app/__init__.py",
    "app/auth.py",
    "app/catalog.py",
    "app/context.py",
    "app/database.py",
    "app/errors.py",
    "app/factory.py",
    "app/logs.py",
    "app/main.py",
    "app/middleware.py",
    "app/migrate.py",
    "app/models.py",
    "app/release.py",
    "app/routes/__init__.py",
    "app/routes/account.py",
    "app/routes/catalog.py",
    "app/routes/health.py",
    "app/routes/orders.py",
    "app/routes/payments.py",
    "app/schema.py",
    "app/schemas.py",
    "app/settings.py",
    "app/tokens.py",
    "docs/runbook.md",
    "migrations/env.py",
    "migrations/script.py.mako",
    "migrations/versions/0001_create_orders_and_payments.py",
    "migrations/versions/0002_add_note_and_index.py",
    "pyproject.toml",
    "requirements.lock",
    "rollsafe.toml",
    "scripts/deploy.sh",
    "scripts/release.sh",
    "scripts/rollback.sh",
    "scripts/start.sh",
    "scripts/wait_for_release.py",
    "settings/local-tokens/alice",
    "settings/local-tokens/bob",
    "settings/local.toml",
    "settings/production.toml",
    "settings/staging.toml",
    "tests/integration/conftest.py",
    "tests/integration/test_health.py",
    "tests/integration/test_migrations.py",
    "tests/integration/test_orders.py",
    "tests/integration/test_pages.py",
    "tests/integration/test_payments.py",
    "tests/integration/test_release_1_1_0.py",
    "tests/unit/test_errors.py",
    "tests/unit/test_health.py",
    "tests/unit/test_logs.py",
    "tests/unit/test_middleware.py",
    "tests/unit/test_order_note.py",
    "tests/unit/test_release.py",
    "tests/unit/test_schema.py",
    "tests/unit/test_schemas.py",
    "tests/unit/test_settings.py",
    "tests/unit/test_tokens.py",
];

/// What was different in release 1.0.0.
pub(super) const ORDERS_1_0_0: Files =
    embedded!["examples/orders-1.0.0", "CHANGELOG.md", "app/models.py", "app/schemas.py", "pyproject.toml",];

/// What did not exist in release 1.0.0, one path a line.
pub(super) const REMOVED_IN_1_0_0: &str = include_str!("../../../examples/orders-1.0.0/removed.txt");

/// The checklists.
pub(super) const CHECKLISTS: Files =
    embedded!["checklists", "safer-workflow.toml", "settings-without-downtime.toml",];
