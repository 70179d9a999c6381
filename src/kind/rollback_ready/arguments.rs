//! The arguments of a task runner, sorted into options and the names of recipes.

/// Options whose values are arguments of their own, with the number of these.
type WithValues = &'static [(&'static str, usize)];

/// Options of GNU make.
pub(super) const OF_MAKE: WithValues = &[
    ("-C", 1),
    ("--directory", 1),
    ("-f", 1),
    ("--file", 1),
    ("--makefile", 1),
    ("-I", 1),
    ("--include-dir", 1),
    ("-o", 1),
    ("--old-file", 1),
    ("--assume-old", 1),
    ("-W", 1),
    ("--what-if", 1),
    ("--new-file", 1),
    ("--assume-new", 1),
];

/// Options of just.
pub(super) const OF_JUST: WithValues = &[
    ("-f", 1),
    ("--justfile", 1),
    ("-d", 1),
    ("--working-directory", 1),
    ("--set", 2),
    ("--shell", 1),
    ("--shell-arg", 1),
    ("-E", 1),
    ("--dotenv-path", 1),
];

/// Options of task.
pub(super) const OF_TASK: WithValues = &[
    ("-t", 1),
    ("--taskfile", 1),
    ("-d", 1),
    ("--dir", 1),
    ("-C", 1),
    ("--concurrency", 1),
    ("-o", 1),
    ("--output", 1),
];

/// The arguments of a task runner.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Options with their values, and assignments such as `VERSION=1`.
    pub(super) options: Vec<String>,
    /// Everything else: what is to be run, and for some runners what it is given.
    pub(super) recipes: Vec<String>,
}

impl Arguments {
    pub(super) fn sort(arguments: &[String], with_values: WithValues) -> Self {
        let mut sorted = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument.starts_with('-') || argument.contains('=') {
                let values =
                    with_values.iter().find(|(option, _)| option == argument).map_or(0, |(_, values)| *values);
                sorted.options.push(argument.clone());
                sorted.options.extend(arguments.by_ref().take(values).cloned());
            } else if argument.chars().all(|next| next.is_ascii_digit()) && sorted.recipes.is_empty() {
                // The number of `-j 4`.
                sorted.options.push(argument.clone());
            } else {
                sorted.recipes.push(argument.clone());
            }
        }
        sorted
    }

    /// Whether the runner works in another folder, so that paths in recipes mean something else.
    pub(super) fn change_folder(&self) -> bool {
        self.options.iter().any(|option| option.starts_with("-C") || option.starts_with("--directory"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(text: &str, with_values: WithValues) -> (Vec<String>, Vec<String>) {
        let words: Vec<String> = shell_words::split(text).unwrap();
        let Arguments { options, recipes } = Arguments::sort(&words, with_values);
        (options, recipes)
    }

    fn words(text: &str) -> Vec<String> {
        shell_words::split(text).unwrap()
    }

    #[test]
    fn options_keep_their_values() {
        let (options, recipes) = sorted("-C deploy -j 4 rollback VERSION=1 -f x.mk second", OF_MAKE);
        assert_eq!(options, words("-C deploy -j 4 VERSION=1 -f x.mk"));
        assert_eq!(recipes, ["rollback", "second"]);
        let (options, recipes) = sorted("--set env staging -f ops/justfile rollback 1", OF_JUST);
        assert_eq!(options, words("--set env staging -f ops/justfile"));
        assert_eq!(recipes, ["rollback", "1"]);
    }

    #[test]
    fn another_folder_is_told() {
        let of = |text: &str| Arguments::sort(&words(text), OF_MAKE).change_folder();
        assert!(of("-C deploy rollback") && of("-Cdeploy rollback") && of("--directory=deploy rollback"));
        assert!(!of("-s rollback"));
    }
}
