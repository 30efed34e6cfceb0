//! Tests of the library through its public functions.

mod scan_files;
mod scan_hostile;
mod scan_pdf;
mod scan_pictures;
mod scan_tiff;
