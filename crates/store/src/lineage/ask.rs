use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use clade_domain::{ContentHash, RunEvent, RunId};
use clade_filter::Filter;
use clade_lineage::{Graph, Node, NodeId, Searched};

use super::{
    Kin, LineageGraph,
    warm::{Tree, Warm},
};
use crate::{Carried, Journal, Projector, RunFilter, RunSummary, StoreError};

/// Journal entries with prompts read in one step.
const PART: usize = 500;

/// The family tree of everything in a store: the graph, kept up with the journals it is asked about before each question.
#[derive(Clone)]
pub struct Lineage {
    journal: Arc<dyn Journal>,
    graph: Arc<dyn LineageGraph>,
    projector: Projector,
    warm: Arc<Warm>,
}

impl Lineage {
    /// A graph over these journals; the two may be in different systems.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, graph: Arc<dyn LineageGraph>) -> Self {
        let projector = Projector::new(Arc::clone(&journal), Arc::<dyn LineageGraph>::clone(&graph));
        Self { journal, graph, projector, warm: Arc::default() }
    }

    /// What keeps it up.
    #[must_use]
    pub fn projector(&self) -> &Projector {
        &self.projector
    }

    /// Reads on in every journal that has grown; questions do this by themselves. A run that cannot be read or kept holds no other up.
    ///
    /// # Errors
    /// As [`Projector::carry_over`].
    pub async fn carry_over(&self) -> Result<Carried, StoreError> {
        for run in self.warm.runs() {
            match self.keep_at_hand(run).await {
                // the projector comes to it too, and tells
                Err(error) if error.of_one_run() => {}
                kept => kept?,
            }
        }
        self.projector.carry_over().await
    }

    /// As [`Self::carry_over`], for who needs all of it. Returns how many entries it read.
    ///
    /// # Errors
    /// Also where a run was left out, after everything else was carried over.
    pub async fn catch_up(&self) -> Result<u64, StoreError> {
        self.carry_over().await?.whole()
    }

    /// Tells the backend what the tree at hand has of a run beyond it, up to the end of the journal.
    async fn keep_at_hand(&self, run: RunId) -> Result<(), StoreError> {
        let mut held = self.warm.hold(&run).await;
        let Some(tree) = held.as_mut() else { return Ok(()) };
        let length = self.journal.length(run).await?;
        let read = tree.read_on(self.journal.as_ref(), self.graph.as_ref(), length).await;
        let kept = match read {
            Ok(()) => tree.keep(self.graph.as_ref()).await,
            Err(error) => Err(error),
        };
        match kept {
            // another process keeps it too, and was first
            Err(StoreError::Conflict { .. }) => *held = None,
            Err(error) => {
                *held = None;
                return Err(error);
            }
            Ok(()) => {}
        }
        Ok(())
    }

    /// Drops the graph of this installation's runs and reads every journal anew.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        self.warm.clear();
        self.projector.rebuild().await?.whole()
    }

    /// The nodes of one run, with everything that was in its journal when the question came; only that journal is read on. Trees that
    /// were asked about lately are at hand, and take in only what is new.
    ///
    /// # Errors
    /// `NotFound` where there is no such run, or where the store cannot be read.
    pub async fn run(&self, run: &RunId) -> Result<Arc<Graph>, StoreError> {
        let mut held = self.warm.hold(run).await;
        let length = self.journal.length(run.clone()).await?;
        loop {
            if held.is_none() {
                self.projector.catch_up_run(run.clone()).await?;
                *held = Tree::load(self.graph.as_ref(), run).await?;
            }
            let Some(tree) = held.as_mut() else { return Ok(Arc::default()) };
            match tree.read_on(self.journal.as_ref(), self.graph.as_ref(), length).await {
                Ok(()) => {
                    let graph = Arc::clone(tree.graph());
                    self.warm.weigh(run, graph.nodes().len());
                    return Ok(graph);
                }
                // another process kept what it read of the run meanwhile: its tree is taken up
                Err(StoreError::Conflict { .. }) => *held = None,
                Err(error) => {
                    *held = None;
                    return Err(error);
                }
            }
        }
    }

    /// The nodes of these runs in order of creation; of all runs where none is named.
    ///
    /// # Errors
    /// Where the store cannot be read, or one of these runs not carried over.
    pub async fn runs(&self, runs: &[RunId]) -> Result<Graph, StoreError> {
        let mut held = self.carry_over().await?.held.into_iter();
        if let Some(held) = held.find(|(run, _)| runs.is_empty() || runs.contains(run)) {
            return Err(Carried::error(held));
        }
        let mut nodes = Vec::new();
        for (run, _) in self.journal.lengths().await? {
            if runs.is_empty() || runs.contains(&run) {
                nodes.extend(self.graph.nodes(run).await?);
            }
        }
        Ok(Graph::new(nodes))
    }

    /// These nodes with all their kin one way, over runs and branches: enough for every question about them that looks this way. Only the
    /// journals of runs that are kin are read on.
    ///
    /// # Errors
    /// `NotFound` where a node is not there, or where the store cannot be read.
    pub async fn kin(&self, of: &[NodeId], way: Kin) -> Result<Graph, StoreError> {
        let runs = self.related(of.iter().map(|id| id.run.clone()), way).await?;
        self.catch_up_kin(&runs).await?;
        let ranks: HashMap<RunId, usize> = runs.into_iter().enumerate().map(|(rank, run)| (run, rank)).collect();
        let mut nodes = self.graph.kin(of.to_vec(), way).await?;
        // a server may know more, of other installations
        nodes.retain(|node| ranks.contains_key(&node.id.run));
        nodes.sort_by_key(|node| (ranks.get(&node.id.run).copied(), node.id.candidate));
        let graph = Graph::new(nodes);
        match of.iter().find(|id| graph.get(id).is_none()) {
            Some(id) => Err(StoreError::NotFound { what: "candidate", name: id.to_string() }),
            None => Ok(graph),
        }
    }

    /// The nodes of other runs that descend from those of a run: its branches, and theirs. As [`Self::kin`], without reading the run itself.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn branches(&self, run: &RunId, own: &Graph) -> Result<Vec<Node>, StoreError> {
        let mut others = self.related([run.clone()], Kin::Descendants).await?;
        others.retain(|other| other != run);
        self.catch_up_kin(&others).await?;
        let mut left = Vec::new();
        for other in others {
            left.extend(self.graph.nodes(other).await?);
        }
        let mut known: HashSet<NodeId> = HashSet::new();
        let mut found = Vec::new();
        // a trunk may have come here after its branches, so one walk may not do
        loop {
            let descends = |node: &mut Node| {
                let descends = node.parents.iter().any(|parent| own.get(parent).is_some() || known.contains(parent));
                if descends {
                    known.insert(node.id.clone());
                }
                descends
            };
            let part: Vec<Node> = left.extract_if(.., descends).collect();
            if part.is_empty() {
                return Ok(found);
            }
            found.extend(part);
        }
    }

    /// Reads on in the journals of runs that are kin.
    async fn catch_up_kin(&self, runs: &[RunId]) -> Result<(), StoreError> {
        for run in runs {
            if self.warm.runs().contains(run) {
                self.keep_at_hand(run.clone()).await?;
            }
            self.projector.catch_up_run(run.clone()).await?;
        }
        Ok(())
    }

    /// The runs in which kin of nodes of these runs can be, these among them, oldest first: a run descends from the one that it branched from, as its
    /// row says.
    async fn related(&self, of: impl IntoIterator<Item = RunId>, way: Kin) -> Result<Vec<RunId>, StoreError> {
        let mut related: Vec<RunSummary> = Vec::new();
        match way {
            Kin::Ancestors => {
                let mut next: Vec<RunId> = of.into_iter().collect();
                while let Some(run) = next.pop() {
                    if related.iter().any(|row| row.run == run) {
                        continue;
                    }
                    match self.journal.summary(run.to_string()).await {
                        Ok(row) if row.run == run => {
                            next.extend(row.branch_of.clone());
                            related.push(row);
                        }
                        // a trunk that is not here, and perhaps the beginning of another run's name
                        Ok(_) | Err(StoreError::NotFound { .. } | StoreError::Ambiguous { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                related.reverse();
            }
            Kin::Descendants => {
                let mut kin: HashSet<RunId> = of.into_iter().collect();
                let mut others = self.journal.summaries(RunFilter::default()).await?;
                others.reverse();
                // a trunk may have come here after its branches
                loop {
                    let from_kin = |row: &RunSummary| row.branch_of.as_ref().is_some_and(|trunk| kin.contains(trunk));
                    let is_kin = |row: &mut RunSummary| kin.contains(&row.run) || from_kin(row);
                    let found: Vec<RunSummary> = others.extract_if(.., is_kin).collect();
                    if found.is_empty() {
                        break;
                    }
                    kin.extend(found.iter().map(|row| row.run.clone()));
                    related.extend(found);
                }
            }
        }
        related.sort_by_key(|row| row.created);
        Ok(related.into_iter().map(|row| row.run).collect())
    }

    /// The chosen candidate of a run, else the best so far: the best survivor of its last generation, else the one whose score is
    /// surest to be high.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn best(&self, run: &RunId, graph: &Graph) -> Result<Option<NodeId>, StoreError> {
        let at_hand = self.warm.hold(run).await.as_ref().map(|tree| tree.fold().best());
        let best = match at_hand {
            Some(best) => best,
            None => self.graph.run_fold(run.clone()).await?.and_then(|fold| fold.best()),
        };
        let surest = || graph.nodes().iter().filter(|node| node.id.run == *run).min_by(|a, b| a.ranking(b));
        let known = best.map(|candidate| NodeId::new(run.clone(), candidate));
        Ok(known.or_else(|| surest().map(|node| node.id.clone())))
    }

    /// The prompts of nodes as texts, read out of the journals.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn texts<'n>(
        &self,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) -> Result<HashMap<NodeId, String>, StoreError> {
        let mut by_run: HashMap<&RunId, Vec<u64>> = HashMap::new();
        for node in nodes {
            by_run.entry(&node.id.run).or_default().push(node.entry);
        }
        let mut texts = HashMap::new();
        for (run, entries) in by_run {
            for part in entries.chunks(PART) {
                for entry in self.journal.entries(run.clone(), part.to_vec()).await? {
                    if let RunEvent::CandidateAdmitted { candidate, .. } = entry.event {
                        texts.insert(NodeId::new(run.clone(), candidate.id), candidate.prompt.to_text());
                    }
                }
            }
        }
        Ok(texts)
    }

    /// The nodes that a filter over [`clade_lineage::FIELDS`] keeps. Prompts are read only where it asks for them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn matching(&self, graph: &Graph, filter: &Filter) -> Result<HashSet<NodeId>, StoreError> {
        let texts = if filter.asks_for("text") { self.texts(graph.nodes()).await? } else { HashMap::new() };
        let keeps = |node: &&Node| filter.matches(&Searched { node, text: texts.get(&node.id).map(String::as_str) });
        Ok(graph.nodes().iter().filter(keeps).map(|node| node.id.clone()).collect())
    }

    /// A digest of everything in the graph: equal graphs have equal digests, whichever backend keeps them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn digest(&self) -> Result<ContentHash, StoreError> {
        let mut runs: Vec<RunId> = self.graph.checkpoints().await?.into_iter().map(|(run, _)| run).collect();
        runs.sort();
        let mut parts = Vec::new();
        for run in runs {
            let nodes = serde_json::to_vec(&self.graph.nodes(run).await?);
            let nodes =
                nodes.map_err(|error| StoreError::Backend { doing: "digest the graph", detail: error.to_string() })?;
            parts.push(ContentHash::of(&nodes));
        }
        Ok(ContentHash::of_parts(parts.iter().map(|part| &part.0[..])))
    }
}
