//! Who has which number in front of them: numbers are handed out for a short time, so that two people do not get the same one.
//!
//! It is kept in memory alone. Whoever comes too late for any reason is told by the version of the number, which the database keeps.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So long a number is kept for somebody from when it was handed out, or asked for again: longer than anybody looks at one number, short
/// enough that what a closed page holds is soon free.
const LEASE: Duration = Duration::from_secs(180);

/// Numbers that are handed out, and corrected tables that are being made.
#[derive(Default)]
pub struct Desk {
    leases: Mutex<HashMap<i64, Vec<Lease>>>,
    /// One job is always at the same lock, so that its tables are written by one at a time.
    tables: [Mutex<()>; 16],
}

struct Lease {
    user_id: i64,
    since: Instant,
    until: Instant,
}

impl Desk {
    /// Hands a number out to somebody, unless as many other people have it as are wanted for it.
    pub fn take(&self, number_id: i64, user_id: i64, places: usize) -> bool {
        self.take_at(number_id, user_id, places, Instant::now())
    }

    fn take_at(&self, number_id: i64, user_id: i64, places: usize, now: Instant) -> bool {
        let mut leases = self.leases();
        let holders = leases.entry(number_id).or_default();
        holders.retain(|lease| lease.until > now);
        let until = now + LEASE;
        if let Some(own) = holders.iter_mut().find(|lease| lease.user_id == user_id) {
            own.until = until;
            return true;
        }
        let is_free = holders.len() < places;
        if is_free {
            holders.push(Lease { user_id, since: now, until });
        }
        is_free
    }

    /// Keeps a number for somebody who still has it.
    pub fn renew(&self, number_id: i64, user_id: i64) {
        let (mut leases, now) = (self.leases(), Instant::now());
        let own =
            leases.get_mut(&number_id).and_then(|holders| holders.iter_mut().find(|lease| lease.user_id == user_id));
        if let Some(own) = own.filter(|lease| lease.until > now) {
            own.until = now + LEASE;
        }
    }

    /// Takes a number back from somebody; how long they had it, if they had it.
    pub fn give_back(&self, number_id: i64, user_id: i64) -> Option<Duration> {
        let mut leases = self.leases();
        let holders = leases.get_mut(&number_id)?;
        let place = holders.iter().position(|lease| lease.user_id == user_id)?;
        let lease = holders.swap_remove(place);
        if holders.is_empty() {
            leases.remove(&number_id);
        }
        Some(lease.since.elapsed())
    }

    /// Forgets what nobody came back for.
    pub fn forget_old(&self) {
        let now = Instant::now();
        self.leases().retain(|_, holders| {
            holders.retain(|lease| lease.until > now);
            !holders.is_empty()
        });
    }

    /// The lock of the tables of a job.
    pub fn tables_of(&self, job_id: &str) -> MutexGuard<'_, ()> {
        let place = job_id.bytes().fold(0, |sum, byte| sum + usize::from(byte)) % self.tables.len();
        self.tables[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leases(&self) -> MutexGuard<'_, HashMap<i64, Vec<Lease>>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_handed_out_to_as_many_people_as_it_wants_and_is_free_again_in_time() {
        let (desk, now) = (Desk::default(), Instant::now());
        assert!(desk.take_at(1, 10, 1, now) && desk.take_at(1, 10, 1, now), "once more to the same");
        assert!(!desk.take_at(1, 11, 1, now));
        assert!(desk.take_at(1, 11, 2, now) && !desk.take_at(1, 12, 2, now));
        assert!(desk.take_at(1, 12, 1, now + LEASE), "nobody came back for it");
        assert!(desk.give_back(1, 12).is_some() && desk.give_back(1, 12).is_none());
        assert!(desk.take_at(1, 13, 1, now));
    }
}
