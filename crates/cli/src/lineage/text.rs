use std::collections::{HashMap, HashSet, VecDeque};

use clade_domain::ExampleId;
use clade_lineage::{Estimate, Folded, Graph, Layout, LayoutOptions, Node, NodeId, Status};

use super::Part;
use crate::{
    display::result::{count, one_line},
    output::{Ink, Output, harmless},
};

/// Most candidates of a tree for people; what matters least is counted where it came from.
const MOST: usize = 2_000;

/// Most elbows above a candidate's own; what branches off deeper is drawn below, as a tree of its own.
const DEEPEST: usize = 8;

/// A tree for people, as one of folders: ├─ and └─ lead to a candidate's children, ↓ to an only child, which stands in the column of its
/// parent's children, so that a long line of descent takes no more room than a short one. The line of descent has a colour. Dropped
/// candidates are counted where they came from unless `all` is asked for.
pub fn text(part: &Part, all: bool, output: &Output) -> String {
    let labels = Labels {
        output,
        best: part.best.as_ref(),
        several_models: part.graph.nodes().windows(2).any(|pair| pair[0].model != pair[1].model),
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
    let roots = layout.marks.iter().enumerate().filter(|(_, mark)| part.graph.parents(mark.node).is_empty());
    let mut waiting: VecDeque<usize> = roots.map(|(place, _)| place).collect();
    let mut tree = Tree { labels, layout: &layout, graph: &part.graph, children, lines: Vec::new(), deep: Vec::new() };
    while let Some(root) = waiting.pop_front() {
        tree.draw(root);
        // what goes on from this tree stands before the next one
        tree.deep.drain(..).rev().for_each(|deep| waiting.push_front(deep));
    }
    tree.lines.join("\n")
}

/// How a tree is read, in one line.
pub const LEGEND: &str =
    "├─ └─ children, ↓ an only child, + a further parent; score ± half of its 95 % interval on so many examples";

/// For each mark the places of those that hang on it, the one on the line of descent last: that line is the longest more often than not.
fn children(layout: &Layout, graph: &Graph) -> Vec<Vec<usize>> {
    let places: HashMap<usize, usize> =
        layout.marks.iter().enumerate().map(|(place, mark)| (mark.node, place)).collect();
    let mut children = vec![Vec::new(); layout.marks.len()];
    for (place, mark) in layout.marks.iter().enumerate() {
        if let Some(parent) = graph.parents(mark.node).first().and_then(|parent| places.get(parent)) {
            children[*parent].push(place);
        }
    }
    for children in &mut children {
        children.sort_by_key(|child| layout.marks[*child].descent);
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
    /// Those whose children are drawn below.
    deep: Vec<usize>,
}

impl Tree<'_> {
    /// A tree from a root on, or from where one above was too deep to go on.
    fn draw(&mut self, root: usize) {
        if !self.lines.is_empty() && !self.graph.parents(self.layout.marks[root].node).is_empty() {
            self.lines.push(String::new());
        }
        self.line(String::new(), root);
        self.below(root, "", 0);
    }

    /// What descends from a candidate, each line behind `indent`.
    fn below(&mut self, from: usize, indent: &str, depth: usize) {
        let output = self.labels.output;
        let mut place = from;
        // a chain of only children needs no deeper column
        while let [only] = self.children[place][..] {
            self.line(format!("{indent}{}", output.paint(Ink::Faint, "↓ ")), only);
            place = only;
        }
        let children = self.children[place].clone();
        if depth == DEEPEST && !children.is_empty() {
            let name = self.labels.own(&self.graph.nodes()[self.layout.marks[place].node]);
            let below = format!("└─ … {} children of {name}: below", children.len());
            self.lines.push(format!("{indent}{}", output.paint(Ink::Faint, below)));
            self.deep.push(place);
            return;
        }
        for (number, child) in children.iter().enumerate() {
            let (elbow, deeper) = if number + 1 == children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.line(format!("{indent}{}", output.paint(Ink::Faint, elbow)), *child);
            self.below(*child, &format!("{indent}{}", output.paint(Ink::Faint, deeper)), depth + 1);
        }
    }

    fn line(&mut self, lead: String, place: usize) {
        let mark = &self.layout.marks[place];
        let line = self.labels.line(&self.graph.nodes()[mark.node], mark.descent, mark.folded);
        self.lines.push(lead + &line);
    }
}

/// What is said of each candidate.
struct Labels<'a> {
    output: &'a Output,
    best: Option<&'a NodeId>,
    several_models: bool,
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
        let name = format!("{} {}{others}", self.own(node), harmless(made));
        let name = match (descent, node.status) {
            (true, _) => output.paint(Ink::Green, name),
            (false, Status::Dropped) => output.paint(Ink::Faint, name),
            (false, _) => name,
        };
        let mut rest = format!("  gen {}", node.generation);
        if self.several_models {
            // scores of different models do not compare
            rest.push_str(&format!("  by {}", harmless(&node.model)));
        }
        // what it was written for, on which failures, and what came of that
        if !node.note.is_empty() {
            rest.push_str(&format!("  {}", one_line(&node.note)));
        }
        if !node.targets.is_empty() {
            rest.push_str(&format!("  for {}", targets(&node.targets)));
        }
        // a first prompt has no hypothesis, and is a finalist whatever generations made of it
        let judged = node.operator.is_some() || node.status == Status::Dropped;
        if judged && !node.reason.is_empty() {
            rest.push_str(&format!("  {}: {}", node.status.word(), one_line(&node.reason)));
        } else if node.status == Status::Dropped {
            rest.push_str("  dropped");
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

    /// A candidate's name, with that of its run where there are several.
    fn own(&self, node: &Node) -> String {
        if self.several_runs { node.id.to_string() } else { node.id.candidate.to_string() }
    }

    /// A parent's name as seen from its child.
    fn name(&self, id: &NodeId, child: &Node) -> String {
        if id.run == child.id.run && !self.several_runs { id.candidate.to_string() } else { id.to_string() }
    }
}

/// The examples that a candidate was made for, the first few by name.
fn targets(examples: &[ExampleId]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = examples.iter().take(NAMED).map(ToString::to_string).collect();
    let more = examples.len().saturating_sub(NAMED);
    if more == 0 { named.join(", ") } else { format!("{} and {more} more", named.join(", ")) }
}

/// What a score rests on: examples, and answers where there are several to one.
fn answered(score: &Estimate) -> String {
    match score.trials == score.examples {
        true => score.examples.to_string(),
        false => format!("{}, {}", score.examples, count(u64::from(score.trials), "answer")),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use clade_domain::{CandidateId, ContentHash, OperatorName, Relation, RunId, Usd};

    use super::*;

    const PLAIN: Output = Output { json: false, quiet: false, color: false, live: false, columns: None, notes: None };

    /// A tree of candidates by the number of each one's parent, the first without one.
    fn drawn(parents: &[Option<u32>]) -> String {
        let run: RunId = "tree".parse().unwrap();
        let nodes = parents.iter().enumerate().map(|(number, parent)| node(&run, number, *parent)).collect();
        let part = Part { graph: Arc::new(Graph::new(nodes)), run, best: None, list: false };
        let text = text(&part, true, &PLAIN);
        text.lines().map(|line| line.split("  not evaluated").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    fn node(run: &RunId, number: usize, parent: Option<u32>) -> Node {
        let id = |number: u32| NodeId::new(run.clone(), CandidateId(number));
        let number = u32::try_from(number).unwrap();
        Node {
            id: id(number),
            entry: u64::from(number) + 2,
            at: clade_domain::Timestamp(0),
            prompt: ContentHash::of(number.to_string().as_bytes()),
            generation: number,
            operator: parent.map(|_| OperatorName("paraphrase".into())),
            model: "simulated:fast".into(),
            relation: if parent.is_some() { Relation::MutatedFrom } else { Relation::Seed },
            parents: parent.map(id).into_iter().collect(),
            note: String::new(),
            status: Status::Kept,
            reason: String::new(),
            score: None,
            scores: BTreeMap::new(),
            cost: Usd(0.0),
            state: None,
            targets: Vec::new(),
            turned_away: 0,
        }
    }

    #[test]
    fn every_child_has_a_mark_that_leads_to_it() {
        insta::assert_snapshot!(drawn(&[None, Some(0), Some(0), Some(1), Some(3), Some(4), Some(4), Some(2)]), @r"
        c0 seed
        ├─ c1 paraphrase
        │  ↓ c3 paraphrase
        │  ↓ c4 paraphrase
        │  ├─ c5 paraphrase
        │  └─ c6 paraphrase
        └─ c2 paraphrase
           ↓ c7 paraphrase
        ");
    }

    #[test]
    fn a_line_of_single_descents_stays_in_its_column() {
        let line: Vec<Option<u32>> = (0..40_u32).map(|number| number.checked_sub(1)).collect();
        let text = drawn(&line);
        assert_eq!(text.lines().count(), 40);
        assert!(text.lines().skip(1).all(|line| line.starts_with("↓ c")), "{text}");
    }

    #[test]
    fn what_branches_off_deep_goes_on_below() {
        // each of the line has a childless sibling
        let comb: Vec<Option<u32>> = (0..41_u32).map(|n| n.checked_sub(1).map(|n| n / 2 * 2)).collect();
        let text = drawn(&comb);
        for number in 0..41 {
            let shown = text.lines().filter(|line| line.trim_end().ends_with(&format!("c{number} paraphrase")));
            assert!(number == 0 || (1..=2).contains(&shown.count()), "c{number} in\n{text}");
        }
        assert!(text.contains("└─ … 2 children of c16: below\n"), "{text}");
        assert!(text.contains("\n\nc16 paraphrase\n├─ c17 paraphrase\n└─ c18 paraphrase\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 60), "{text}");
    }
}
