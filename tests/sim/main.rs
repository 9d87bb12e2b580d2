//! Whole clusters in one thread, from one seed.

mod daemon;
mod ng;
mod store;
