use clade_domain::RunId;
use clade_lineage::LINEAGE_FORMAT;
use clade_store::StoreError;
use neo4rs::query;

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

impl Neo4jLineage {
    /// Makes constraints and indexes where they are not there, and drops what another version has kept. Once for each process;
    /// everything else calls it first.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        self.link.prepared.get_or_try_init(|| self.make()).await.copied()
    }

    async fn make(&self) -> Result<(), StoreError> {
        let there =
            self.link.rows("list constraints and indexes", query("SHOW INDEXES YIELD name RETURN name")).await?;
        let names: Vec<String> = there.iter().filter_map(|row| row.get("name").ok()).collect();
        let missing =
            STATEMENTS.iter().filter(|statement| !names.iter().any(|name| statement.contains(&format!(" {name} "))));
        let mut made = false;
        for statement in missing {
            self.link.run("make constraints and indexes", query(statement)).await?;
            made = true;
        }
        if made {
            self.link.run("wait for indexes", query("CALL db.awaitIndexes(60)")).await?;
        }
        let format = query("OPTIONAL MATCH (f:CladeFormat {id: 'lineage'}) RETURN f.format AS format");
        let found = self.link.rows("read the format", format).await?;
        let found: Option<i64> = found.first().and_then(|row| row.get("format").ok());
        if found == Some(i64::from(LINEAGE_FORMAT)) {
            return Ok(());
        }
        self.drop_all().await?;
        let mark = "MERGE (f:CladeFormat {id: 'lineage'}) SET f.format = $p.format";
        self.link.run("mark the format", asked(mark, [("format", whole(u64::from(LINEAGE_FORMAT)))])).await
    }

    /// Drops every node of ours, in parts that fit into the server's memory.
    pub(crate) async fn drop_all(&self) -> Result<(), StoreError> {
        for label in ["Prompt", "Snapshot", "Run", "Workspace"] {
            self.drop_found(&format!("MATCH (n:{label})"), &[]).await?;
        }
        Ok(())
    }

    /// Drops the nodes of these runs, and workspaces that are left without any.
    pub(crate) async fn drop_runs(&self, runs: &[RunId]) -> Result<(), StoreError> {
        let runs: Vec<String> = runs.iter().map(ToString::to_string).collect();
        for found in [
            "MATCH (n:Prompt) WHERE n.run IN $p.runs AND n.number IS NOT NULL",
            "MATCH (n:Snapshot)-[:IN_RUN]->(r:Run) WHERE r.id IN $p.runs",
            "MATCH (n:Run) WHERE n.id IN $p.runs",
            "MATCH (n:Workspace) WHERE NOT (n)--()",
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
