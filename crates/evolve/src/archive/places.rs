/// A set of places of a list of known length, one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    words: Vec<u64>,
}

impl Places {
    /// The empty set over a list of so many.
    pub fn none(length: usize) -> Self {
        Self { words: vec![0; length.div_ceil(64)] }
    }

    /// Adds a place below the length.
    pub fn add(&mut self, place: usize) {
        self.words[place / 64] |= 1 << (place % 64);
    }

    /// Takes out whatever the other set has.
    pub fn take_out(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many are in it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let rest = std::iter::successors(Some(*word), |left| Some(left & left.wrapping_sub(1)));
            rest.take_while(|left| *left != 0).map(move |left| at * 64 + left.trailing_zeros() as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_out_in_order() {
        let mut places = Places::none(200);
        assert!(places.is_empty());
        [130, 3, 64, 63, 199, 0].into_iter().for_each(|place| places.add(place));
        assert_eq!(places.iter().collect::<Vec<_>>(), [0, 3, 63, 64, 130, 199]);
        assert_eq!(places.len(), 6);
        let mut others = Places::none(200);
        [0, 199, 7].into_iter().for_each(|place| others.add(place));
        places.take_out(&others);
        assert_eq!(places.iter().collect::<Vec<_>>(), [3, 63, 64, 130]);
    }
}
