//! Pictures of comparisons: panels of curves with intervals, as an SVG that stands alone. Series differ by colour, by mark and
//! by dash, so that neither colour-blind eyes nor grey paper lose one; light and dark paper each have their own colours.

mod paint;
mod scale;
mod style;
mod svg;

pub use svg::{page, svg};

/// A picture.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// Lines below the title: what the figures are, and what they are not.
    pub notes: Vec<String>,
    /// Names of the series; panels refer to them by place.
    pub series: Vec<String>,
    /// Panels in rows, from the left.
    pub rows: Vec<Vec<Panel>>,
}

/// One pair of axes.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// What is special about it.
    pub title: String,
    /// What goes to the right.
    pub x: String,
    /// Marks of the axis to the right.
    pub ticks: Ticks,
    /// Its curves.
    pub lines: Vec<Line>,
}

/// What is marked on the axis to the right.
#[derive(Debug, Clone, Default)]
pub enum Ticks {
    /// Round numbers.
    #[default]
    Round,
    /// These.
    At(Vec<f64>),
    /// The places 1, 2, 3, ... by name.
    Names(Vec<String>),
}

impl Ticks {
    /// Where the last mark is at least.
    fn last(&self) -> f64 {
        match self {
            Self::Round => 0.0,
            Self::At(places) => places.iter().copied().fold(0.0, f64::max),
            Self::Names(names) => names.len() as f64 + 0.5,
        }
    }

    /// Places with what is written there.
    fn marks(&self, most: f64) -> Vec<(f64, String)> {
        let numbered = |places: &[f64]| places.iter().map(|place| (*place, svg::number(*place))).collect();
        match self {
            Self::Round => numbered(&scale::round_ticks(most)),
            Self::At(places) => numbered(places),
            Self::Names(names) => names.iter().zip(1_u32..).map(|(name, at)| (f64::from(at), name.clone())).collect(),
        }
    }
}

/// One curve.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which series it belongs to.
    pub series: usize,
    /// From the left to the right.
    pub points: Vec<Point>,
    /// How points are joined.
    pub shape: Shape,
}

/// How the points of a curve are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A mark at each point, straight lines between them.
    Marks,
    /// Level up to the next point, without marks: something that holds until it is bettered.
    Steps,
    /// Marks alone.
    Dots,
}

/// A value, with its interval where it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards: a score in [0, 1].
    pub y: f64,
    /// The interval around `y`.
    pub interval: Option<(f64, f64)>,
}
