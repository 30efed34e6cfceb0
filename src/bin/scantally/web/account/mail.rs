//! Mail: letters in, sent by a thread of its own through the mail server of the settings, or written to the folder `outbox` where there is
//! none. Nobody who asks for a mail learns whether it could be sent; whoever runs the server reads a remark.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::{Context, bail};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Message, SmtpTransport, Transport};
use openidconnect::url::{Host, Url};

use crate::printer;
use crate::web::security::secret;
use crate::web::settings::Settings;
use crate::web::store::now;

/// Where the password of the mail server is read from.
pub const PASSWORD_VARIABLE: &str = "SCANTALLY_SMTP_PASSWORD";

/// Mails that wait while the mail server is slow; more are dropped with a remark, and can be asked for again.
const MOST_WAITING: usize = 200;

/// A mail server that does not answer for so long is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// No line of a mail has more bytes (RFC 5322).
const LONGEST_LINE: usize = 998;

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// The thread that sends.
pub struct Mailer {
    waiting: SyncSender<Letter>,
}

/// Which way mails go.
enum Way {
    Server(Box<SmtpTransport>),
    Folder(PathBuf),
}

impl Mailer {
    /// Checks the settings and starts the thread; it ends with the server.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let password = std::env::var(PASSWORD_VARIABLE).ok();
        let from: Mailbox = settings
            .mail_from
            .parse()
            .with_context(|| format!("--mail-from {} is not an e-mail address", settings.mail_from))?;
        let way = match &settings.smtp {
            Some(url) => Way::Server(Box::new(server(url, password)?)),
            None => Way::Folder(settings.data.join("outbox")),
        };
        let (waiting, letters) = sync_channel(MOST_WAITING);
        let work = move || send_all(&letters, &from, &way);
        std::thread::Builder::new().name("mail".to_owned()).spawn(work).context("the system gives no threads")?;
        Ok(Self { waiting })
    }

    /// Has a letter sent, later.
    pub fn send(&self, letter: Letter) {
        if self.waiting.try_send(letter).is_err() {
            printer::remark("a mail was dropped: too many wait for the mail server");
        }
    }
}

/// The connection to a mail server; nothing is sent yet.
fn server(text: &str, password: Option<String>) -> anyhow::Result<SmtpTransport> {
    // The address itself is not repeated in what is printed: it may hold a password.
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host())
        .context("--smtp is not an address such as smtps://user@mail.example.org")?;
    if url.password().is_some() {
        bail!(
            "--smtp holds a password, which others on this machine could see; put it into {PASSWORD_VARIABLE} instead"
        );
    }
    let builder = SmtpTransport::from_url(text)
        .context("--smtp cannot be used; it looks like smtps://user@mail.example.org or smtp://mail.example.org:587?tls=required")?
        .timeout(Some(PATIENCE));
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
    if user.is_empty() {
        return Ok(builder.build());
    }
    let password = password.with_context(|| {
        format!("--smtp names a user; set the environment variable {PASSWORD_VARIABLE} to the password")
    })?;
    let is_encrypted =
        url.scheme() == "smtps" || url.query_pairs().any(|pair| pair == ("tls".into(), "required".into()));
    if !is_encrypted && !is_loopback(&url) {
        bail!("--smtp would send the password unencrypted; write smtps://, or add ?tls=required");
    }
    Ok(builder.credentials(Credentials::new(user, password)).build())
}

/// Whether an address leads to this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Schemes that browsers do not know keep addresses in the form of names.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn send_all(letters: &Receiver<Letter>, from: &Mailbox, way: &Way) {
    while let Ok(letter) = letters.recv() {
        if let Err(cause) = send(letter, from, way) {
            printer::remark(&format!("a mail could not be sent: {cause:#}"));
        }
    }
}

fn send(letter: Letter, from: &Mailbox, way: &Way) -> anyhow::Result<()> {
    let message = Message::builder()
        .from(from.clone())
        .to(letter.to.parse().context("an address")?)
        .subject(letter.subject)
        .message_id(None)
        .header(ContentType::TEXT_PLAIN)
        .body(body(letter.text))
        .context("a letter")?;
    match way {
        Way::Server(server) => server.send(&message).map(drop).context("the mail server"),
        Way::Folder(folder) => {
            let written = keep(folder, &message.formatted());
            written.with_context(|| folder.display().to_string())
        }
    }
}

/// The text as it stands where mail allows it, so that links stay whole in the files of the outbox, too.
fn body(text: String) -> Body {
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= LONGEST_LINE);
    if is_plain {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        return Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::SevenBit);
    }
    Body::new(text)
}

/// Writes a mail into a folder that only the user who runs the server can look into; it is there as a whole, or not yet.
fn keep(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let (mut builder, mut options) = (std::fs::DirBuilder::new(), std::fs::File::options());
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.recursive(true).create(folder)?;
    let path = folder.join(format!("{}-{}.eml", now(), secret::random()));
    let unfinished = path.with_extension("part");
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_mail_server_are_checked_before_it_is_needed() {
        let check = |url: &str, password: Option<&str>| server(url, password.map(str::to_owned)).map(drop);
        for (url, password) in [
            ("smtps://ann@mail.example.org", Some("p")),
            ("smtp://ann@mail.example.org:587?tls=required", Some("p")),
            ("smtp://ann@127.0.0.1:2525", Some("p")),
            ("smtp://mail.example.org", None),
        ] {
            assert!(check(url, password).is_ok(), "{url}");
        }
        for (url, password) in [
            ("mail.example.org", None),
            ("https://mail.example.org", None),
            ("smtp://mail.example.org?tls=perhaps", None),
            ("smtps://ann@mail.example.org", None),
            ("smtp://ann@mail.example.org", Some("p")),
            ("smtps://ann:hunter2@mail.example.org", None),
        ] {
            let sentence = format!("{:#}", check(url, password).expect_err(url));
            assert!(sentence.contains("--smtp") && !sentence.contains("hunter2"), "{sentence}");
        }
    }

    #[test]
    fn links_stay_whole_however_long_they_are() {
        for url in ["https://scans.example.org".to_owned(), format!("https://{}.example.org", "scans".repeat(30))] {
            let letter = crate::web::account::letters::confirm(&url, "ann@example.org", "secret");
            let folder = tempfile::tempdir().expect("a temporary folder");
            let way = Way::Folder(folder.path().to_owned());
            send(letter, &"desk@example.org".parse().expect("an address"), &way).expect("a mail");
            let mail = std::fs::read_dir(folder.path()).expect("a folder").next().expect("a file").expect("a file");
            let text = std::fs::read_to_string(mail.path()).expect("a mail");
            assert!(text.contains(&format!("\r\n{url}/confirm/secret\r\n")) && text.contains("7bit"), "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn mails_in_the_outbox_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let outbox = folder.path().join("outbox");
        keep(&outbox, b"mail").expect("a mail");
        let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        let mail = std::fs::read_dir(&outbox).expect("a folder").next().expect("a file").expect("a file").path();
        assert_eq!((mode(&outbox), mode(&mail)), (0o700, 0o600));
    }
}
