//! How often somebody may try: log in, register, upload. Who tries too often waits.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::problem::Problem;

/// One bound each for the things that can be tried.
pub struct RateLimits {
    log_in: DefaultKeyedRateLimiter<String>,
    log_in_from: DefaultKeyedRateLimiter<IpAddr>,
    mail: DefaultKeyedRateLimiter<String>,
    mail_from: DefaultKeyedRateLimiter<IpAddr>,
    upload: DefaultKeyedRateLimiter<i64>,
    clock: DefaultClock,
}

/// Ten passwords at once, then one in 30 seconds: a person who mistypes is not stopped, a list of passwords is.
const LOG_IN: (u32, Duration) = (10, Duration::from_secs(30));

/// From one machine sixty at once, then one in five seconds: an office in the morning may come from one address.
const LOG_IN_FROM: (u32, Duration) = (60, Duration::from_secs(5));

/// Five mails at once to one address, then one in two minutes.
const MAIL: (u32, Duration) = (5, Duration::from_secs(120));

/// Thirty mails at once asked for from one machine, then one in twenty seconds: a team that registers together.
const MAIL_FROM: (u32, Duration) = (30, Duration::from_secs(20));

/// Uploads of one person: a folder of 600 files at once, then five a second.
const UPLOAD: (u32, Duration) = (600, Duration::from_millis(200));

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            log_in: limiter(LOG_IN),
            log_in_from: limiter(LOG_IN_FROM),
            mail: limiter(MAIL),
            mail_from: limiter(MAIL_FROM),
            upload: limiter(UPLOAD),
            clock: DefaultClock::default(),
        }
    }
}

impl RateLimits {
    /// Counts an attempt to log in, by address of the account and by the machine it comes from, where that is known.
    ///
    /// # Errors
    /// 429.
    pub fn log_in(&self, email: &str, machine: Option<IpAddr>) -> Result<(), Problem> {
        self.log_in_from(machine)?;
        self.check(&self.log_in, &email.to_owned())
    }

    /// Counts an attempt to log in of which only the machine is known.
    ///
    /// # Errors
    /// 429.
    pub fn log_in_from(&self, machine: Option<IpAddr>) -> Result<(), Problem> {
        machine.map_or(Ok(()), |machine| self.check(&self.log_in_from, &network(machine)))
    }

    /// Counts a mail that somebody has the server send, in the same way.
    ///
    /// # Errors
    /// 429.
    pub fn mail(&self, email: &str, machine: Option<IpAddr>) -> Result<(), Problem> {
        machine.map_or(Ok(()), |machine| self.check(&self.mail_from, &network(machine)))?;
        self.check(&self.mail, &email.to_owned())
    }

    /// Counts an upload of a person.
    ///
    /// # Errors
    /// 429.
    pub fn upload(&self, user_id: i64) -> Result<(), Problem> {
        self.check(&self.upload, &user_id)
    }

    /// Forgets whoever has not tried for long, so that memory does not grow with their number.
    pub fn forget_old(&self) {
        self.log_in.retain_recent();
        self.log_in_from.retain_recent();
        self.mail.retain_recent();
        self.mail_from.retain_recent();
        self.upload.retain_recent();
    }

    fn check<K: Clone + std::hash::Hash + Eq>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), Problem> {
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::too_often(wait.as_secs().max(1))
        })
    }
}

/// What counts as one machine: of IPv6 the first 64 bits, since a machine picks the others as it likes.
fn network(machine: IpAddr) -> IpAddr {
    match machine.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

fn limiter<K: Clone + std::hash::Hash + Eq>((burst, every): (u32, Duration)) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
    RateLimiter::keyed(quota)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_tries_too_often_is_told_how_long_to_wait() {
        let limits = RateLimits::default();
        for _ in 0..LOG_IN.0 {
            assert_eq!(limits.log_in("ann", None), Ok(()));
        }
        let problem = limits.log_in("ann", None).expect_err("an attempt too many");
        assert_eq!(problem.status, 429);
        assert!(problem.retry_after_s.is_some_and(|seconds| (1..=30).contains(&seconds)));
        assert_eq!(limits.log_in("bob", None), Ok(()));
    }

    #[test]
    fn one_machine_does_not_try_many_accounts() {
        let limits = RateLimits::default();
        let from = |last: u32| format!("2001:db8::{last:x}").parse().ok();
        for attempt in 0..LOG_IN_FROM.0 {
            assert_eq!(limits.log_in(&format!("account {attempt}"), from(attempt)), Ok(()));
        }
        assert!(limits.log_in("one more", from(9999)).is_err());
        assert_eq!(limits.log_in("one more", "2001:db8:0:1::1".parse().ok()), Ok(()));
    }
}
