//! Floor 0: problems of the service file and of checklists, and how they are drawn.
//!
//! A problem says where, what, and what to do now, in separate parts, so that none is forgotten. Places are byte
//! ranges in files that are kept beside the problems. All problems are collected, sorted by file and place, and
//! told in one go; the loader never stops at the first.

mod code;
mod draw;
mod problems;
mod sources;
mod stated;

pub(crate) use code::Code;
pub(crate) use draw::Colour;
pub(crate) use problems::Problems;
pub(crate) use sources::{FileId, Place, Sources};
pub(crate) use stated::{Diagnostic, Label, Suggestion};
