//! Parting examples: by content, so that the same question is always on one side, whatever its place in the file.

use std::collections::BTreeSet;

use clade_domain::{ContentHash, Split, SplitSpec};

/// The parting of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    /// One character for each example, as [`clade_domain::DatasetSummary::splits`] has them.
    pub marks: String,
    /// Examples that ask what an earlier one asks.
    pub duplicates: u32,
    /// Those of them that want the same answer too, and so are left out.
    pub copies: u32,
    /// Questions that the user put into several splits.
    pub torn: u32,
    /// How many different questions each split has: train, validation, test.
    pub distinct: [usize; 3],
}

/// Parts examples by their contents. `questions` says of each what it asks; those that ask the same stay on one side. Where the
/// user gave splits (all or none; `Train` stands in for none) those hold, and a question that is in several goes to the one that
/// the search knows least of: test, then validation. Otherwise questions are ranked by the hash of seed and content, the least
/// content of each, and the ranking is cut into shares, each share as exact as repeated questions let it be.
///
/// Of examples that `keys` cannot tell apart, which ask the same and want the same, one counts: evidence from copies would look like more
/// than it is. Those in `lacking`, in order, have nothing that the search goes by, and do not count either.
pub(crate) fn mark(
    hashes: &[ContentHash],
    questions: &[ContentHash],
    keys: &[ContentHash],
    lacking: &[u32],
    own: Option<&[Split]>,
    spec: &SplitSpec,
) -> Marks {
    let mut order: Vec<u32> = (0..u32::try_from(hashes.len()).unwrap_or(u32::MAX)).collect();
    order.sort_unstable_by_key(|i| (questions[*i as usize], hashes[*i as usize], *i));
    // groups of equal questions, by where they begin in `order`
    let mut groups: Vec<(u32, u32)> = Vec::new();
    for (at, i) in (0u32..).zip(&order) {
        match groups.last_mut() {
            Some((start, length)) if questions[order[*start as usize] as usize] == questions[*i as usize] => {
                *length += 1
            }
            _ => groups.push((at, 1)),
        }
    }
    let duplicates = u32::try_from(hashes.len() - groups.len()).unwrap_or(u32::MAX);
    let mut marks = vec![Split::Train; hashes.len()];
    let mut distinct = [0; 3];
    let mut torn = 0;
    let members = |start: u32, length: u32| &order[start as usize..(start + length) as usize];
    let mut copy = vec![false; hashes.len()];
    let mut sizes = Vec::with_capacity(groups.len());
    let lacks = |i: u32| lacking.binary_search(&i).is_ok();
    for (start, length) in &groups {
        let mut met = BTreeSet::new();
        for i in members(*start, *length).iter().filter(|i| !lacks(**i)) {
            copy[*i as usize] = !met.insert(keys[*i as usize]);
        }
        sizes.push(met.len() as u32);
    }
    if let Some(own) = own {
        for ((start, length), size) in groups.into_iter().zip(sizes) {
            let splits = members(start, length).iter().map(|i| own[*i as usize]);
            let side = splits.clone().max().unwrap_or(Split::Train);
            torn += u32::from(splits.clone().any(|s| s != side));
            distinct[side as usize] += usize::from(size > 0);
            for i in members(start, length) {
                marks[*i as usize] = side;
            }
        }
    } else {
        let seed = spec.seed.to_le_bytes();
        let rank = |start: u32| ContentHash::of_parts([&seed[..], &hashes[order[start as usize] as usize].0[..]]);
        let mut groups: Vec<((u32, u32), u32)> = groups.into_iter().zip(sizes).filter(|(_, size)| *size > 0).collect();
        groups.sort_by_cached_key(|((start, _), _)| rank(*start));
        let shares = [spec.train, spec.validation, spec.test];
        let sizes: Vec<u32> = groups.iter().map(|(_, size)| *size).collect();
        let cuts = cut(&sizes, shares);
        for (g, ((start, length), _)) in groups.into_iter().enumerate() {
            let side = if g < cuts[0] {
                Split::Train
            } else if g < cuts[1] {
                Split::Validation
            } else {
                Split::Test
            };
            distinct[side as usize] += 1;
            for i in members(start, length) {
                marks[*i as usize] = side;
            }
        }
    }
    let letter = |split: &Split| match split {
        Split::Train => 't',
        Split::Validation => 'v',
        Split::Test => 'h',
    };
    let copies = u32::try_from(copy.iter().filter(|copy| **copy).count()).unwrap_or(u32::MAX);
    let mark = |((split, copy), i)| match (copy, lacks(i)) {
        (true, _) => 'c',
        (_, true) => 'x',
        _ => letter(split),
    };
    let marks = marks.iter().zip(copy).zip(0u32..).map(mark).collect();
    Marks { marks, duplicates, copies, torn, distinct }
}

