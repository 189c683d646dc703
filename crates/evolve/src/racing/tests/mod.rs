//! Laws of races.

mod belief;
mod laws;
mod level;
mod replays;
mod table;
mod thrift;
