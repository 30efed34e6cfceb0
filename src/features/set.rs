//! What is measured of a glyph: a name in, the numbers out.

use super::hog::{HOG_COUNT, hog};
use super::pixels::{PIXEL_COUNT, pixels};
use super::projections::{PROJECTION_COUNT, projections};
use super::zoning::{ZONE_COUNT, zoning};
use crate::glyph::Glyph;

/// A set of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureSet {
    /// The 784 pixels.
    Pixels,
    /// Histograms of oriented gradients.
    Hog,
    /// The share of ink in each of 7x7 zones.
    Zoning,
    /// Ink along rows, columns and diagonals.
    Projections,
    /// All of the others, one after the other.
    Union,
}

impl FeatureSet {
    /// All sets.
    pub const ALL: [FeatureSet; 5] =
        [FeatureSet::Pixels, FeatureSet::Hog, FeatureSet::Zoning, FeatureSet::Projections, FeatureSet::Union];

    /// The name on the command line and in model files.
    pub fn name(self) -> &'static str {
        match self {
            FeatureSet::Pixels => "pixels",
            FeatureSet::Hog => "hog",
            FeatureSet::Zoning => "zoning",
            FeatureSet::Projections => "projections",
            FeatureSet::Union => "union",
        }
    }

    /// The set of a name, or `None` if there is none of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }

    /// The sets that this one is made of, in the order of its numbers; itself unless it is the union.
    pub fn members(self) -> Vec<FeatureSet> {
        match self {
            FeatureSet::Union => Self::ALL.into_iter().filter(|set| *set != FeatureSet::Union).collect(),
            single => vec![single],
        }
    }

    /// How many numbers a glyph gives.
    pub fn width(self) -> usize {
        match self {
            FeatureSet::Pixels => PIXEL_COUNT,
            FeatureSet::Hog => HOG_COUNT,
            FeatureSet::Zoning => ZONE_COUNT,
            FeatureSet::Projections => PROJECTION_COUNT,
            FeatureSet::Union => self.members().into_iter().map(FeatureSet::width).sum(),
        }
    }

    /// Appends the numbers of a glyph.
    pub fn measure(self, glyph: &Glyph, target: &mut Vec<f32>) {
        match self {
            FeatureSet::Pixels => pixels(glyph, target),
            FeatureSet::Hog => hog(glyph, target),
            FeatureSet::Zoning => zoning(glyph, target),
            FeatureSet::Projections => projections(glyph, target),
            FeatureSet::Union => self.members().into_iter().for_each(|set| set.measure(glyph, target)),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::glyph::GLYPH_SIZE_PX;

    /// A glyph drawn in characters from its top left corner, `#` is ink.
    pub(crate) fn picture(rows: &[&str]) -> Glyph {
        let mut glyph = Glyph { pixels: Box::new([0; PIXEL_COUNT]), origin: Rect::new(0, 0, 28, 28) };
        for (y, row) in rows.iter().enumerate() {
            for (x, _) in row.bytes().enumerate().filter(|(_, character)| *character == b'#') {
                glyph.pixels[y * GLYPH_SIZE_PX + x] = 255;
            }
        }
        glyph
    }

    #[test]
    fn the_union_is_all_sets_one_after_the_other() {
        let glyph = picture(&["##.", ".##", "..#"]);
        let mut union = Vec::new();
        FeatureSet::Union.measure(&glyph, &mut union);
        assert_eq!(union.len(), FeatureSet::Union.width());
        let mut start = 0;
        for set in FeatureSet::Union.members() {
            let mut values = Vec::new();
            set.measure(&glyph, &mut values);
            assert_eq!((values.len(), &union[start..start + set.width()]), (set.width(), values.as_slice()));
            start += set.width();
        }
        assert_eq!(start, union.len());
    }

    #[test]
    fn names_lead_back_to_their_set() {
        for set in FeatureSet::ALL {
            assert_eq!(FeatureSet::from_name(set.name()), Some(set));
            assert_eq!(serde_json::to_value(set).expect("a name"), set.name());
        }
        assert_eq!(FeatureSet::from_name("colour"), None);
    }
}
