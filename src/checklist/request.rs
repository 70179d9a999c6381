//! What the caller asks to load.

use std::path::PathBuf;

use crate::model::Profile;

/// What the caller asks to load.
#[derive(Clone, Debug)]
pub(crate) struct LoadRequest {
    /// The folder that the caller stands in.
    pub(crate) folder: PathBuf,
    /// The service file that was named; otherwise `rollsafe.toml` is looked for in `folder` and above.
    pub(crate) service_file: Option<PathBuf>,
    /// The checklists that were named; otherwise those of the profile, otherwise `checklists/*.toml`.
    pub(crate) checklists: Vec<PathBuf>,
    /// The profile.
    pub(crate) profile: Profile,
    /// The target that was named; otherwise the one of the profile.
    pub(crate) target: Option<String>,
    /// Variables of the caller, which go before those of the files.
    pub(crate) variables: Vec<(String, String)>,
    /// The id of the run.
    pub(crate) run: String,
    /// Whether values are looked up (`run`, `plan`), or only names are checked (`check`).
    pub(crate) values: bool,
}
