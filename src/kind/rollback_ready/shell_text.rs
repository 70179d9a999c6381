//! Reading shell text without running it: which commands it holds, and whether any of them does something.
//!
//! The reading is coarse on purpose. Whatever is not understood counts as doing something; only text that is
//! plainly without effect is called that.

/// Stands where a part of a text was whose value is not known here: a quoted part, a variable of make.
pub(super) const UNKNOWN: char = '\u{FFFD}';

/// Words that change nothing outside the shell that runs them.
const INERT: [&str; 21] = [
    "true", "false", ":", "echo", "printf", "exit", "return", "set", "cd", "pwd", "sleep", "test", "[", "[[",
    "export", "local", "readonly", "shift", "date", "unset", "wait",
];

/// Words of the grammar that stand before a command.
const GRAMMAR: [&str; 13] =
    ["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "esac"];

/// Programs that only start the program that their arguments name.
const WRAPPERS: [&str; 8] = ["env", "sudo", "nohup", "time", "nice", "exec", "command", "setsid"];

/// Programs that read shell text.
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];

/// The name of a program without its folder.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Whether a program is a shell.
pub(super) fn is_shell(program: &str) -> bool {
    SHELLS.contains(&base_name(program))
}

/// The command behind `env NAME=value`, `sudo` and the like.
pub(super) fn without_wrappers(mut argv: &[String]) -> &[String] {
    while let Some((first, rest)) = argv.split_first() {
        let skipped = WRAPPERS.contains(&base_name(first)) || is_assignment(first);
        if !skipped || rest.is_empty() {
            break;
        }
        argv = rest;
    }
    argv
}

/// The text behind `-c`, if a command hands text to a shell.
pub(super) fn text_for_shell(argv: &[String]) -> Option<&str> {
    let (program, arguments) = argv.split_first()?;
    if !is_shell(program) {
        return None;
    }
    let at = arguments.iter().position(|argument| is_text_option(argument))?;
    arguments.get(at + 1).map(String::as_str)
}

/// `-c`, alone or with other short options such as `-ec`.
fn is_text_option(argument: &str) -> bool {
    argument.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains('c'))
}

/// Whether a command plainly has no effect.
pub(super) fn command_does_nothing(argv: &[String]) -> bool {
    let argv = without_wrappers(argv);
    match (argv.first(), text_for_shell(argv)) {
        (_, Some(text)) => text_does_nothing(text),
        (Some(program), None) => INERT.contains(&base_name(program)),
        (None, None) => true,
    }
}

/// Whether shell text plainly has no effect. Text behind a plain `exit` is never reached.
pub(super) fn text_does_nothing(text: &str) -> bool {
    effects(text).is_empty()
}

/// The commands of a shell text that may have an effect, each as one line with [`UNKNOWN`] for quoted parts.
pub(super) fn effects(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut nested = false;
    for statement in without_quotes(text).split(['\n', ';']) {
        let commands: Vec<&str> = statement.split(['&', '|']).map(str::trim).filter(|one| !one.is_empty()).collect();
        nested |= commands.iter().any(|command| opens_a_block(command));
        if !nested && commands.len() == 1 && first_word(commands[0]) == Some("exit") {
            break;
        }
        found.extend(commands.into_iter().filter(|command| has_effect(command)).map(str::to_owned));
    }
    found
}

fn opens_a_block(command: &str) -> bool {
    let first = command.split_whitespace().next().unwrap_or("");
    matches!(first, "if" | "while" | "until" | "for" | "case" | "{" | "(") || command.contains("()")
}

fn has_effect(command: &str) -> bool {
    if command.contains("$(") || command.contains('`') || writes_a_file(command) {
        return true;
    }
    first_word(command).is_some_and(|word| !INERT.contains(&base_name(word)))
}

