//! The rules of the design that the compiler does not check: who may import whom, and what the library may not do.

use std::path::{Path, PathBuf};

/// The modules of the library, lowest first: a module imports those before it alone.
const ORDER: [&str; 32] = [
    "error",
    "geometry",
    "template",
    "idx",
    "vectorised",
    "stopwatch",
    "runs",
    "correlation",
    "product_tile",
    "matrix_product",
    "scan",
    "clean",
    "form",
    "segment",
    "glyph",
    "features",
    "style",
    "reader",
    "number",
    "consistency",
    "table",
    "crop",
    "journal",
    "pipeline",
    "batch",
    "review",
    "synth",
    "evaluate",
    "train",
    "compare",
    "study",
    "lib",
];

/// The stages whose order `pipeline` alone may know.
const INNER_STAGES: [&str; 3] = ["clean", "form", "segment"];

/// A file is at most this long, its tests included.
const MOST_LINES: usize = 600;

/// What only the binary may use.
const FOR_THE_BINARY: [&str; 11] = [
    "anyhow",
    "clap",
    "indicatif",
    "ctrlc",
    "println!",
    "print!",
    "dbg!",
    "std::env",
    "process::exit",
    "build_global",
    "set_hook",
];

struct Source {
    path: PathBuf,
    /// The top-level module it belongs to.
    module: String,
    text: String,
    /// The text without comments.
    code: String,
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable source folder") {
        let path = entry.expect("a readable source folder").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn sources() -> Vec<Source> {
    rust_files(&source_folder()).into_iter().map(source).collect()
}

fn source(path: PathBuf) -> Source {
    let below = path.strip_prefix(source_folder()).expect("a file below src");
    let first = below.components().next().expect("a file name").as_os_str().to_string_lossy();
    let module = first.trim_end_matches(".rs").to_owned();
    let text = std::fs::read_to_string(&path).expect("a readable source file");
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    Source { path, module, text, code }
}

fn library_sources() -> Vec<Source> {
    let sources: Vec<Source> = sources().into_iter().filter(|source| source.module != "bin").collect();
    assert!(sources.len() > 20, "the sources were found");
    sources
}

fn rank(module: &str) -> usize {
    ORDER.iter().position(|name| *name == module).unwrap_or_else(|| panic!("`{module}` has no place in the order"))
}

/// The top-level modules that code names behind `crate::`, groups in braces included.
fn imports(code: &str) -> Vec<String> {
    let names = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(top_level_names(group).iter().map(|part| names(part))),
            None => found.push(names(rest)),
        }
    }
    found
}

/// The parts of a group up to its closing brace, inner groups left aside.
fn top_level_names(group: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            c if depth == 0 && !c.is_whitespace() => parts.last_mut().expect("never empty").push(c),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[test]
fn imports_are_found_in_all_their_forms() {
    let code = "use crate::scan::Page;\nuse crate::{error::{Error, Result}, geometry};\nfn f() { crate::idx::read() }";
    assert_eq!(imports(code), ["scan", "error", "geometry", "idx"]);
}

#[test]
fn modules_import_lower_ones_alone() {
    for source in library_sources().iter().filter(|source| source.module != "lib") {
        for import in imports(&source.code) {
            assert!(
                rank(&import) <= rank(&source.module),
                "{}: `{}` must not import `{import}`, which comes later",
                source.path.display(),
                source.module
            );
        }
    }
}

#[test]
fn nobody_reaches_other_modules_by_way_of_super() {
    for source in library_sources() {
        assert!(!source.code.contains("super::super"), "{}: name the module from `crate`", source.path.display());
        let is_root = source.path.ends_with("mod.rs") || source.path.parent() == Some(&source_folder());
        for name in ORDER.iter().filter(|_| is_root) {
            assert!(
                !source.code.contains(&format!("super::{name}::")),
                "{}: name `{name}` from `crate`",
                source.path.display()
            );
        }
    }
}

#[test]
fn the_pipeline_alone_knows_the_order_of_the_stages() {
    let sources = library_sources();
    let imported_by = |module: &str| -> Vec<String> {
        sources.iter().filter(|source| source.module == module).flat_map(|source| imports(&source.code)).collect()
    };
    for module in ["batch", "table"] {
        for stage in INNER_STAGES {
            assert!(!imported_by(module).iter().any(|import| import == stage), "`{module}` must not import `{stage}`");
        }
    }
    for stage in INNER_STAGES {
        for import in imported_by(stage) {
            assert!(!["reader", "number"].contains(&import.as_str()), "`{stage}` must not import `{import}`");
        }
    }
}

#[test]
fn arguments_and_printing_are_left_to_the_binary() {
    for source in library_sources() {
        for word in FOR_THE_BINARY {
            assert!(!source.code.contains(word), "{}: `{word}` is for the binary", source.path.display());
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    for source in sources() {
        let (lines, path) = (source.text.lines().count(), source.path.display());
        assert!(lines <= MOST_LINES, "{path} has {lines} lines, {MOST_LINES} are the most");
        assert!(source.text.starts_with("//! "), "{path} does not open with what comes in and what goes out");
    }
}
