use super::Chart;

/// A range of values on a range of pixels.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub from: f64,
    pub to: f64,
}

impl Scale {
    /// Where a value is drawn.
    pub fn at(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let share = if span > 0.0 { (value - self.low) / span } else { 0.5 };
        self.from + (self.to - self.from) * share
    }
}

/// The scores that a whole chart shows, widened to tenths, so that panels can be compared.
pub fn scores(chart: &Chart) -> (f64, f64) {
    let points = chart.rows.iter().flatten().flat_map(|panel| &panel.lines).flat_map(|line| &line.points);
    let ends = points.flat_map(|point| {
        let (low, high) = point.interval.unwrap_or((point.y, point.y));
        [low.min(point.y), high.max(point.y)]
    });
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    if low > high {
        return (0.0, 1.0);
    }
    let (low, high) = ((low * 10.0 + 1e-9).floor() / 10.0, (high * 10.0 - 1e-9).ceil() / 10.0);
    if high - low < 0.15 { ((low - 0.1).max(0.0), (low + 0.1).min(1.1)) } else { (low, high) }
}

/// Round marks from nothing to `most`, about four.
pub fn round_ticks(most: f64) -> Vec<f64> {
    if most <= 0.0 {
        return vec![0.0];
    }
    let raw = most / 4.0;
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= raw).unwrap_or(raw);
    let count = (most / step + 1e-9).floor() as u32;
    (0..=count).map(|n| f64::from(n) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_reach_the_end() {
        for (most, expected) in [
            (2_000.0, vec![0.0, 500.0, 1_000.0, 1_500.0, 2_000.0]),
            (1.3, vec![0.0, 0.5, 1.0]),
            (0.04, vec![0.0, 0.01, 0.02, 0.03, 0.04]),
            (0.0, vec![0.0]),
        ] {
            let found = round_ticks(most);
            assert_eq!(found.len(), expected.len(), "{most}: {found:?}");
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9), "{most}: {found:?}");
        }
    }
}
