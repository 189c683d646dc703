//! Tests of data files: decoded the quick way, and looked at again with places where something is wrong.

use clade_domain::Vars;
use serde_json::Value;

use super::{
    case::{Case, Misfit, case},
    source::Shared,
};
use crate::{
    problem::{Excerpt, Problem},
    schema::{Checker, TestCase},
    source::{Sources, Span},
    yaml::{self, KeyPath, Node},
};

/// A test of a data file; `text` is its JSON, for places.
pub(super) fn test_case(object: Vars, text: &str, name: &str, line: usize, shared: &Shared) -> Result<Case, Problem> {
    let value = Value::Object(object.into_iter().collect());
    let rubric = shared.defaults.rubric_prompt.as_deref();
    let misfit = match serde_json::from_value::<TestCase>(value.clone()) {
        Ok(test) if in_bounds(&test) => match case(test, &shared.files, rubric, &KeyPath::default()) {
            Ok(case) => return Ok(case),
            Err(misfits) => misfits.into_iter().next(),
        },
        _ => {
            let node = Node::of_json(&value, Span::default());
            let findings = Checker::test_case().check(&node);
            findings.into_iter().find(|f| !f.note).map(|f| Misfit::new(f.path, f.message, f.fix))
        }
    };
    let misfit = misfit.unwrap_or_else(|| {
        Misfit::new(KeyPath::default(), "this is no test", "write `vars`, and `assert` where wanted")
    });
    // the slow way, only to point at the place
    let mut sources = Sources::default();
    let source = sources.add(name, text.to_owned());
    let mut problem = match yaml::read(&sources, source) {
        Ok(node) => {
            // of a key that is not known the key is the place
            let found = Checker::test_case().check(&node).into_iter().find(|f| f.path == misfit.path);
            let span = found.map_or_else(|| node.place(&misfit.path), |found| found.span);
            sources.problem(span, misfit.path.to_string(), misfit.message, misfit.fix)
        }
        Err(_) => Problem::of_line(name, 1, text.lines().next(), misfit.message, misfit.fix),
    };
    problem.line += line - 1;
    Err(problem)
}

fn in_bounds(test: &TestCase) -> bool {
    let weights = test.assert.iter().flatten().filter_map(|a| a.weight).all(|w| w >= 0.0);
    weights && test.threshold.is_none_or(|t| (0.0..=1.0).contains(&t))
}

/// A test of a YAML file.
pub(super) fn node_case(node: &Node, sources: &Sources, shared: &Shared) -> Result<Case, Problem> {
    let wrong = |m: Misfit| sources.problem(node.place(&m.path), m.path.to_string(), m.message, m.fix);
    if let Some(found) = Checker::test_case().check(node).into_iter().find(|f| !f.note) {
        return Err(sources.problem(found.span, found.path.to_string(), found.message, found.fix));
    }
    let test = serde_json::from_value(node.to_json()).map_err(|e| {
        wrong(Misfit::new(KeyPath::default(), e.to_string(), "write `vars`, and `assert` where wanted"))
    })?;
    case(test, &shared.files, shared.defaults.rubric_prompt.as_deref(), &KeyPath::default())
        .map_err(|mut misfits| wrong(misfits.swap_remove(0)))
}

/// A problem of one column of a row.
pub(super) fn wrong_test(
    name: &str,
    line: usize,
    text: Option<&str>,
    column: &str,
    message: String,
    fix: String,
) -> Problem {
    let mut problem = Problem::of_line(name, line, text, format!("`{column}`: {message}"), fix);
    if let Some(at) = text.and_then(|text| text.find(&format!("\"{column}\"")).map(|at| text[..at].chars().count())) {
        problem.column = at + 1;
        let quoted = column.chars().count() + 2;
        problem.excerpt = text.map(|text| Box::new(Excerpt::cut(text, at, quoted)));
    }
    problem
}
