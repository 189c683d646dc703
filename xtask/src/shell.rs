//! Commands as a person would type them, and short questions to programs.

use std::{
    ffi::OsStr,
    process::{Command, Stdio},
};

/// The command in a form that can be pasted into a shell: changed environment, program, arguments.
pub fn display(command: &Command) -> String {
    let mut words: Vec<String> = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quote(value)));
        }
    }
    words.push(quote(program_name(command.get_program())));
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

/// Cargo is known by its name, whichever toolchain's file it is.
fn program_name(program: &OsStr) -> &OsStr {
    let path = std::path::Path::new(program);
    if path.file_stem() == Some(OsStr::new("cargo")) { OsStr::new("cargo") } else { program }
}

fn quote(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether the command starts and ends well; what it prints is thrown away.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether a program of this name can be started.
pub fn exists(program: &str) -> bool {
    succeeds(Command::new(program).arg("--version"))
}

/// What a command prints on stdout, trimmed; `None` where it fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_pasted() {
        let mut command = Command::new("/somewhere/bin/cargo");
        command.args(["test", "--", "a b", "it's", ""]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(display(&command), r"RUSTDOCFLAGS='-D warnings' cargo test -- 'a b' 'it'\''s' ''");
    }

    #[test]
    fn a_missing_program_does_not_exist() {
        assert!(!exists("no-program-has-this-name"));
        assert_eq!(answer(&mut Command::new("no-program-has-this-name")), None);
    }
}
