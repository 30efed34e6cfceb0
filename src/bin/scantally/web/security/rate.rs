//! How often somebody may try: log in, register, upload. Who tries too often waits.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::problem::Problem;

/// One bound each for the things that can be tried.
pub struct RateLimits {
    log_in: DefaultKeyedRateLimiter<String>,
    mail: DefaultKeyedRateLimiter<String>,
    upload: DefaultKeyedRateLimiter<i64>,
    clock: DefaultClock,
}

/// Ten passwords at once, then one in 30 seconds: a person who mistypes is not stopped, a list of passwords is.
const LOG_IN: (u32, Duration) = (10, Duration::from_secs(30));

/// Five mails at once to one address or from one machine, then one in two minutes.
const MAIL: (u32, Duration) = (5, Duration::from_secs(120));

/// Uploads of one person: a folder of 600 files at once, then five a second.
const UPLOAD: (u32, Duration) = (600, Duration::from_millis(200));

impl Default for RateLimits {
    fn default() -> Self {
        Self { log_in: limiter(LOG_IN), mail: limiter(MAIL), upload: limiter(UPLOAD), clock: DefaultClock::default() }
    }
}

impl RateLimits {
    /// Counts an attempt to log in, by address of the account and by address of the machine.
    ///
    /// # Errors
    /// 429.
    pub fn log_in(&self, key: &str) -> Result<(), Problem> {
        self.check(&self.log_in, &key.to_owned())
    }

    /// Counts a mail that somebody has the server send.
    ///
    /// # Errors
    /// 429.
    pub fn mail(&self, key: &str) -> Result<(), Problem> {
        self.check(&self.mail, &key.to_owned())
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
        self.mail.retain_recent();
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
            assert_eq!(limits.log_in("ann"), Ok(()));
        }
        let problem = limits.log_in("ann").expect_err("an attempt too many");
        assert_eq!(problem.status, 429);
        assert!(problem.retry_after_s.is_some_and(|seconds| (1..=30).contains(&seconds)));
        assert_eq!(limits.log_in("bob"), Ok(()));
    }
}
