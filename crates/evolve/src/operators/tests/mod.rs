mod admission;
mod capo;
mod classical;
mod component_merge;
mod fixtures;
mod laws;
mod requests;