/// The fewest different examples of which test gets so many. `spec.test` is above 0.
pub(crate) fn examples_for(test: usize, spec: &SplitSpec) -> usize {
    let shares = [spec.train, spec.validation, spec.test];
    // the cut is at most one example off the share
    let from = (test.saturating_sub(1) as f64 / spec.test).floor() as usize;
    (from.max(test)..).find(|n| n - cut(&vec![1; *n], shares)[1] >= test).unwrap_or(usize::MAX)
}

/// Where to cut a row of groups so that the sums come nearest to the shares, and no share above 0 goes empty while there
/// are groups enough.
fn cut(sizes: &[u32], shares: [f64; 3]) -> [usize; 2] {
    let total: u64 = sizes.iter().map(|n| u64::from(*n)).sum();
    let nearest = |target: f64| {
        let mut sum = 0.0;
        for (g, size) in sizes.iter().enumerate() {
            let next = sum + f64::from(*size);
            // the border goes where it is nearer to the target; before the group on a tie
            if (next - target).abs() >= (target - sum).abs() {
                return g;
            }
            sum = next;
        }
        sizes.len()
    };
    let count = total as f64;
    let mut first = nearest(count * shares[0]);
    let mut second = nearest(count * (shares[0] + shares[1]));
    if shares[2] <= 0.0 {
        second = sizes.len();
    }
    let wanted = shares.iter().filter(|s| **s > 0.0).count();
    if sizes.len() >= wanted {
        let [train, validation, test] = shares.map(|s| usize::from(s > 0.0));
        first = first.clamp(train, sizes.len() - validation - test);
        second = second.clamp(first + validation, sizes.len() - test);
    }
    [first, second.max(first)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hashes(contents: &[u32]) -> Vec<ContentHash> {
        contents.iter().map(|c| ContentHash::of(&c.to_le_bytes())).collect()
    }

    /// Parts examples that ask the same where their contents are equal.
    fn parted(hashes: &[ContentHash], own: Option<&[Split]>, spec: &SplitSpec) -> Marks {
        mark(hashes, hashes, hashes, &[], own, spec)
    }

    fn counts(marks: &Marks) -> [usize; 3] {
        ['t', 'v', 'h'].map(|letter| marks.marks.chars().filter(|c| *c == letter).count())
    }

    #[test]
    fn the_fewest_examples_for_a_test_are_the_fewest() {
        for spec in
            [SplitSpec::default(), SplitSpec { train: 0.6, validation: 0.39, test: 0.01, ..SplitSpec::default() }]
        {
            let least = examples_for(5, &spec);
            let tests = |n| counts(&parted(&hashes(&(0..n).collect::<Vec<_>>()), None, &spec))[2];
            let least = u32::try_from(least).unwrap();
            assert!(tests(least) >= 5 && tests(least - 1) < 5, "{least}");
        }
    }

    #[test]
    fn what_has_nothing_to_go_by_is_left_out_and_takes_no_share() {
        let contents = hashes(&(0..20).collect::<Vec<_>>());
        let lacking: Vec<u32> = (0..20).filter(|i| i % 2 == 1).collect();
        let marks = mark(&contents, &contents, &contents, &lacking, None, &SplitSpec::default());
        assert_eq!((counts(&marks), marks.distinct), ([4, 3, 3], [4, 3, 3]));
        let left_out: Vec<u32> = marks.marks.chars().zip(0..).filter(|(m, _)| *m == 'x').map(|(_, i)| i).collect();
        assert_eq!(left_out, lacking);
        let own = [Split::Train; 20];
        assert_eq!(
            counts(&mark(&contents, &contents, &contents, &lacking, Some(&own), &SplitSpec::default())),
            [10, 0, 0]
        );
    }

    #[test]
    fn shares_are_exact_without_repeats() {
        for (n, expected) in
            [(100, [40, 30, 30]), (10, [4, 3, 3]), (3, [1, 1, 1]), (5, [2, 1, 2]), (1000, [400, 300, 300])]
        {
            let marks = parted(&hashes(&(0..n).collect::<Vec<_>>()), None, &SplitSpec::default());
            let found = counts(&marks);
            let near = found.iter().zip(expected).all(|(a, b): (&usize, usize)| a.abs_diff(b) <= 1);
            assert!(near && (n < 10 || found == expected), "{n}: {found:?}");
        }
    }

    #[test]
    fn content_the_user_put_on_two_sides_goes_to_the_held_out_one() {
        let own = [Split::Train, Split::Test, Split::Train, Split::Validation];
        let marks = parted(&hashes(&[7, 7, 8, 9]), Some(&own), &SplitSpec::default());
        assert_eq!((marks.marks.as_str(), marks.torn, marks.duplicates, marks.copies), ("hctv", 1, 1, 1));
    }

    #[test]
    fn what_asks_the_same_is_on_one_side_whatever_else_differs() {
        let contents = hashes(&(0..200).collect::<Vec<_>>());
        let questions = hashes(&(0..200).map(|n| n % 20).collect::<Vec<_>>());
        let marks = mark(&contents, &questions, &contents, &[], None, &SplitSpec::default());
        let letters: Vec<char> = marks.marks.chars().collect();
        assert!((0..200).all(|n| letters[n] == letters[n % 20]), "{}", marks.marks);
        assert_eq!((marks.duplicates, marks.copies, marks.distinct), (180, 0, [8, 6, 6]));
        // where they want the same too, each counts once
        let marks = mark(&contents, &questions, &questions, &[], None, &SplitSpec::default());
        assert_eq!((marks.duplicates, marks.copies, counts(&marks)), (180, 180, [8, 6, 6]));
        // and where every question is another one, what they are changes nothing
        let apart = hashes(&(1_000..1_200).collect::<Vec<_>>());
        let spec = SplitSpec::default();
        assert_eq!(mark(&contents, &apart, &contents, &[], None, &spec), parted(&contents, None, &spec));
    }

    proptest! {
        #[test]
        fn equal_content_is_on_one_side_whatever_the_order(
            mut contents in prop::collection::vec(0u32..40, 3..200),
            seed: u64,
        ) {
            let spec = SplitSpec { seed, ..SplitSpec::default() };
            let side = |contents: &[u32]| {
                let marks = parted(&hashes(contents), None, &spec);
                let mut sides = std::collections::BTreeMap::new();
                for (content, letter) in contents.iter().zip(marks.marks.chars()).filter(|(_, letter)| *letter != 'c') {
                    let first = *sides.entry(*content).or_insert(letter);
                    assert_eq!(first, letter);
                }
                sides
            };
            let forward = side(&contents);
            contents.reverse();
            prop_assert_eq!(forward, side(&contents));
        }

        #[test]
        fn no_split_is_empty_where_there_is_content_for_all(
            contents in prop::collection::btree_set(0u32..10_000, 3..60),
            repeats in 1usize..30,
            seed: u64,
        ) {
            let mut all: Vec<u32> = contents.iter().copied().collect();
            let first = all[0];
            all.extend(std::iter::repeat_n(first, repeats));
            let marks = parted(&hashes(&all), None, &SplitSpec { seed, ..SplitSpec::default() });
            prop_assert!(counts(&marks).iter().all(|n| *n > 0));
            prop_assert_eq!(marks.duplicates as usize, repeats);
            prop_assert_eq!(marks.distinct.iter().sum::<usize>(), contents.len());
        }
    }
}
