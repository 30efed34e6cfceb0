//! A time as people and machines read it; the script of the pages writes it by the clock of the reader.

use time::OffsetDateTime;

/// A time, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub i64);

impl Moment {
    /// Such as `2026-03-01 14:05 UTC`.
    pub fn text(&self) -> String {
        let [date, clock] = self.parts();
        format!("{date} {clock} UTC")
    }

    /// Such as `2026-03-01T14:05Z`.
    pub fn stamp(&self) -> String {
        let [date, clock] = self.parts();
        format!("{date}T{clock}Z")
    }

    fn parts(self) -> [String; 2] {
        let time = OffsetDateTime::from_unix_timestamp(self.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let date = format!("{}-{:02}-{:02}", time.year(), u8::from(time.month()), time.day());
        [date, format!("{:02}:{:02}", time.hour(), time.minute())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_full() {
        let moment = Moment(951_872_700);
        assert_eq!((moment.text().as_str(), moment.stamp().as_str()), ("2000-03-01 01:05 UTC", "2000-03-01T01:05Z"));
    }
}
