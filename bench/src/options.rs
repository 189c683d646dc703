use std::{collections::BTreeMap, env, fmt::Display, str::FromStr};

/// Options of a program: `--name value`, each with a default and a word about it.
#[derive(Debug)]
pub struct Options {
    values: BTreeMap<&'static str, String>,
}

impl Options {
    /// Reads the command line. Each row is a name, its default and what it means.
    ///
    /// # Errors
    /// For an unknown option or one without a value, and with the list itself where `--help` is asked for.
    pub fn from_command_line(known: &[(&'static str, &str, &str)]) -> Result<Self, String> {
        Self::read(env::args().skip(1), known)
    }

    fn read(mut arguments: impl Iterator<Item = String>, known: &[(&'static str, &str, &str)]) -> Result<Self, String> {
        let mut values: BTreeMap<&'static str, String> =
            known.iter().map(|(name, default, _)| (*name, (*default).to_owned())).collect();
        while let Some(argument) = arguments.next() {
            let name = argument.trim_start_matches("--");
            let row = known.iter().find(|(known, ..)| *known == name && argument.starts_with("--"));
            let Some((name, ..)) = row else {
                return Err(format!("the options are\n{}", list(known)));
            };
            let value = arguments.next().ok_or_else(|| format!("--{name} needs a value"))?;
            values.insert(name, value);
        }
        Ok(Self { values })
    }

    /// A value.
    ///
    /// # Errors
    /// Where it cannot be read as a `T`.
    pub fn get<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, String> {
        let text = self.values.get(name).map_or("", String::as_str);
        text.parse().map_err(|error| format!("--{name} {text}: {error}"))
    }

    /// Values parted by commas.
    ///
    /// # Errors
    /// Where one of them cannot be read as a `T`.
    pub fn list<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Vec<T>, String> {
        let text: String = self.get(name)?;
        let read = |part: &str| part.trim().parse().map_err(|error| format!("--{name} {part}: {error}"));
        text.split(',').map(read).collect()
    }
}

fn list(known: &[(&'static str, &str, &str)]) -> String {
    let lines: Vec<String> =
        known.iter().map(|(name, default, what)| format!("  --{name} {default}  {what}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [(&str, &str, &str); 2] = [("repeats", "3", "how often"), ("latencies", "0,50", "milliseconds")];

    fn read(arguments: &[&str]) -> Result<Options, String> {
        Options::read(arguments.iter().map(|&argument| argument.to_owned()), &KNOWN)
    }

    #[test]
    fn defaults_hold_until_an_option_changes_them() {
        let options = read(&["--latencies", "5, 7"]).unwrap();
        assert_eq!(options.get::<u32>("repeats"), Ok(3));
        assert_eq!(options.list::<u64>("latencies"), Ok(vec![5, 7]));
    }

    #[test]
    fn what_is_unknown_or_unreadable_is_said() {
        assert!(read(&["--repeat", "3"]).unwrap_err().contains("--repeats 3  how often"));
        assert!(read(&["repeats", "3"]).is_err());
        assert!(read(&["--repeats"]).unwrap_err().contains("needs a value"));
        let options = read(&["--repeats", "many"]).unwrap();
        assert!(options.get::<u32>("repeats").unwrap_err().starts_with("--repeats many: "));
    }
}
