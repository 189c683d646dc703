/// Marks of series, in order.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    Circle,
    Square,
    Triangle,
    Diamond,
    Cross,
}

/// How a series is told from the others.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// On light paper.
    pub light: &'static str,
    /// On dark paper.
    pub dark: &'static str,
    /// At points.
    pub mark: Mark,
    /// `stroke-dasharray`; empty for a whole line.
    pub dash: &'static str,
}

const fn style(light: &'static str, dark: &'static str, mark: Mark, dash: &'static str) -> Style {
    Style { light, dark, mark, dash }
}

/// Colours after Okabe and Ito, "Color Universal Design" (2008), darkened for light paper and lightened for dark paper to at
/// least 3:1 against it; the first stands out.
const STYLES: [Style; 10] = [
    style("#c04a00", "#ff8a3d", Mark::Circle, ""),
    style("#0062a3", "#5fb4f0", Mark::Square, ""),
    style("#007a59", "#2fc495", Mark::Triangle, ""),
    style("#a3487f", "#e28fc0", Mark::Diamond, ""),
    style("#8a6d00", "#e3c22b", Mark::Cross, ""),
    style("#4d4d4d", "#c8c8c8", Mark::Circle, "6 3"),
    style("#0062a3", "#5fb4f0", Mark::Diamond, "2 3"),
    style("#007a59", "#2fc495", Mark::Cross, "6 3"),
    style("#a3487f", "#e28fc0", Mark::Square, "2 3"),
    style("#8a6d00", "#e3c22b", Mark::Triangle, "8 3 2 3"),
];

/// The style of a series; after ten they begin anew.
pub fn of(series: usize) -> Style {
    STYLES[series % STYLES.len()]
}

/// The style sheet of a chart with so many series.
pub fn sheet(series: usize) -> String {
    let mut light = String::from(
        "text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#22262b}.paper{fill:#fff}.title{font-size:16px;\
         font-weight:600}.head{font-weight:600}.soft{fill:#5b636d}.rule{stroke:#d9dde2}.line{fill:none;stroke-width:2}\
         .whisker{stroke-width:1.2}.end{text-anchor:end}.mid{text-anchor:middle}",
    );
    let mut dark = String::from("text{fill:#e4e7eb}.paper{fill:#15181c}.soft{fill:#a2abb6}.rule{stroke:#343a42}");
    for place in 0..series.min(STYLES.len()) {
        let style = of(place);
        let rule = |colour: &str| format!(".s{place}{{stroke:{colour}}}.m{place}{{fill:{colour};stroke:{colour}}}");
        light.push_str(&rule(style.light));
        dark.push_str(&rule(style.dark));
    }
    format!("{light}@media (prefers-color-scheme:dark){{{dark}}}")
}

/// The classes of a series' lines and marks.
pub fn classes(series: usize) -> (String, String) {
    let place = series % STYLES.len();
    (format!("s{place}"), format!("m{place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let part = |from: usize| {
            let byte = u8::from_str_radix(&colour[from..from + 2], 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_colour_stands_out_from_its_paper() {
        for style in STYLES {
            assert!(contrast(style.light, "#ffffff") >= 3.0, "{style:?}");
            assert!(contrast(style.dark, "#15181c") >= 3.0, "{style:?}");
        }
    }

    #[test]
    fn no_two_series_look_alike() {
        let looks: Vec<String> = STYLES.iter().map(|s| format!("{} {}", s.light, s.dash)).collect();
        for (place, look) in looks.iter().enumerate() {
            assert!(!looks[..place].contains(look), "{look}");
        }
    }
}
