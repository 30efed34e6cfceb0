//! Tests of the library as its users see it, and of the rules that its sources keep.

mod archives;
mod batch_run;
mod cheque;
mod explanations;
mod file_order;
mod module_order;
mod mutations;
mod scan_bombs;
mod scan_files;
mod scan_hostile;
mod scan_pdf;
mod scan_pictures;
mod scan_tiff;
#[path = "../support/mod.rs"]
mod support;
