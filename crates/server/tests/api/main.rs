//! The API over a real socket and a real database file, as programs and browsers meet it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod addresses;
mod attacks;
mod ceilings;
mod common;
mod cursors;
mod documents;
mod figures;
mod going_down;
mod injections;
mod library;
mod lists;
mod logbook;
mod measured;
mod moving;
mod official_clients;
mod outside_oidc;
mod outside_supabase;
mod people;
mod project;
mod rebinding;
mod repeats;
mod replicas;
mod rights;
mod row_level_security;
mod row_level_writes;
mod rows;
mod runs;
mod shares;
mod steering;
mod together;
mod trees;
mod watching;
mod ways_in;
