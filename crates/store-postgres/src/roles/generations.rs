use clade_domain::RunId;
use clade_store::{GenerationStore, Standing, StoreFuture};
use tokio_postgres::types::Type;

use crate::PostgresStore;

/// Answered from the family tree's tables: what they keep of a candidate is what a generation keeps of it.
impl GenerationStore for PostgresStore {
    fn latest(&self, run: RunId) -> StoreFuture<'_, Option<u32>> {
        Box::pin(async move {
            let sql = "SELECT max(generation) FROM @lineage_nodes WHERE run = $1";
            let rows = self.rows("find the last generation", sql, &[(&run.as_str(), Type::TEXT)]).await?;
            let latest: Option<i64> = rows.first().map(|row| self.value(row, 0)).transpose()?.flatten();
            Ok(latest.and_then(|latest| u32::try_from(latest).ok()))
        })
    }

    fn generation(&self, run: RunId, number: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            let sql = "SELECT node, memory FROM @lineage_nodes WHERE run = $1 AND generation = $2 \
                       ORDER BY fitness DESC NULLS LAST, candidate";
            let values = [(&run.as_str() as _, Type::TEXT), (&i64::from(number) as _, Type::INT8)];
            let rows = self.rows("read a generation", sql, &values).await?;
            rows.iter().map(|row| Ok(self.node_record(row)?.into())).collect()
        })
    }

    fn top(&self, run: RunId, most: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            let sql = "SELECT node, memory FROM @lineage_nodes WHERE run = $1 AND fitness IS NOT NULL \
                       ORDER BY fitness DESC, candidate LIMIT $2";
            let values = [(&run.as_str() as _, Type::TEXT), (&i64::from(most) as _, Type::INT8)];
            let rows = self.rows("read the fittest", sql, &values).await?;
            rows.iter().map(|row| Ok(self.node_record(row)?.into())).collect()
        })
    }
}
