//! The behaviour that every backend must show, as functions a test calls with a fresh store.