/// The program of a command, without grammar and assignments before it.
fn first_word(command: &str) -> Option<&str> {
    command.split_whitespace().map(|word| word.trim_start_matches('(')).find(|word| {
        !word.is_empty()
            && !GRAMMAR.contains(word)
            && !is_assignment(word)
            && !WRAPPERS.contains(word)
            && *word != ")"
    })
}

/// Whether a word stands for itself: nothing in it is unknown, and no variable of the shell.
pub(super) fn is_plain(word: &str) -> bool {
    !word.contains([UNKNOWN, '$', '`', '*', '?'])
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    !name.is_empty() && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// Whether output goes to a file that is more than a stream of the shell.
fn writes_a_file(command: &str) -> bool {
    command.split('>').skip(1).any(|after| {
        let target = after.split_whitespace().next().unwrap_or("");
        let stream = target.is_empty() || target.chars().all(|digit| digit.is_ascii_digit());
        !(stream || matches!(target, "/dev/null" | "/dev/stderr" | "/dev/stdout"))
    })
}

/// The text with quoted parts and comments taken out and continued lines joined. Command substitution inside double
/// quotes stays. `>&2` loses its `&`, so that it does not look like the end of a command.
fn without_quotes(text: &str) -> String {
    let joined = text.replace("\\\n", " ").replace(">&", ">");
    let mut plain = String::new();
    let mut quote: Option<char> = None;
    let mut characters = joined.chars().peekable();
    while let Some(next) = characters.next() {
        match (quote, next) {
            (Some(open), _) if open == next => quote = None,
            (Some('"'), '`') => plain.push('`'),
            (Some('"'), '$') if characters.peek() == Some(&'(') => plain.push_str("$("),
            (Some(_) | None, '\\') => {
                characters.next();
            }
            (Some(_), _) => {}
            (None, '\'' | '"') => {
                quote = Some(next);
                plain.push(UNKNOWN);
            }
            (None, '#') if plain.is_empty() || plain.ends_with(char::is_whitespace) => {
                while characters.next_if(|&comment| comment != '\n').is_some() {}
            }
            (None, _) => plain.push(next),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        shell_words::split(text).unwrap()
    }

    #[test]
    fn a_command_without_effect_is_told() {
        for text in [
            "true",
            ":",
            "echo rolled back",
            "/bin/echo done",
            "exit 0",
            "env A=1 true",
            "sudo echo x",
            "sh -c 'exit 0'",
            "bash -ec 'echo \"rolled; back\"; true'",
            "printf done",
        ] {
            assert!(command_does_nothing(&words(text)), "{text}");
        }
        for text in ["make rollback", "kubectl rollout undo", "sh -c 'kubectl rollout undo'", "env A=1 make x"] {
            assert!(!command_does_nothing(&words(text)), "{text}");
        }
    }

    #[test]
    fn text_without_effect_is_told() {
        for text in [
            "",
            "#!/bin/sh\nset -eu\ncd \"$(dirname x)\" >/dev/null".replace("$(dirname x)", "here").as_str(),
            "echo 'rolling back # really'; exit 0",
            "if [ -n x ]; then echo a; else echo b; fi",
            "VERSION=1\necho $VERSION >&2",
            "set -eu\nexit 0\nkubectl rollout undo",
        ] {
            assert!(text_does_nothing(text), "{text}");
        }
    }

    #[test]
    fn whatever_may_have_an_effect_counts() {
        for text in [
            "ln -sfn releases/1 current",
            "echo 1.0.0 > current",
            "echo \"$(kubectl rollout undo)\"",
            "echo `make x`",
            "echo y | kubectl delete -f -",
            "[ -n \"$1\" ] || exit 1\nmake x",
            "if [ $# = 0 ]; then\n  exit 1\nfi\nmake x",
            "fail() {\n  exit 1\n}\nmake x",
            "A=1 make x",
        ] {
            assert!(!text_does_nothing(text), "{text}");
        }
        assert_eq!(effects("set -e\ncd x && sh go.sh 'a b' # note"), ["sh go.sh \u{FFFD}"]);
    }
}
