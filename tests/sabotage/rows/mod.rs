//! The rows, one file a kind.

mod git_clean;
mod git_tag;
mod health;
mod http_scenario;
mod lint;
mod local_target;
mod unit_test;

use crate::Row;

/// Every row of every kind.
pub(crate) fn all() -> Vec<&'static Row> {
    let tables: &[&'static [Row]] = &[git_clean::ROWS, git_tag::ROWS];
    let tables: &[&'static [Row]] = &[health::ROWS, http_scenario::ROWS, lint::ROWS, unit_test::ROWS];
    tables.iter().flat_map(|rows| rows.iter()).collect()
}
