//! The rows, one file a kind.

mod command;
mod config_parity;
mod git_clean;
mod git_tag;
mod health;
mod http_scenario;
mod lint;
mod local_target;
mod manual;
mod ownership;
mod rollback_ready;
mod unit_test;

use crate::Row;

/// Every row of every kind.
pub(crate) fn all() -> Vec<&'static Row> {
    let tables: &[&'static [Row]] = &[
        command::ROWS,
        config_parity::ROWS,
        git_clean::ROWS,
        git_tag::ROWS,
        health::ROWS,
        http_scenario::ROWS,
        lint::ROWS,
        manual::ROWS,
        ownership::ROWS,
        rollback_ready::ROWS,
        unit_test::ROWS,
    ];
    tables.iter().flat_map(|rows| rows.iter()).collect()
}
