use std::{collections::BTreeMap, fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    config::ModelConfig,
    dotenv,
    vendors::{VENDORS, Vendor},
};

/// How a variable is looked up.
pub type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where keys and addresses come from: the real environment, then `.env` files. Never read inside this crate, always given.
#[derive(Clone)]
pub struct Environment {
    real: Lookup,
    files: BTreeMap<String, SecretString>,
}

impl Environment {
    /// An environment behind a function, such as `|name| std::env::var(name).ok()`.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { real: Arc::new(lookup), files: BTreeMap::new() }
    }

    /// An environment of these variables alone.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let map: BTreeMap<String, String> = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self::new(move |name| map.get(name).cloned())
    }

    /// Adds the text of a `.env` file. What the real environment or an earlier file sets stays as it is.
    ///
    /// # Errors
    /// A sentence with the line where the text is no `.env` file.
    pub fn with_dotenv(mut self, text: &str) -> Result<Self, String> {
        let before = self.clone();
        for (name, value) in dotenv::parse(text, &|name| before.get(name))? {
            self.files.entry(name).or_insert_with(|| SecretString::from(value));
        }
        Ok(self)
    }

    /// The address in the text of a `.env` file that would count, and the key that would go there, which is set outside of it.
    ///
    /// # Errors
    /// As [`Self::with_dotenv`].
    pub fn turned_by(&self, text: &str) -> Result<Option<(&'static str, &'static str)>, String> {
        let all = self.clone().with_dotenv(text)?;
        let turned = VENDORS.iter().find_map(|vendor| {
            let address = vendor.base_url_vars.iter().find(|name| all.get(name).is_some())?;
            let key = vendor.key_vars.iter().find(|name| self.get(name).is_some())?;
            self.get(address).is_none().then_some((*address, *key))
        });
        Ok(turned)
    }

    /// A variable's value; empty ones count as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let real = (self.real)(name).filter(|value| !value.is_empty());
        real.or_else(|| self.files.get(name).map(|value| value.expose_secret().to_owned()).filter(|v| !v.is_empty()))
    }
}

impl fmt::Debug for Environment {
    /// Names of the variables of files only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("files", &self.files.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// A key is needed and not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{model} needs an API key: {}", self.fix())]
pub struct MissingKey {
    /// The model.
    pub model: String,
    /// The variables that would do, as words.
    pub variables: String,
}

impl MissingKey {
    /// What to do.
    #[must_use]
    pub fn fix(&self) -> String {
        format!("set {} in the environment or in a .env file beside the run file", self.variables)
    }
}

/// The key for a model: `apiKey` of its config (`${VAR}` and `{{env.VAR}}` are looked up), then the variable that
/// `apiKeyEnvar` names, then the vendor's usual variables. `None` where none is set and none is needed.
///
/// # Errors
/// [`MissingKey`] that names the variables.
pub fn find_key(
    model: &str,
    vendor: &Vendor,
    config: &ModelConfig,
    env: &Environment,
) -> Result<Option<SecretString>, MissingKey> {
    if let Some(written) = &config.api_key {
        let written = written.expose_secret();
        return match reference(written) {
            None => Ok(Some(SecretString::from(written.to_owned()))),
            Some(name) => match env.get(name) {
                Some(key) => Ok(Some(SecretString::from(key))),
                None => Err(missing(model, &[name])),
            },
        };
    }
    if let Some(name) = &config.api_key_envar {
        return match env.get(name) {
            Some(key) => Ok(Some(SecretString::from(key))),
            None => Err(missing(model, &[name])),
        };
    }
    match vendor.key_vars.iter().find_map(|name| env.get(name)) {
        Some(key) => Ok(Some(SecretString::from(key.trim().to_owned()))),
        None if vendor.key_optional || config.api_key_required == Some(false) => Ok(None),
        None => Err(missing(model, vendor.key_vars)),
    }
}

/// The variable that a text such as `${VAR}`, `$VAR` or `{{env.VAR}}` stands for.
fn reference(text: &str) -> Option<&str> {
    let text = text.trim();
    let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).or_else(|| {
        let inner = text.strip_prefix("{{")?.strip_suffix("}}")?.trim();
        inner.strip_prefix("env.")
    });
    let name = inside.or_else(|| text.strip_prefix('$'))?;
    let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    fits.then_some(name)
}

fn missing(model: &str, variables: &[&str]) -> MissingKey {
    MissingKey { model: model.to_owned(), variables: variables.join(" or ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vendors::vendor;

    fn config(value: serde_json::Value) -> ModelConfig {
        ModelConfig::read("openai:chat:m", &serde_json::from_value(value).unwrap()).unwrap()
    }

    #[test]
    fn a_file_that_turns_a_key_elsewhere_is_found() {
        let file = "OPENAI_BASE_URL=https://other.example/v1\nOLLAMA_BASE_URL=http://h\n";
        let turned = Some(("OPENAI_BASE_URL", "OPENAI_API_KEY"));
        let table = [
            (vec![("OPENAI_API_KEY", "k")], file, turned),
            (vec![("OPENAI_API_KEY", "k")], "OPENAI_API_KEY=own\n", None),
            (vec![("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "https://own.example")], file, None),
            (vec![("GROQ_API_KEY", "k")], file, None),
            (vec![], file, None),
        ];
        for (own, text, expected) in table {
            assert_eq!(Environment::of(own.clone()).turned_by(text).unwrap(), expected, "{own:?} {text}");
        }
    }

    #[test]
    fn finds_keys_in_their_order() {
        let env = Environment::of([("OPENAI_API_KEY", "usual"), ("MINE", "mine"), ("EMPTY", "")]);
        let env = env.with_dotenv("OPENAI_API_KEY=file\nONLY_FILE=from-file\n").unwrap();
        let cases = [
            (json!({}), Ok("usual")),
            (json!({"apiKey": "written"}), Ok("written")),
            (json!({"apiKey": "${MINE}"}), Ok("mine")),
            (json!({"apiKey": "{{env.MINE}}"}), Ok("mine")),
            (json!({"apiKeyEnvar": "ONLY_FILE"}), Ok("from-file")),
            (json!({"apiKeyEnvar": "EMPTY"}), Err("EMPTY")),
            (json!({"apiKey": "${ABSENT}"}), Err("ABSENT")),
        ];
        for (written, expected) in cases {
            let found = find_key("openai:chat:m", vendor("openai").unwrap(), &config(written.clone()), &env);
            match expected {
                Ok(key) => assert_eq!(found.unwrap().unwrap().expose_secret(), key, "{written}"),
                Err(name) => assert!(found.unwrap_err().to_string().contains(name), "{written}"),
            }
        }
    }

    #[test]
    fn a_missing_key_names_the_variable_and_the_fix() {
        let none = Environment::of::<String, String>([]);
        let found = find_key("google:gemini", vendor("google").unwrap(), &config(json!({})), &none);
        assert_eq!(
            found.unwrap_err().to_string(),
            "google:gemini needs an API key: set GEMINI_API_KEY or GOOGLE_API_KEY in the environment or in a .env file \
             beside the run file"
        );
        assert!(find_key("ollama:m", vendor("ollama").unwrap(), &config(json!({})), &none).unwrap().is_none());
    }

    #[test]
    fn debug_shows_no_value() {
        let env = Environment::of([("A", "real-secret")]).with_dotenv("B=file-secret").unwrap();
        let shown = format!("{env:?} {:?}", config(json!({"apiKey": "written-secret"})));
        assert!(
            !shown.contains("secret\"") && !shown.contains("file-secret") && !shown.contains("written-secret"),
            "{shown}"
        );
    }
}
