//! Jobs from the first file to the last table, on a server whose threads read.
