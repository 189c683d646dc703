use std::time::Duration;

use clade_domain::RunId;
use clade_lineage::LINEAGE_FORMAT;
use clade_store::StoreError;
use neo4rs::query;
use tokio::time::sleep;

use crate::{
    Neo4jLineage,
    lineage::list,
    values::{asked, whole},
};

/// Constraints and indexes. Without the first, two writers that merge the same node make two of it.
pub const STATEMENTS: [&str; 9] = [
    "CREATE CONSTRAINT clade_prompt IF NOT EXISTS FOR (p:Prompt) REQUIRE p.id IS UNIQUE",
    "CREATE CONSTRAINT clade_run IF NOT EXISTS FOR (r:Run) REQUIRE r.id IS UNIQUE",
    "CREATE CONSTRAINT clade_workspace IF NOT EXISTS FOR (w:Workspace) REQUIRE w.id IS UNIQUE",
    "CREATE CONSTRAINT clade_snapshot IF NOT EXISTS FOR (s:Snapshot) REQUIRE s.id IS UNIQUE",
    "CREATE CONSTRAINT clade_format IF NOT EXISTS FOR (f:CladeFormat) REQUIRE f.id IS UNIQUE",
    "CREATE INDEX clade_prompt_run IF NOT EXISTS FOR (p:Prompt) ON (p.run, p.number)",
    "CREATE INDEX clade_prompt_hash IF NOT EXISTS FOR (p:Prompt) ON (p.hash)",
    "CREATE INDEX clade_prompt_score IF NOT EXISTS FOR (p:Prompt) ON (p.score)",
    "CREATE INDEX clade_prompt_operator IF NOT EXISTS FOR (p:Prompt) ON (p.operator)",
];

/// How often, and after how long each time, an index without its constraint is looked at before it counts as left behind.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(100);

/// The same as what each is of: label, properties, and whether it is a constraint.
const MEANT: [(&str, &[&str], bool); 9] = [
    ("Prompt", &["id"], true),
    ("Run", &["id"], true),
    ("Workspace", &["id"], true),
    ("Snapshot", &["id"], true),
    ("CladeFormat", &["id"], true),
    ("Prompt", &["run", "number"], false),
    ("Prompt", &["hash"], false),
    ("Prompt", &["score"], false),
    ("Prompt", &["operator"], false),
];

/// Labels that we use, each with what tells a node `n` of ours from one of somebody else, in the order in which they are dropped: those that
/// only their ties to others tell come before the others.
const OURS: [(&str, &str); 5] = [
    (
        "Workspace",
        "size(keys(n)) = 1 AND EXISTS { (r:Run)-[:IN_WORKSPACE]->(n) WHERE r.written IS NOT NULL } \
         AND NOT EXISTS { (n)--(o) WHERE NOT o:Run }",
    ),
    // a trunk that a branch has named and that is not there yet
    ("Run", "size(keys(n)) = 1 AND EXISTS { (b:Branch)-[:BRANCH_OF]->(n) WHERE b.written IS NOT NULL }"),
    ("Run", "n.fold IS NOT NULL OR n.written IS NOT NULL"),
    // the latter is a parent that is not there yet
    ("Prompt", "n.record IS NOT NULL OR (size(keys(n)) = 1 AND n.id =~ '.+@c[0-9]+')"),
    ("Snapshot", "n.entries IS NOT NULL AND n.id ENDS WITH '/' + n.name"),
];

/// Labels that constraints of ours are about.
const LABELS: [&str; 4] = ["Prompt", "Run", "Workspace", "Snapshot"];

/// What the mark in the database says of who has used it.
enum Mark {
    /// This version.
    Current,
    /// Another version.
    Other,
    /// Nobody of us.
    Missing,
}

impl Neo4jLineage {
    /// Whether what is kept was kept by this version; what another one has kept counts as nothing. To look changes nothing.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses, and where the database is somebody else's.
    pub(crate) async fn is_current(&self) -> Result<bool, StoreError> {
        if self.link.prepared.initialized() || self.link.current.initialized() {
            return Ok(true);
        }
        match self.mark().await? {
            Mark::Current => {
                // an error says that another call was first
                drop(self.link.current.set(()));
                Ok(true)
            }
            Mark::Other => Ok(false),
            Mark::Missing => self.refuse_strangers().await.map(|()| false),
        }
    }

    async fn mark(&self) -> Result<Mark, StoreError> {
        let format = query("OPTIONAL MATCH (f:CladeFormat {id: 'lineage'}) RETURN f.format AS format");
        let found = self.link.rows("read the format", format).await?;
        let found: Option<i64> = found.first().and_then(|row| row.get("format").ok());
        Ok(match found {
            Some(format) if format == i64::from(LINEAGE_FORMAT) => Mark::Current,
            Some(_) => Mark::Other,
            None => Mark::Missing,
        })
    }

