//! YAML and JSON as trees whose every node knows its place, read without losing duplicate keys or going deep on the stack.

mod node;
mod read;

pub(crate) use node::{Entry, KeyPath, Node, NodeValue};
pub(crate) use read::{read, read_all};
