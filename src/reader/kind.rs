//! Which readers there are: a name in, a [`ReaderKind`] out, and back.

use crate::reader::architecture::Architecture;

/// A way to read glyphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderKind {
    /// The convolutional network that is built in.
    Cnn,
    /// The nearest training glyphs.
    Knn,
    /// A random forest.
    Forest,
    /// A support vector machine.
    Svm,
    /// Gaussian naive Bayes.
    Bayes,
    /// A single decision tree.
    Tree,
    /// The network of the original project.
    Original,
    /// The same with pooling behind its convolutions.
    OriginalPooled,
}

impl ReaderKind {
    /// All kinds, in the order of reports.
    pub const ALL: [ReaderKind; 8] = [
        ReaderKind::Cnn,
        ReaderKind::Original,
        ReaderKind::OriginalPooled,
        ReaderKind::Svm,
        ReaderKind::Knn,
        ReaderKind::Forest,
        ReaderKind::Bayes,
        ReaderKind::Tree,
    ];

    /// The name on the command line, in tables and in model files.
    pub fn name(self) -> &'static str {
        match self {
            ReaderKind::Cnn => "cnn",
            ReaderKind::Knn => "knn",
            ReaderKind::Forest => "forest",
            ReaderKind::Svm => "svm",
            ReaderKind::Bayes => "bayes",
            ReaderKind::Tree => "tree",
            ReaderKind::Original => "original",
            ReaderKind::OriginalPooled => "original-pooled",
        }
    }

    /// The kind of a name, or `None` if there is none of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The shape of a network, `None` for the classical readers.
    pub fn architecture(self) -> Option<Architecture> {
        match self {
            ReaderKind::Cnn => Some(Architecture::shipped()),
            ReaderKind::Original => Some(Architecture::original()),
            ReaderKind::OriginalPooled => Some(Architecture::original_pooled()),
            _ => None,
        }
    }

    /// The kind of a network of this shape; one of any other shape is a [`ReaderKind::Cnn`].
    pub fn of_architecture(architecture: &Architecture) -> Self {
        let has_shape = |kind: &ReaderKind| kind.architecture().as_ref() == Some(architecture);
        Self::ALL.into_iter().find(has_shape).unwrap_or(ReaderKind::Cnn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_kind() {
        for kind in ReaderKind::ALL {
            assert_eq!(ReaderKind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
            if let Some(architecture) = kind.architecture() {
                assert_eq!(ReaderKind::of_architecture(&architecture), kind);
            }
        }
        assert_eq!(ReaderKind::from_name("oracle"), None);
        let mut other = Architecture::original();
        other.layers[0].channels = 8;
        assert_eq!(ReaderKind::of_architecture(&other), ReaderKind::Cnn);
    }
}