    /// Whether no node has a label that we use. The database has these counts at hand.
    async fn is_empty(&self) -> Result<bool, StoreError> {
        let counts = LABELS.map(|label| format!("COUNT {{ (:{label}) }}")).join(" + ");
        let found = self.link.rows("look for nodes", query(&format!("RETURN {counts} AS nodes"))).await?;
        Ok(found.first().and_then(|row| row.get::<i64>("nodes").ok()) == Some(0))
    }

    /// Refuses a database without our mark in which somebody else uses our labels: our constraints would bind their nodes.
    async fn refuse_strangers(&self) -> Result<(), StoreError> {
        if self.is_empty().await? {
            return Ok(());
        }
        let mut theirs = Vec::new();
        for label in LABELS {
            let ours: Vec<_> = OURS.iter().filter(|(of, _)| *of == label).map(|(_, is)| format!("({is})")).collect();
            let ask =
                format!("MATCH (n:{label}) WHERE NOT coalesce({}, false) RETURN count(n) AS nodes", ours.join(" OR "));
            let found = self.link.rows("look for nodes of others", query(&ask)).await?;
            let nodes = found.first().and_then(|row| row.get::<i64>("nodes").ok()).unwrap_or(0);
            if nodes > 0 {
                theirs.push((label, nodes));
            }
        }
        let Some((first, _)) = theirs.first() else { return Ok(()) };
        let counts: Vec<_> = theirs.iter().map(|(label, nodes)| format!("{nodes} labelled {label}")).collect();
        Err(StoreError::Denied {
            server: self.link.server.clone(),
            detail: format!("the database holds nodes that Promptclade did not make: {}", counts.join(", ")),
            remedy: format!(
                "nothing was changed; name a database of its own at the end of the address (bolt://HOST:7687/DATABASE), or give those \
                 nodes another label, for each of these: MATCH (n:{first}) SET n:Their{first} REMOVE n:{first}. Where they came out of \
                 `clade lineage --format cypher`, they are a copy of what is made here: remove them (DETACH DELETE)"
            ),
        })
    }

