//! The rows, one file a kind.

mod command;
mod health;
mod http_scenario;
mod local_target;
mod manual;

use crate::Row;

/// Every row of every kind.
pub(crate) fn all() -> Vec<&'static Row> {
    let tables: &[&'static [Row]] = &[command::ROWS, health::ROWS, http_scenario::ROWS, manual::ROWS];
    tables.iter().flat_map(|rows| rows.iter()).collect()
}
