use std::{collections::BTreeSet, sync::LazyLock};

use clade_domain::Vars;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, Template, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value, ValueKind},
};

use super::{TemplateError, anything::Anything, filters, plain::Plain, value};

/// Most steps of one rendering; a loop over 10,000 items with some text takes about 100,000.
const FUEL: u64 = 1_000_000;

/// The one name a template has inside its own environment.
const NAME: &str = "template";

/// One template, parsed once. Cheap to fill, and shared freely between threads.
#[derive(Debug)]
pub struct CompiledTemplate {
    component: String,
    names: BTreeSet<String>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Plain(Plain),
    /// An environment that holds the template and owns its source.
    Engine(Box<Environment<'static>>),
}

impl CompiledTemplate {
    /// Parses a source; `component` is named in errors and may be empty.
    ///
    /// # Errors
    /// [`TemplateError::Syntax`] with the line.
    pub fn compile(component: &str, source: &str) -> Result<Self, TemplateError> {
        if let Some(plain) = Plain::parse(source) {
            let names = plain.names().map(str::to_owned).collect();
            return Ok(Self { component: component.to_owned(), names, form: Form::Plain(plain) });
        }
        Self::compile_with_engine(component, source)
    }

    /// As [`Self::compile`], through the engine even where the plain form would do: what the plain form is tested against.
    #[doc(hidden)]
    pub fn compile_with_engine(component: &str, source: &str) -> Result<Self, TemplateError> {
        let mut environment = BASE.clone();
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| syntax(component, &error))?;
        let template = environment.get_template(NAME).map_err(|error| syntax(component, &error))?;
        let names = undeclared(&template, source);
        Ok(Self { component: component.to_owned(), names, form: Form::Engine(Box::new(environment)) })
    }

    /// The variables it reads from the example.
    #[must_use]
    pub fn variables(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// The filled text.
    ///
    /// # Errors
    /// [`TemplateError::Missing`] or [`TemplateError::Render`].
    pub fn render(&self, vars: &Vars) -> Result<String, TemplateError> {
        match &self.form {
            Form::Plain(plain) => plain.render(vars).map_err(|missing| TemplateError::Missing {
                component: self.component.clone(),
                line: missing.line,
                variable: missing.name.to_owned(),
            }),
            Form::Engine(environment) => {
                let template = environment.get_template(NAME).map_err(|error| syntax(&self.component, &error))?;
                template
                    .render(context(&self.names, vars))
                    .map_err(|error| failed(&self.component, &error, &template, &self.names, vars))
            }
        }
    }
}

/// The variables that a template reads from the example.
///
/// # Errors
/// [`TemplateError::Syntax`] with the line.
pub fn variables(source: &str) -> Result<BTreeSet<String>, TemplateError> {
    if let Some(plain) = Plain::parse(source) {
        return Ok(plain.names().map(str::to_owned).collect());
    }
    let template = BASE.template_from_named_str(NAME, source).map_err(|error| syntax("", &error))?;
    Ok(undeclared(&template, source))
}

/// Fills a text once, such as an assertion's value. A text without `{` is copied as it is.
///
/// # Errors
/// [`TemplateError`] with an empty component.
pub fn fill(text: &str, vars: &Vars) -> Result<String, TemplateError> {
    if !text.contains('{') {
        return Ok(text.to_owned());
    }
    if let Some(plain) = Plain::parse(text) {
        return plain.render(vars).map_err(|missing| TemplateError::Missing {
            component: String::new(),
            line: missing.line,
            variable: missing.name.to_owned(),
        });
    }
    let template = BASE.template_from_named_str(NAME, text).map_err(|error| syntax("", &error))?;
    let names = undeclared(&template, text);
    template.render(context(&names, vars)).map_err(|error| failed("", &error, &template, &names, vars))
}

/// A template that is filled to exactly this text, in MiniJinja as in Nunjucks, whatever in it looks like a template.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // what follows a text may open a template together with its last character
        match (c, rest.peek()) {
            ('{', Some('{' | '%' | '#') | None) => quoted.push_str("{{ '{' }}"),
            _ => quoted.push(c),
        }
    }
    quoted
}

