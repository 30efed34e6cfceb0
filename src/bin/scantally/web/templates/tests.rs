//! Templates from the blank form to the file that the command line takes.
