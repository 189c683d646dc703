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
    /// Marks of the axis to the right where they are given, else round numbers.
    pub ticks: Vec<f64>,
    /// Its curves.
    pub lines: Vec<Line>,
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
