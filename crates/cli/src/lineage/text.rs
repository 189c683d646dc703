use std::collections::{HashMap, HashSet};

use clade_lineage::{Estimate, Folded, Graph, Layout, LayoutOptions, Node, NodeId, Status};

use super::Part;
use crate::{
    display::result::one_line,
    output::{Ink, Output, harmless},
};

/// Most candidates of a tree for people; what matters least is counted where it came from.
const MOST: usize = 2_000;

/// A tree for people. A line goes on downwards: a candidate's heir stands below it in the same column, the line of descent in the
/// one colour, and only what branches off is set in. Dropped candidates are counted where they came from unless `all` is
/// asked for.
pub fn text(part: &Part, all: bool, output: &Output) -> String {
    let labels = Labels {
        output,
        best: part.best.as_ref(),
        several_runs: part.graph.nodes().iter().any(|node| node.id.run != part.run),
        list: part.list,
    };
    if part.list {
        // as far as the line of descent is in the list
        let best = part.best.as_ref().map(|best| part.graph.line_of_descent(best)).unwrap_or_default();
        let descent: HashSet<&NodeId> = best.into_iter().map(|node| &node.id).collect();
        let line = |node: &Node| labels.line(node, descent.contains(&node.id), Folded::default());
        let lines = part.graph.nodes().iter().map(line);
        return lines.collect::<Vec<_>>().join("\n");
    }
    let options = LayoutOptions { best: part.best.clone(), fold_dropped: !all, most: MOST, ..LayoutOptions::default() };
    let layout = Layout::of(&part.graph, &options);
    let children = children(&layout, &part.graph);
    let mut tree = Tree { labels, layout: &layout, graph: &part.graph, children, lines: Vec::new() };
    for (place, mark) in layout.marks.iter().enumerate() {
        if part.graph.parents(mark.node).is_empty() {
            tree.stem(place, String::new(), "");
        }
    }
    tree.lines.join("\n")
}

/// For each mark the places of those that hang on it.
fn children(layout: &Layout, graph: &Graph) -> Vec<Vec<usize>> {
    let places: HashMap<usize, usize> =
        layout.marks.iter().enumerate().map(|(place, mark)| (mark.node, place)).collect();
    let mut children = vec![Vec::new(); layout.marks.len()];
    for (place, mark) in layout.marks.iter().enumerate() {
        if let Some(parent) = graph.parents(mark.node).first().and_then(|parent| places.get(parent)) {
            children[*parent].push(place);
        }
    }
    children
}

/// The tree in the making.
struct Tree<'a> {
    labels: Labels<'a>,
    layout: &'a Layout,
    graph: &'a Graph,
    children: Vec<Vec<usize>>,
    lines: Vec<String>,
}

impl Tree<'_> {
    /// A candidate behind `lead` and its line of heirs, each followed by what branches off before the next.
    fn stem(&mut self, from: usize, mut lead: String, indent: &str) {
        let (output, marks) = (self.labels.output, &self.layout.marks);
        let mut next = Some(from);
        while let Some(place) = next {
            let mark = &marks[place];
            let line = self.labels.line(&self.graph.nodes()[mark.node], mark.descent, mark.folded);
            self.lines.push(format!("{lead}{line}"));
            // the heir stands in the same row of the drawing
            let heir = self.children[place].iter().copied().find(|child| marks[*child].y == mark.y);
            let others: Vec<usize> =
                self.children[place].iter().copied().filter(|child| Some(*child) != heir).collect();
            for (number, other) in others.iter().enumerate() {
                let last = number + 1 == others.len() && heir.is_none();
                let (elbow, deeper) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                let lead = format!("{indent}{}", output.paint(Ink::Faint, elbow));
                self.stem(*other, lead, &format!("{indent}{}", output.paint(Ink::Faint, deeper)));
            }
            lead = indent.to_owned();
            next = heir;
        }
    }
}

/// What is said of each candidate.
struct Labels<'a> {
    output: &'a Output,
    best: Option<&'a NodeId>,
    several_runs: bool,
    list: bool,
}

impl Labels<'_> {
    fn line(&self, node: &Node, descent: bool, folded: Folded) -> String {
        let output = self.output;
        let mark = if self.best == Some(&node.id) {
            " ★ best"
        } else if node.parents.is_empty() {
            " ◆ seed"
        } else {
            ""
        };
        let score = node.score.map_or_else(
            || "not evaluated".into(),
            |score| format!("{:.3} ± {:.3} on {}", score.mean, (score.high - score.low) / 2.0, answered(&score)),
        );
        let made =
            node.operator.as_ref().map_or(if node.parents.is_empty() { "seed" } else { "branch" }, |made| &made.0);
        // in a tree the first parent is the one above; a list names all
        let parents: Vec<String> =
            node.parents.iter().skip(usize::from(!self.list)).map(|id| self.name(id, node)).collect();
        let others = match (parents.is_empty(), self.list) {
            (true, _) => String::new(),
            (false, true) => format!(" of {}", parents.join(" + ")),
            (false, false) => format!(" + {}", parents.join(" + ")),
        };
        let own = if self.several_runs { node.id.to_string() } else { node.id.candidate.to_string() };
        let name = format!("{own} {}{others}", harmless(made));
        let name = match (descent, node.status) {
            (true, _) => output.paint(Ink::Green, name),
            (false, Status::Dropped) => output.paint(Ink::Faint, name),
            (false, _) => name,
        };
        let mut rest = format!("  gen {}", node.generation);
        if node.status == Status::Dropped {
            rest.push_str(&format!("  dropped: {}", one_line(&node.reason)));
        } else if !node.note.is_empty() {
            rest.push_str(&format!("  {}", one_line(&node.note)));
        }
        let fold = match folded {
            Folded { nodes: 0, .. } => String::new(),
            Folded { nodes, dropped, .. } if nodes == dropped => format!("  [{nodes} dropped]"),
            Folded { nodes, dropped, .. } => format!("  [{nodes} more, {dropped} of them dropped]"),
        };
        format!(
            "{name}  {}{}{}{}",
            output.paint(Ink::Strong, score),
            output.paint(Ink::Green, mark),
            output.paint(Ink::Yellow, fold),
            output.paint(Ink::Faint, rest),
        )
    }

    /// A parent's name as seen from its child.
    fn name(&self, id: &NodeId, child: &Node) -> String {
        if id.run == child.id.run && !self.several_runs { id.candidate.to_string() } else { id.to_string() }
    }
}

/// What a score rests on: examples, and answers where there are several to one.
fn answered(score: &Estimate) -> String {
    match score.trials == score.examples {
        true => score.examples.to_string(),
        false => format!("{}, {} answers", score.examples, score.trials),
    }
}
