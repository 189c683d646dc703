mod admission;
mod classical;
mod fixtures;
mod laws;
mod requests;
