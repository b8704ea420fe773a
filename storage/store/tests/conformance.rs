//! openraft's own suite for log storage and state machine, on the real files.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use openraft::StorageError;
use openraft::testing::log::{StoreBuilder, Suite};
use sentinel_consensus::TypeConfig;
use sentinel_store::{LogStore, StateMachine, Store};
use tempfile::TempDir;

struct Builder;

impl StoreBuilder<TypeConfig, LogStore, StateMachine, (Store, TempDir)> for Builder {
    async fn build(&self) -> Result<((Store, TempDir), LogStore, StateMachine), StorageError<TypeConfig>> {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let (log, machine) = (store.log.clone(), store.state_machine(Arc::new(|_| {})));
        Ok(((store, dir), log, machine))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storage_passes_the_suite_of_the_consensus_library() {
    Suite::test_all(Builder).await.unwrap();
}