    /// Makes constraints and indexes where they are not there, and drops what another version has kept. Once for each process;
    /// everything else calls it first.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        self.link.prepared.get_or_try_init(|| self.make()).await.copied()
    }

    async fn make(&self) -> Result<(), StoreError> {
        let mark = self.mark().await?;
        // a server that was just started takes a tenth of a second and more to plan each of the statements that look for nodes
        let is_empty = matches!(mark, Mark::Missing) && self.is_empty().await?;
        if matches!(mark, Mark::Missing) && !is_empty {
            self.refuse_strangers().await?;
        }
        let missing = self.missing().await?;
        for statement in &missing {
            self.make_one(statement).await?;
        }
        if !missing.is_empty() {
            self.link.run("wait for indexes", query("CALL db.awaitIndexes(60)")).await?;
            // one whose name is taken is not made, and no error says so
            if let Some(statement) = self.missing().await?.first() {
                return Err(StoreError::Denied {
                    server: self.link.server.clone(),
                    detail: format!("something else has the name of what this makes: {statement}"),
                    remedy: "SHOW CONSTRAINTS and SHOW INDEXES tell what has it; remove that (DROP CONSTRAINT or DROP INDEX), or name a database \
                             of its own at the end of the address"
                        .into(),
                });
            }
        }
        if matches!(mark, Mark::Current) {
            return Ok(());
        }
        if !is_empty {
            self.drop_all().await?;
        }
        let mark = "MERGE (f:CladeFormat {id: 'lineage'}) SET f.format = $p.format";
        self.link.run("mark the format", asked(mark, [("format", whole(u64::from(LINEAGE_FORMAT)))])).await
    }

    /// Carries out one of [`STATEMENTS`]. Where the index of a constraint is there without it, another process is just making it, or a server
    /// was killed as it made it and will refuse to make it again: it is waited for, and then dropped.
    async fn make_one(&self, statement: &'static str) -> Result<(), StoreError> {
        let make = || self.link.run("make constraints and indexes", query(statement));
        let Err(refused) = make().await else { return Ok(()) };
        for _ in 0..WAITS {
            if self.index_alone(statement).await?.is_none() {
                break;
            }
            sleep(WAIT).await;
        }
        if !self.missing().await?.contains(&statement) {
            return Ok(());
        }
        let Some(index) = self.index_alone(statement).await? else { return Err(refused) };
        let drop = format!("DROP INDEX {index} IF EXISTS");
        self.link.run("drop an index that was left without its constraint", query(&drop)).await?;
        make().await
    }

    /// The index of the name of the constraint that this statement makes, if it is of the same and belongs to no constraint.
    async fn index_alone(&self, statement: &'static str) -> Result<Option<&'static str>, StoreError> {
        let meant = STATEMENTS.into_iter().zip(MEANT).find(|(made, _)| *made == statement);
        let (Some((_, (label, properties, true))), Some(name)) = (meant, statement.split(' ').nth(2)) else {
            return Ok(None);
        };
        let list = "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint \
             WHERE type = 'RANGE' AND owningConstraint IS NULL RETURN name, labelsOrTypes AS labels, properties";
        let rows = self.link.rows("list indexes", query(list)).await?;
        let is_it = rows.iter().any(|row| {
            row.get::<String>("name").is_ok_and(|found| found == name)
                && row.get::<Vec<String>>("labels").is_ok_and(|labels| labels == [label])
                && row.get::<Vec<String>>("properties").is_ok_and(|of| of == properties)
        });
        Ok(is_it.then_some(name))
    }

    /// The statements for constraints and indexes that are not there, whatever those that are there are called.
    pub(crate) async fn missing(&self) -> Result<Vec<&'static str>, StoreError> {
        let list = "SHOW INDEXES YIELD type, labelsOrTypes, properties, owningConstraint WHERE type = 'RANGE' \
             RETURN labelsOrTypes AS labels, properties, owningConstraint IS NOT NULL AS unique";
        let rows = self.link.rows("list constraints and indexes", query(list)).await?;
        let there: Vec<(Vec<String>, Vec<String>, bool)> = rows
            .iter()
            .filter_map(|row| Some((row.get("labels").ok()?, row.get("properties").ok()?, row.get("unique").ok()?)))
            .collect();
        let is_missing = |(label, properties, constraint): &(&str, &[&str], bool)| {
            !there
                .iter()
                .any(|(labels, of, unique)| labels == &[*label] && of == properties && (*unique || !constraint))
        };
        Ok(STATEMENTS
            .into_iter()
            .zip(MEANT)
            .filter(|(_, meant)| is_missing(meant))
            .map(|(statement, _)| statement)
            .collect())
    }

    /// Drops every node of ours and of nobody else, in parts that fit into the server's memory.
    pub(crate) async fn drop_all(&self) -> Result<(), StoreError> {
        for (label, is) in OURS {
            self.drop_found(&format!("MATCH (n:{label}) WHERE {is}"), &[]).await?;
        }
        Ok(())
    }

    /// Drops the nodes of these runs that are ours, and workspaces that are left without any.
    pub(crate) async fn drop_runs(&self, runs: &[RunId]) -> Result<(), StoreError> {
        let runs: Vec<String> = runs.iter().map(ToString::to_string).collect();
        for found in [
            "MATCH (n:Workspace)<-[:IN_WORKSPACE]-(r:Run) WHERE r.id IN $p.runs AND size(keys(n)) = 1 \
             AND NOT EXISTS { (n)--(o) WHERE NOT (o:Run AND o.id IN $p.runs) } WITH DISTINCT n",
            "MATCH (n:Prompt) WHERE n.run IN $p.runs AND n.number IS NOT NULL AND n.record IS NOT NULL",
            "MATCH (n:Snapshot)-[:IN_RUN]->(r:Run) WHERE r.id IN $p.runs AND n.entries IS NOT NULL AND n.id ENDS WITH '/' + n.name",
            "MATCH (n:Run) WHERE n.id IN $p.runs AND size(keys(n)) = 1 \
             AND EXISTS { (b:Branch)-[:BRANCH_OF]->(n) WHERE b.written IS NOT NULL }",
            "MATCH (n:Run) WHERE n.id IN $p.runs AND (n.fold IS NOT NULL OR n.written IS NOT NULL)",
        ] {
            self.drop_found(found, &runs).await?;
        }
        Ok(())
    }

    async fn drop_found(&self, found: &str, runs: &[String]) -> Result<(), StoreError> {
        let part = format!("{found} WITH n LIMIT 5000 DETACH DELETE n RETURN count(*) AS gone");
        loop {
            let gone = self.link.rows("drop the family tree", asked(&part, [("runs", list(runs).into())])).await?;
            if gone.first().and_then(|row| row.get::<i64>("gone").ok()).unwrap_or(0) == 0 {
                return Ok(());
            }
        }
    }
}
