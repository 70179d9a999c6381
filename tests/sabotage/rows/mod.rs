//! The rows, one file a kind.

use crate::Row;

mod config_parity;
mod ownership;
mod rollback_ready;

/// Every row of every kind.
pub(crate) fn all() -> Vec<&'static Row> {
    let tables: &[&'static [Row]] = &[config_parity::ROWS, ownership::ROWS, rollback_ready::ROWS];
    tables.iter().flat_map(|rows| rows.iter()).collect()
}
