//! The rows, one file a kind.

mod config_parity;
mod health;
mod http_scenario;
mod local_target;
mod ownership;
mod rollback_ready;

use crate::Row;

/// Every row of every kind.
pub(crate) fn all() -> Vec<&'static Row> {
    let tables: &[&'static [Row]] =
        &[config_parity::ROWS, health::ROWS, http_scenario::ROWS, ownership::ROWS, rollback_ready::ROWS];
    tables.iter().flat_map(|rows| rows.iter()).collect()
}
