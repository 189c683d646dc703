/// Insertions, deletions and substitutions of characters between two texts.
/// Levenshtein 1966, "Binary codes capable of correcting deletions, insertions and reversals".
#[must_use]
pub fn levenshtein(a: &str, b: &str) -> usize {
    strsim::levenshtein(a, b)
}

/// The same where it is at most `most`, else `None`. The work grows with the text times `most`, not with both texts:
/// only a band of the table is filled. Ukkonen 1985, "Algorithms for approximate string matching".
#[must_use]
pub fn levenshtein_within(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b) = strip_common(a, b);
    let rows: Vec<char> = a.chars().collect();
    let columns: Vec<char> = b.chars().collect();
    if rows.len().abs_diff(columns.len()) > most {
        return None;
    }
    let far = most + 1;
    let mut previous: Vec<usize> = (0..=columns.len()).map(|j| j.min(far)).collect();
    let mut current = vec![far; columns.len() + 1];
    for (i, row) in rows.iter().enumerate() {
        let first = (i + 1).saturating_sub(most);
        let last = (i + 1).saturating_add(most).min(columns.len());
        current[0] = (i + 1).min(far);
        if first > 1 {
            current[first - 1] = far;
        }
        let mut least = current[0];
        for j in first.max(1)..=last {
            let swap = previous[j - 1] + usize::from(*row != columns[j - 1]);
            let delete = previous[j] + 1;
            let insert = current[j - 1] + 1;
            current[j] = swap.min(delete).min(insert).min(far);
            least = least.min(current[j]);
        }
        if last < columns.len() {
            current[last + 1] = far;
        }
        if least > most {
            return None;
        }
        std::mem::swap(&mut previous, &mut current);
    }
    Some(previous[columns.len()]).filter(|distance| *distance <= most)
}

/// Both texts without the beginning and the end they share, which no edit touches.
fn strip_common<'t>(a: &'t str, b: &'t str) -> (&'t str, &'t str) {
    let head: usize = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let (a, b) = (&a[head..], &b[head..]);
    let tail: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    (&a[..a.len() - tail], &b[..b.len() - tail])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_band_agrees_with_the_whole_table(a in "[abcé]{0,14}", b in "[abcé]{0,14}", most in 0usize..16) {
            let distance = levenshtein(&a, &b);
            prop_assert_eq!(levenshtein_within(&a, &b, most), (distance <= most).then_some(distance));
        }
    }
}
