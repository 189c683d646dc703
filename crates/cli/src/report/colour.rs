/// Stops of the cividis scale (Nuñez, Anderton and Renslow 2018), which reads the same with colour-blind eyes; the last
/// seventh is left out, so that the high end keeps its contrast on light paper.
const CIVIDIS: [(u8, u8, u8); 8] = [
    (0, 32, 76),
    (22, 50, 104),
    (60, 72, 108),
    (87, 92, 109),
    (114, 113, 115),
    (143, 136, 118),
    (173, 160, 109),
    (204, 184, 91),
];

/// The colour of a fitness between the lowest and highest shown.
pub fn fitness(value: f64, low: f64, high: f64) -> String {
    let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
    let place = share * (CIVIDIS.len() - 1) as f64;
    let (first, part) = (place.floor() as usize, place.fract());
    let (a, b) = (CIVIDIS[first], CIVIDIS[(first + 1).min(CIVIDIS.len() - 1)]);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}
