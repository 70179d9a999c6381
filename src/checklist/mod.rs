//! Floor 3: from the text of the service file and the checklists to a valid [`Project`], or to every problem found.
//!
//! Code behind the loader never checks again what the loader has checked: nothing invalid can be built. The text
//! is parsed to a table with places, the common keys and `kind` are taken out, and the rest is read by the
//! settings type of the kind. Every problem of every file is told in one go.

mod advice;
mod checklist_file;
mod command_text;
mod declared;
mod default_settings;
mod defaults;
mod document;
mod draft;
#[cfg(test)]
mod every_mistake;
mod filling;
mod git_facts;
mod kind_page;
mod line_index;
mod load;
mod locate;
mod mistake;
mod names;
mod needs;
mod path;
mod project;
mod reading;
#[cfg(test)]
mod real_kinds;
mod request;
mod ring;
#[cfg(test)]
mod sandbox;
mod schema;
mod secret;
mod service_file;
mod setting_rows;
mod settings;
mod split;
mod step;
mod step_keys;
mod surroundings;
mod target;
mod tidy;
mod version_file;
mod waivers;
mod when;

pub(crate) use kind_page::{kind_list, kind_page};
pub(crate) use load::load;
pub(crate) use project::{Checklist, ProfileRules, Project, Ready, TargetSetup};
pub(crate) use request::LoadRequest;
pub(crate) use schema::schema;
pub(crate) use secret::LateSecret;
pub(crate) use step::{Late, Step, StepWaiver, When};
