//! Floor 4: from a plan to events and the finished report.
//!
//! The plan is pure. The dispatch loop is the one owner of order, time and secrets: it alone starts steps, takes
//! what they give back, stamps it, masks it and hands it on as events. Attempts run as tasks of their own, so that
//! a kind that panics is one step in error and not a lost run. Nothing here prints.

mod attempt;
mod dispatch;
mod interrupt;
mod lines;
mod mask;
mod plan;
mod prepare;
mod schedule;
mod settle;
mod target;

pub(crate) use dispatch::{Facts, Settings, run};
pub(crate) use interrupt::Interrupts;
pub(crate) use plan::{Plan, PlannedStep, Selection, SelectionError, plan};
