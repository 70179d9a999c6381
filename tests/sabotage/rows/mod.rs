//! The rows, one file a kind.

mod git_clean;
mod git_tag;

use crate::Row;

/// Every row of every kind.
pub(crate) fn all() -> Vec<&'static Row> {
    let tables: &[&'static [Row]] = &[git_clean::ROWS, git_tag::ROWS];
    tables.iter().flat_map(|rows| rows.iter()).collect()
}
