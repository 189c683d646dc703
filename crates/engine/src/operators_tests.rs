use super::*;

fn promised(edits: &[(f64, f64)]) -> Promised {
    Promised {
        edits: edits.len() as u32,
        gain: edits.iter().map(|(gain, _)| gain).sum(),
        variance: edits.iter().map(|(_, sd)| sd * sd).sum(),
    }
}

fn report(name: &str, proposed: u32, on_the_line: u32) -> OperatorReport {
    OperatorReport {
        operator: name.into(),
        proposed,
        rejected: 0,
        kept: on_the_line,
        dropped: proposed - on_the_line,
        on_the_line,
        trials: 100,
        gain: 0.0,
        gain_ci: None,
        calls: 2_000,
        usd: Some(0.5),
        per_try: None,
        per_usd: None,
        per_1000_calls: None,
    }
}

fn shown(difference: f64, ci: [f64; 2]) -> GainShown {
    GainShown { split: Split::Test, examples: 200, difference, ci }
}

/// What two operators earned that promised 81 points in all, where so much was shown.
fn earned(of: GainShown) -> [OperatorReport; 2] {
    let names: [OperatorName; 2] = ["merge".into(), "reflect".into()];
    let edits = [promised(&[(0.2, 0.1)]), promised(&[(0.3, 0.1), (0.31, 0.15)])];
    let shares = shares(&names.iter().zip(edits).collect());
    [("merge", 10, 1), ("reflect", 40, 2)].map(|(name, proposed, line)| {
        let mut report = report(name, proposed, line);
        let share = shares[&report.operator];
        earn(&mut report, &of, share, of.difference / 3.0);
        report
    })
}

#[test]
fn shares_add_up_to_what_was_shown_whatever_was_promised() {
    for (difference, ci) in [(0.55, [0.45, 0.64]), (0.01, [-0.03, 0.05]), (0.0, [-0.02, 0.02]), (-0.04, [-0.1, 0.02])] {
        let reports = earned(shown(difference, ci));
        let sum: f64 = reports.iter().map(|report| report.gain).sum();
        assert!((sum - difference).abs() < 1e-12, "{difference}: {sum}");
        for report in &reports {
            let [low, high] = report.gain_ci.unwrap();
            assert!(low <= report.gain && report.gain <= high, "{report:?}");
            let rates = [report.per_try, report.per_usd, report.per_1000_calls].map(Option::unwrap);
            for Rate { value, ci } in rates {
                let [low, high] = ci.unwrap();
                assert!(low <= value && value <= high && low < high, "{report:?}");
            }
            let [a_try, a_usd, calls] = rates.map(|rate| rate.value);
            assert!((a_try * f64::from(report.proposed) - report.gain).abs() < 1e-12);
            assert!((a_usd * 0.5 - report.gain).abs() < 1e-12 && (calls * 2.0 - report.gain).abs() < 1e-12);
        }
        // the promises are 20 to 61
        assert!((reports[0].gain - difference * 20.0 / 81.0).abs() < 1e-12);
    }
}

#[test]
fn one_operator_alone_has_the_interval_of_what_was_shown() {
    let of = shown(0.3, [0.2, 0.38]);
    let name: OperatorName = "reflect".into();
    let share = shares(&BTreeMap::from([(&name, promised(&[(0.2, 0.1), (0.4, 0.2)]))]))[&name];
    let mut report = report("reflect", 30, 2);
    earn(&mut report, &of, share, 0.15);
    let [low, high] = report.gain_ci.unwrap();
    assert!((low - 0.2).abs() < 1e-12 && (high - 0.38).abs() < 1e-12);
    // two of thirty tries say little of how often the next ones lead on: Wilson has 0.018 to 0.213
    let [low, high] = report.per_try.unwrap().ci.unwrap();
    assert!(low > 0.0 && low < 0.004 && high > 0.03 && high < 0.035, "{low} {high}");
}

#[test]
fn who_led_nowhere_may_have_been_unlucky() {
    let of = shown(0.3, [0.2, 0.38]);
    let mut few = report("paraphrase", 3, 0);
    let mut many = report("paraphrase", 300, 0);
    for report in [&mut few, &mut many] {
        earn(report, &of, Share::default(), 0.1);
        let rate = report.per_try.unwrap();
        assert!(rate.value == 0.0 && rate.ci.unwrap()[0] == 0.0, "{report:?}");
    }
    let high = |report: &OperatorReport| report.per_try.unwrap().ci.unwrap()[1];
    assert!(high(&few) > 0.05 && high(&many) < 0.002, "{} {}", high(&few), high(&many));
}

#[test]
fn edits_that_promised_nothing_have_equal_parts() {
    let names: [OperatorName; 2] = ["a".into(), "b".into()];
    let shares = shares(&names.iter().zip([promised(&[(0.0, 0.1)]), promised(&[(0.0, 0.1); 3])]).collect());
    assert_eq!((shares[&names[0]].part, shares[&names[1]].part), (0.25, 0.75));
}
