//! The embedded store: one SQLite file for every role
