//! Tests of the library as its users see it, and of the rules that its sources keep.

mod file_order;
mod module_order;
#[path = "../support/mod.rs"]
mod support;
