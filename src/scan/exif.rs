//! The EXIF part of a JPEG, PNG or WebP file in, orientation and resolution out.

use super::directory::Structure;
use super::orientation::Orientation;
use super::resolution::Density;

const ORIENTATION: u16 = 0x0112;
const X_RESOLUTION: u16 = 0x011A;
const Y_RESOLUTION: u16 = 0x011B;
const RESOLUTION_UNIT: u16 = 0x0128;

/// What EXIF tells; both values fall back to their defaults on damage, as a viewer would do.
pub(super) fn read(exif: &[u8]) -> (Orientation, Option<Density>) {
    facts(exif).unwrap_or_default()
}

fn facts(exif: &[u8]) -> Option<(Orientation, Option<Density>)> {
    let (structure, first) = Structure::parse(exif)?;
    let directory = structure.directory(first)?;
    let orientation = Orientation::from_tag(directory.integer(&structure, ORIENTATION).unwrap_or(1));
    // Inch is the default of both TIFF 6.0 and EXIF 2.3.
    let unit = directory.integer(&structure, RESOLUTION_UNIT).unwrap_or(2);
    let density = directory
        .fraction(&structure, X_RESOLUTION)
        .zip(directory.fraction(&structure, Y_RESOLUTION))
        .and_then(|(x, y)| Density::from_tiff_unit(unit, x, y));
    Some((orientation, density))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_means_upright() {
        assert_eq!(read(b"nonsense"), (Orientation::default(), None));
        assert_eq!(read(b""), (Orientation::default(), None));
    }

    #[test]
    fn orientation_is_read() {
        let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(read(exif).0, Orientation::from_tag(6));
    }
}
