use clade_domain::Headroom;

use super::result::count;

/// What there is to gain, said once before a search spends its budget.
pub fn lines(headroom: &Headroom) -> Vec<String> {
    let Headroom { n, score, ci_low, ci_high, repeats, .. } = headroom;
    let on = count(u64::from(*n), "train example");
    let first = format!("headroom: the first prompt scores {score:.2} [{ci_low:.2}, {ci_high:.2}] on {on}");
    let again = headroom.noise.map(|noise| {
        let differ = (noise * f64::from(*repeats)).round();
        let above = match headroom.ceiling {
            Some(ceiling) => format!("; at that noise no prompt can be expected above {ceiling:.2}"),
            None => String::new(),
        };
        format!("asked twice, {differ} of {} scored otherwise{above}", count(u64::from(*repeats), "answer"))
    });
    let needs: Vec<String> = headroom
        .power
        .iter()
        .map(|row| {
            let examples = count(u64::from(row.examples), "test example");
            format!("{:.0} points {examples} ({})", row.gain * 100.0, count(row.calls, "call"))
        })
        .collect();
    let mut lines: Vec<String> = [Some(first), again].into_iter().flatten().collect();
    if !needs.is_empty() {
        lines.push(format!("a gain can be shown with: {}", needs.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use clade_domain::PowerRow;

    use super::*;

    #[test]
    fn headroom_reads_well() {
        let power = [(0.02, 1_900, 3_800), (0.05, 310, 620), (0.1, 77, 154)];
        let power = power.map(|(gain, examples, calls)| PowerRow { gain, examples, calls }).to_vec();
        let mut headroom = Headroom {
            n: 60,
            score: 0.356,
            ci_low: 0.24,
            ci_high: 0.48,
            repeats: 5,
            noise: Some(0.6),
            ceiling: Some(0.907),
            power,
        };
        let noisy = lines(&headroom).join("\n");
        (headroom.noise, headroom.ceiling) = (Some(0.0), None);
        let quiet = lines(&headroom).join("\n");
        (headroom.noise, headroom.repeats) = (None, 0);
        insta::assert_snapshot!([noisy, quiet, lines(&headroom).join("\n")].join("\n\n"), @r"
        headroom: the first prompt scores 0.36 [0.24, 0.48] on 60 train examples
        asked twice, 3 of 5 answers scored otherwise; at that noise no prompt can be expected above 0.91
        a gain can be shown with: 2 points 1,900 test examples (3,800 calls), 5 points 310 test examples (620 calls), 10 points 77 test examples (154 calls)

        headroom: the first prompt scores 0.36 [0.24, 0.48] on 60 train examples
        asked twice, 0 of 5 answers scored otherwise
        a gain can be shown with: 2 points 1,900 test examples (3,800 calls), 5 points 310 test examples (620 calls), 10 points 77 test examples (154 calls)

        headroom: the first prompt scores 0.36 [0.24, 0.48] on 60 train examples
        a gain can be shown with: 2 points 1,900 test examples (3,800 calls), 5 points 310 test examples (620 calls), 10 points 77 test examples (154 calls)
        ");
    }
}
