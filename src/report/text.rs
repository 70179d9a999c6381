//! `text`: the summary of the terminal, plain and 80 columns wide.

use crate::model::{Event, RunReport};

use super::Format;
use super::summary::{SummarySettings, summary};

/// The form.
pub(super) const TEXT: Format =
    Format { name: "text", summary: "the summary for people, as a terminal shows it", render };

fn render(report: &RunReport, _: &[Event]) -> String {
    summary(report, &SummarySettings::plain(report))
}
