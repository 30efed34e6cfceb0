//! The arguments of `template draft`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Draft a template from a blank form, or from filled copies of one
///
/// Finds combs, boxes, cells of tables, check boxes and underlines, names them by their rows and columns, and writes a template with
/// a picture of the form beside it. Remarks in the file say what was not certain. Look at each field before the template is used.
#[derive(Debug, Args)]
pub struct Draft {
    /// The blank form: PNG, JPEG, TIFF, PDF and what else is read as a scan
    #[arg(value_name = "BLANK", required_unless_present = "filled", value_hint = ValueHint::FilePath)]
    pub blank: Option<PathBuf>,

    /// Folder of filled copies of one form, instead of a blank one: what all share is the form, what differs is the writing
    ///
    /// At least two, better five or more; the first page of each is taken.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["blank", "page"], value_hint = ValueHint::DirPath)]
    pub filled: Option<PathBuf>,

    /// The template to write; must not exist yet [default: the name of the form and .toml]
    ///
    /// The picture of the form is written beside it, with the ending .png.
    #[arg(short, long, value_name = "FORM.toml", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Which page of the blank form
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    pub page: u16,

    /// Print how many of the fields in this CSV were found, and what was missed and added, instead of writing a template
    ///
    /// Columns: form,page,x,y,width,height,shape,cells. Form is the name of the file of the form without its ending, lengths are
    /// thousandths of the page, shapes are comb, box and check. Underlines are not compared.
    #[arg(long, value_name = "FILE", conflicts_with = "output", value_hint = ValueHint::FilePath)]
    pub annotations: Option<PathBuf>,
}
