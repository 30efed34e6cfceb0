//! A mail server for tests: it speaks as much SMTP (RFC 5321) as a sender needs, and keeps what it gets.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long a test waits for a mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server.
pub struct MailSink {
    port: u16,
    mails: Receiver<String>,
}

impl MailSink {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, mails) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A sender that goes away in the middle has sent nothing.
                let _ = talk(stream, &sender);
            }
        });
        Self { port, mails }
    }

    /// What `--smtp` takes.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The next mail, with long lines put together again.
    pub fn next(&self) -> String {
        let mail = self.mails.recv_timeout(PATIENCE).expect("a mail");
        mail.replace("=\r\n", "").replace("=3D", "=")
    }
}

fn talk(mut stream: TcpStream, sender: &Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 sink\r\n")?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let word = line.get(..4).unwrap_or_default().to_uppercase();
        let answer: &[u8] = match word.as_str() {
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") && reader.read_line(&mut mail)? > 0 {}
                // Nobody waits for it where the test is over.
                let _ = sender.send(mail);
                b"250 kept\r\n"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n"),
            _ => b"250 sink\r\n",
        };
        stream.write_all(answer)?;
        line.clear();
    }
    Ok(())
}
