//! The run loop: dispatcher, executors, budget ledger, resume
