//! The language by tables, and its laws.

use std::borrow::Cow;

use clade_filter::{Expr, Field, Filter, Found, Kind, Record};
use proptest::prelude::*;

const FIELDS: [Field; 5] = [
    Field { name: "score", kind: Kind::Number, about: "" },
    Field { name: "operator", kind: Kind::Text, about: "" },
    Field { name: "status", kind: Kind::Word(&["kept", "dropped"]), about: "" },
    Field { name: "created", kind: Kind::Time, about: "" },
    Field { name: "parent", kind: Kind::Text, about: "" },
];

/// A record of the fields above.
#[derive(Debug, Clone)]
struct Row {
    score: Option<f64>,
    operator: Option<&'static str>,
    status: &'static str,
    created: i64,
    parents: Vec<&'static str>,
}

impl Record for Row {
    fn find(&self, field: &str) -> Found<'_> {
        match field {
            "score" => Found::number(self.score),
            "operator" => Found::text(self.operator),
            "status" => Found::text(Some(self.status)),
            "created" => Found::Time(self.created),
            "parent" => Found::Many(self.parents.iter().map(|parent| Cow::Borrowed(*parent)).collect()),
            _ => Found::Missing,
        }
    }
}

fn rows() -> [Row; 3] {
    let at = 1_793_491_200_000; // 2026-11-01T00:00:00Z
    [
        Row { score: Some(0.9), operator: Some("reflect"), status: "kept", created: at, parents: vec!["c1", "c2"] },
        Row { score: Some(0.5), operator: Some("Word-Swap"), status: "dropped", created: at + 1, parents: vec!["c1"] },
        Row { score: None, operator: None, status: "kept", created: at - 1, parents: vec![] },
    ]
}

#[test]
fn conditions_hold_for_the_right_rows() {
    // filter, the rows it keeps
    let table: [(&str, &[usize]); 26] = [
        ("", &[0, 1, 2]),
        ("  ", &[0, 1, 2]),
        ("score>0.8 and operator=reflect", &[0]),
        ("score >= 0.5", &[0, 1]),
        ("score<0.9", &[1]),
        ("score<=.9", &[0, 1]),
        ("score=0.5", &[1]),
        ("score==0.5", &[1]),
        ("score!=0.5", &[0, 2]),
        ("score=none", &[2]),
        ("score!=none", &[0, 1]),
        ("not score>0.8", &[1, 2]),
        ("operator~SWAP", &[1]),
        ("operator!~swap", &[0, 2]),
        ("operator='Word-Swap'", &[1]),
        ("operator=\"word-swap\"", &[]),
        ("operator=none or status=dropped", &[1, 2]),
        ("operator=none or status=dropped and score>0.9", &[2]),
        ("(operator=none or status=dropped) and score>0.4", &[1]),
        ("NOT (status=kept AND score>0.1)", &[1, 2]),
        ("not not status=kept", &[0, 2]),
        ("parent=c2", &[0]),
        ("parent!=c2", &[1, 2]),
        ("parent=none", &[2]),
        ("created>=2026-11-01", &[0, 1]),
        ("created>2026-11-01T00:00:00Z", &[1]),
    ];
    for (text, kept) in table {
        let filter = Filter::parse(text, &FIELDS).unwrap();
        let found: Vec<usize> = (0..).zip(rows()).filter(|(_, row)| filter.matches(row)).map(|(n, _)| n).collect();
        assert_eq!(found, kept, "{text}");
        assert_eq!(Filter::parse(&filter.to_string(), &FIELDS).unwrap(), filter, "{text} as {filter}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_nearest_name() {
    // filter, the character, words of the message
    let table: [(&str, usize, &str); 20] = [
        ("scor>0.8", 1, "did you mean `score`?"),
        ("score>0.8 and oprator=x", 15, "did you mean `operator`?"),
        ("zzz=1", 1, "the fields are score, operator, status, created, parent"),
        ("score>high", 7, "`high` is none"),
        ("score>inf", 7, "`inf` is none"),
        ("score~0.5", 6, "not with `~`"),
        ("operator>a", 9, "not with `>`"),
        ("status=drop", 8, "did you mean `dropped`?"),
        ("created>yesterday", 9, "2026-11-01"),
        ("score", 6, "how to compare `score`"),
        ("score>", 7, "a value for `score` is missing"),
        ("score>0.8 operator=x", 11, "`and` or `or` before `operator`"),
        ("(score>0.8", 11, "a `)` is missing"),
        ("score>0.8)", 10, "closes nothing"),
        ("and score>1", 1, "missing before `and`"),
        ("score>0.8 and", 14, "is missing"),
        ("operator='a", 10, "no closing '"),
        ("!score>1", 1, "write `not`"),
        ("score>none", 7, "goes with = and !="),
        ("größe>1", 1, "no field `größe`"),
    ];
    for (text, column, words) in table {
        let error = Filter::parse(text, &FIELDS).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_refused() {
    let deep = format!("{}score=1{}", "(".repeat(2000), ")".repeat(2000));
    assert!(Filter::parse(&deep, &FIELDS).unwrap_err().message.contains("deep"));
    let long = vec!["score=1"; 1000].join(" or ");
    assert!(Filter::parse(&long, &FIELDS).unwrap_err().message.contains("4096"));
}

#[test]
fn a_filter_knows_what_it_asks_for() {
    let filter = Filter::parse("not (score>1 or operator~x)", &FIELDS).unwrap();
    assert!(filter.asks_for("operator") && filter.asks_for("score") && !filter.asks_for("status"));
    assert!(matches!(filter.expr(), Expr::Not(_)) && !filter.is_all() && Filter::all().is_all());
}

/// Filters as text, nested.
fn filters() -> impl Strategy<Value = String> {
    let number =
        (prop_oneof!["=", "!=", "<", "<=", ">", ">="], -2.0..2.0).prop_map(|(op, n)| format!("score {op} {n}"));
    let text = (prop_oneof!["=", "!=", "~", "!~"], "[ -~äöß🧬]{0,8}")
        .prop_map(|(op, t)| format!("operator{op}\"{}\"", t.replace('\\', "\\\\").replace('"', "\\\"")));
    let word = prop_oneof!["status=kept", "status!=dropped", "score=none", "parent=c1", "created>2026-11-01"];
    prop_oneof![number, text, word].prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) or {b}")),
        ]
    })
}

proptest! {
    #[test]
    fn written_and_read_again_it_is_the_same(text in filters()) {
        let filter = Filter::parse(&text, &FIELDS).unwrap();
        prop_assert_eq!(Filter::parse(&filter.to_string(), &FIELDS).unwrap(), filter);
    }

    #[test]
    fn boolean_laws_hold(a in filters(), b in filters()) {
        let parse = |text: &str| Filter::parse(text, &FIELDS).unwrap();
        let (both, either) = (parse(&format!("({a}) and ({b})")), parse(&format!("({a}) or ({b})")));
        let (not, one, other) = (parse(&format!("not ({a})")), parse(&a), parse(&b));
        for row in rows() {
            prop_assert_eq!(both.matches(&row), one.matches(&row) && other.matches(&row));
            prop_assert_eq!(either.matches(&row), one.matches(&row) || other.matches(&row));
            prop_assert_eq!(not.matches(&row), !one.matches(&row));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", cut in 0usize..60) {
        let _ = Filter::parse(&text, &FIELDS);
        let almost: String = "score>0.8 and (operator~\"x\" or not status=kept)".chars().take(cut).collect();
        let _ = Filter::parse(&almost, &FIELDS);
    }
}
