//! The SDP editor from outside: single rules, properties, and recorded bodies.

mod golden;
mod meaning;
mod properties;
mod recorded;
mod rules;
