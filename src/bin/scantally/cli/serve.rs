//! The arguments of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::extract::quantity;

/// Open the web app: upload scans, read them, review the numbers in a browser
///
/// One person on the same machine needs nothing but `scantally serve`. For an office, bind it to an address of the network: people make
/// accounts then, and see only what is theirs or was shared with them. Everything is kept in the DATA folder; ctrl-C ends the server, and a
/// server that is started again goes on with what it had not finished.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,

    /// Folder for accounts, uploads and results; created where it is missing
    #[arg(long, value_name = "FOLDER", default_value = "scantally-data", value_hint = ValueHint::DirPath)]
    pub data: PathBuf,

    /// Ask for accounts; the default unless bound to loopback
    #[arg(long, conflicts_with = "no_accounts")]
    pub accounts: bool,

    /// No accounts: whoever sits at this machine may do everything; the default when bound to loopback, and refused elsewhere
    #[arg(long)]
    pub no_accounts: bool,

    /// The address people type in, such as https://scans.example.org; links in mails begin with it, and https makes cookies secure
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub public_url: Option<String>,

    /// Who is an administrator once the address is confirmed; may be repeated [default: the first account]
    #[arg(long, value_name = "E-MAIL", value_hint = ValueHint::EmailAddress)]
    pub admin: Vec<String>,

    /// Uploads and their results are removed after so many days; 0 keeps them
    #[arg(long, value_name = "DAYS", default_value = "7")]
    pub retain: u32,

    /// Mail server, such as smtps://user@mail.example.org or smtp://mail.example.org:587?tls=required; its password is read from the
    /// environment variable SCANTALLY_SMTP_PASSWORD
    ///
    /// Without it, mails are written as files to the folder `outbox` below DATA.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub smtp: Option<String>,

    /// The sender of mails
    #[arg(long, value_name = "E-MAIL", default_value = "scantally@localhost", value_hint = ValueHint::EmailAddress)]
    pub mail_from: String,

    /// TOML file with the keys to sign in with Google, Facebook or any OpenID provider
    ///
    /// One table `[[provider]]` each: `name`, `client_id`, `client_secret`, and for others than google and facebook `issuer`. People need an
    /// address that the provider has checked; facebook does not say so, and wants `vouches_for_email = true`.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub sign_in: Option<PathBuf>,

    /// One upload may have so many bytes
    #[arg(long, value_name = "BYTES", default_value = "50M", value_parser = quantity)]
    pub max_upload: u64,

    /// Pages with more pixels than this are refused
    #[arg(long, value_name = "N", default_value = "100M", value_parser = quantity)]
    pub max_pixels: u64,

    /// Scans with more pages than this are refused
    #[arg(long, value_name = "N", default_value = "500")]
    pub max_pages: usize,

    /// Scans that may wait to be read at once; more are asked to come again later
    #[arg(long, value_name = "N", default_value = "32", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub queue: u16,

    /// Pages read at the same time [default: one for each processor core]
    #[arg(short = 'j', long = "threads", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Print a line for each request
    #[arg(short, long)]
    pub verbose: bool,
}