static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // building fails for bad delimiters only, and these are the default ones
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(false);
    environment.remove_global("debug");
    environment.set_formatter(format_value);
    filters::add(&mut environment);
    environment
});

pub(super) fn to_json(value: &Value) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, format!("the value is no JSON: {error}")))
}

fn format_value(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Ok(()),
        ValueKind::String => out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from),
        ValueKind::Number if !value.is_integer() => {
            let mut text = String::new();
            value::write_float(&mut text, f64::try_from(value.clone())?);
            out.write_str(&text).map_err(Error::from)
        }
        ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => {
            let mut text = String::new();
            value::write_json(&mut text, &to_json(value)?);
            out.write_str(&text).map_err(Error::from)
        }
        _ => out.write_str(&value.to_string()).map_err(Error::from),
    }
}

/// Only what the template reads, so that large data beside it costs nothing.
fn context(names: &BTreeSet<String>, vars: &Vars) -> Value {
    Value::from_pairs(
        names.iter().filter_map(|name| vars.get(name).map(|value| (name.as_str(), Value::from(Serde(value))))),
    )
}

fn undeclared(template: &Template<'_, '_>, source: &str) -> BTreeSet<String> {
    // the engine counts its own functions as undeclared; a name that is called is one of them
    let called = |name: &str| {
        BASE.globals().any(|(global, _)| global == name)
            && source.match_indices(name).any(|(at, _)| source[at + name.len()..].trim_start().starts_with('('))
    };
    template.undeclared_variables(false).into_iter().filter(|name| !called(name)).collect()
}

fn line(error: &Error) -> u32 {
    error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1)
}

fn words(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

fn syntax(component: &str, error: &Error) -> TemplateError {
    TemplateError::Syntax { component: component.to_owned(), line: line(error), detail: words(error) }
}

fn failed(
    component: &str,
    error: &Error,
    template: &Template<'_, '_>,
    names: &BTreeSet<String>,
    vars: &Vars,
) -> TemplateError {
    let component = component.to_owned();
    let line = line(error);
    if error.kind() == ErrorKind::UndefinedError {
        let missing = blamed(template, names, vars);
        if !missing.is_empty() {
            return TemplateError::Missing { component, line, variable: missing.join("`, `") };
        }
        let detail = "a value has no such attribute or item; check the names after each dot".to_owned();
        return TemplateError::Render { component, line, detail };
    }
    let detail = match error.kind() {
        ErrorKind::OutOfFuel => format!("it takes more than {FUEL} steps; loop over less"),
        _ => words(error),
    };
    TemplateError::Render { component, line, detail }
}

/// The variables that have to get a value so that nothing undefined is met, or not before a later line: a template may well ask for others that are
/// not there, by `default` or `{% if %}`.
fn blamed<'a>(template: &Template<'_, '_>, names: &'a BTreeSet<String>, vars: &Vars) -> Vec<&'a str> {
    // the line where something undefined is met if this variable alone is absent
    let fails = |absent: Option<&str>| {
        let values = names.iter().filter(|name| absent != Some(name.as_str())).map(|name| {
            (
                name.as_str(),
                vars.get(name).map_or_else(|| Value::from_object(Anything), |value| Value::from(Serde(value))),
            )
        });
        let error = template.render(Value::from_pairs(values)).err()?;
        (error.kind() == ErrorKind::UndefinedError).then(|| line(&error))
    };
    let otherwise = fails(None).unwrap_or(u32::MAX);
    let missing = names.iter().map(String::as_str).filter(|name| !vars.contains_key(*name));
    missing.filter(|name| fails(Some(name)).is_some_and(|line| line < otherwise)).collect()
}
