//! What stands between the network and the routes: headers, forged requests, too many of them, secrets.

pub mod guard;
pub mod headers;
pub mod rate;
pub mod secret;
