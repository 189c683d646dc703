use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use clade_lineage::{Graph, Layout, LayoutOptions};

/// Marks of all layouts that are kept; the newest stays whatever its size.
const MARKS: usize = 60_000;

/// Layouts that were asked for lately: who draws a large tree asks for it page by page. One holds as long as its graph is what it was.
#[derive(Debug, Default)]
pub(crate) struct Layouts(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    /// Not held: a graph that nobody else has any more is another soon.
    graph: Weak<Graph>,
    options: LayoutOptions,
    layout: Arc<Layout>,
}

impl Layouts {
    /// The places of a graph's nodes.
    pub fn of(&self, graph: &Arc<Graph>, options: &LayoutOptions) -> Arc<Layout> {
        let same = |kept: &Kept| std::ptr::eq(kept.graph.as_ptr(), Arc::as_ptr(graph)) && kept.options == *options;
        let known = self.kept().iter().find(|kept| same(kept)).map(|kept| kept.layout.clone());
        known.unwrap_or_else(|| {
            let layout = Arc::new(Layout::of(graph, options));
            let mut all = self.kept();
            all.push_back(Kept { graph: Arc::downgrade(graph), options: options.clone(), layout: layout.clone() });
            let marks = |all: &VecDeque<Kept>| all.iter().map(|kept| kept.layout.marks.len()).sum::<usize>();
            while all.len() > 1 && marks(&all) > MARKS {
                all.pop_front();
            }
            layout
        })
    }

    /// What is kept of graphs that are still there.
    fn kept(&self) -> std::sync::MutexGuard<'_, VecDeque<Kept>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| kept.graph.strong_count() > 0);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_made_once_for_a_graph_and_what_is_drawn_of_it() {
        let (layouts, one, other) = (Layouts::default(), Arc::new(Graph::default()), Arc::new(Graph::default()));
        let (all, folded) =
            (LayoutOptions { fold_dropped: false, ..LayoutOptions::default() }, LayoutOptions::default());
        let first = layouts.of(&one, &all);
        assert!(Arc::ptr_eq(&first, &layouts.of(&one, &all)));
        assert!(!Arc::ptr_eq(&first, &layouts.of(&one, &folded)));
        assert!(!Arc::ptr_eq(&first, &layouts.of(&other, &all)));
        drop(one);
        assert_eq!(layouts.kept().len(), 1, "the layouts of a graph go with it");
    }

    #[test]
    fn a_graph_that_has_grown_is_laid_out_anew() {
        let (layouts, options) = (Layouts::default(), LayoutOptions::default());
        let mut graph = Arc::new(Graph::default());
        let first = layouts.of(&graph, &options);
        Arc::make_mut(&mut graph).put(Vec::new());
        assert!(!Arc::ptr_eq(&first, &layouts.of(&graph, &options)));
    }
}
