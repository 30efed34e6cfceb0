//! Load for a running `scantally serve`: N clients post files to `/api/v1/read` for some seconds, as fast as they are answered or at a fixed
//! rate; requests a second, answer times, statuses and the server's memory come out. A client that is asked to come later does so. Run with
//! `cargo bench --bench load -- --help`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;

/// Posts files to a running server and measures its answers.
#[derive(Clone, Parser)]
struct Arguments {
    /// Files to post, one after the other; without any, nothing is done
    files: Vec<PathBuf>,

    /// Host and port of the server
    #[arg(long, default_value = "127.0.0.1:8080")]
    server: String,

    /// What the address has behind `/api/v1/read`, such as `layout=digit`
    #[arg(long, default_value = "")]
    query: String,

    /// API token, where there are accounts
    #[arg(long)]
    token: Option<String>,

    /// Clients at the same time
    #[arg(long, default_value = "32")]
    clients: usize,

    /// How long it lasts
    #[arg(long, default_value = "60")]
    seconds: f64,

    /// Requests a second of all clients together; as many as are answered where it is not said
    #[arg(long)]
    rate: Option<f64>,

    /// The process of the server, whose memory is looked at (Linux)
    #[arg(long)]
    pid: Option<u32>,

    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// So long a client rests that got no answer: a server that is gone shall not be counted by the thousand.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// What one client saw.
#[derive(Default)]
struct Seen {
    /// Seconds from when a request was due until it was answered with 200.
    seconds: Vec<f64>,
    statuses: BTreeMap<u16, usize>,
    /// Requests without an answer, by what the system said.
    failures: BTreeMap<String, usize>,
}

fn main() {
    let arguments = Arguments::parse();
    if arguments.files.is_empty() {
        println!("no files to post; see --help");
        return;
    }
    let read = |path: &PathBuf| std::fs::read(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    let files: Arc<Vec<Vec<u8>>> = Arc::new(arguments.files.iter().map(read).collect());
    let memory_before = memory_kib(arguments.pid);
    let (begun, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..arguments.clients)
        .map(|_| {
            let (arguments, files, next) = (arguments.clone(), Arc::clone(&files), Arc::clone(&next));
            thread::spawn(move || Client { arguments, begun, connection: None }.run(&files, &next))
        })
        .collect();
    thread::sleep(Duration::from_secs_f64(arguments.seconds / 2.0));
    let memory_between = memory_kib(arguments.pid);
    let seen = clients.into_iter().map(|client| client.join().expect("clients do not panic"));
    let all = seen.fold(Seen::default(), Seen::and);
    let elapsed = begun.elapsed().as_secs_f64();
    report(all, elapsed, [memory_before, memory_between, memory_kib(arguments.pid)]);
}

/// One client with its connection, which it keeps while the server does.
struct Client {
    arguments: Arguments,
    begun: Instant,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    fn run(mut self, files: &[Vec<u8>], next: &AtomicUsize) -> Seen {
        let mut seen = Seen::default();
        let end = Duration::from_secs_f64(self.arguments.seconds);
        while self.begun.elapsed() < end {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let mut due = Instant::now();
            // At a fixed rate a request is due at its time, whether or not a client is free then: what it waits counts, too.
            if let Some(rate) = self.arguments.rate {
                due = self.begun + Duration::from_secs_f64(place as f64 / rate);
                if due >= self.begun + end {
                    break;
                }
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            match self.post(&files[place % files.len()]) {
                Ok(Answered { status, retry_after, .. }) => {
                    *seen.statuses.entry(status).or_default() += 1;
                    if status == 200 {
                        seen.seconds.push(due.elapsed().as_secs_f64());
                    }
                    let left = end.saturating_sub(self.begun.elapsed());
                    thread::sleep(retry_after.min(left));
                }
                Err(cause) => {
                    self.connection = None;
                    *seen.failures.entry(cause.to_string()).or_default() += 1;
                    thread::sleep(AFTER_FAILURE);
                }
            }
        }
        seen
    }

    /// Posts a file.
    fn post(&mut self, file: &[u8]) -> std::io::Result<Answered> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(connect(&self.arguments.server)?),
        };
        let Arguments { server, query, token, .. } = &self.arguments;
        let token = token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let mut request = format!(
            "POST /api/v1/read?{query} HTTP/1.1\r\nHost: {server}\r\n{token}Content-Type: application/octet-stream\r\n\
             Content-Length: {}\r\n\r\n",
            file.len()
        )
        .into_bytes();
        request.extend_from_slice(file);
        connection.get_mut().write_all(&request)?;
        let answered = answer(&mut connection)?;
        self.connection = answered.keeps.then_some(connection);
        Ok(answered)
    }
}

fn connect(server: &str) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(150)))?;
    Ok(stream)
}

/// What the server said.
struct Answered {
    status: u16,
    /// How long it asks to be left alone.
    retry_after: Duration,
    /// Whether the connection can be used again.
    keeps: bool,
}

/// Reads an answer to its end.
fn answer(connection: &mut BufReader<TcpStream>) -> std::io::Result<Answered> {
    let wrong = |what: &str| std::io::Error::other(what.to_owned());
    let line = header_line(connection)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| wrong("no status"))?;
    let (mut length, mut keeps, mut retry_after) = (None, true, Duration::ZERO);
    loop {
        let line = header_line(connection)?.to_ascii_lowercase();
        match line.split_once(": ") {
            None => break,
            Some(("content-length", value)) => length = value.parse::<u64>().ok(),
            Some(("retry-after", value)) => retry_after = Duration::from_secs(value.parse().unwrap_or(1)),
            Some(("connection", value)) => keeps = value != "close",
            Some(_) => {}
        }
    }
    let length = length.ok_or_else(|| wrong("an answer without a length"))?;
    let read = std::io::copy(&mut connection.take(length), &mut std::io::sink())?;
    if read == length { Ok(Answered { status, retry_after, keeps }) } else { Err(wrong("an answer that is cut short")) }
}

fn header_line(connection: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(std::io::Error::other("the connection was closed"));
    }
    Ok(line.trim_end().to_owned())
}

impl Seen {
    fn and(mut self, other: Self) -> Self {
        self.seconds.extend(other.seconds);
        other.statuses.into_iter().for_each(|(status, count)| *self.statuses.entry(status).or_default() += count);
        other.failures.into_iter().for_each(|(cause, count)| *self.failures.entry(cause).or_default() += count);
        self
    }
}

/// Resident memory of a process.
fn memory_kib(pid: Option<u32>) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", pid?)).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

fn report(mut seen: Seen, elapsed_s: f64, memory_kib: [Option<u64>; 3]) {
    seen.seconds.sort_by(f64::total_cmp);
    let quantile_ms = |share: f64| {
        let place = (share * seen.seconds.len() as f64).ceil() as usize;
        seen.seconds.get(place.saturating_sub(1)).map_or(f64::NAN, |seconds| seconds * 1e3)
    };
    let good = seen.statuses.get(&200).copied().unwrap_or(0);
    println!("{:.1} requests a second with status 200 ({good} in {elapsed_s:.1} s)", good as f64 / elapsed_s);
    println!(
        "answer times with status 200: median {:.1} ms, p95 {:.1} ms, p99 {:.1} ms",
        quantile_ms(0.5),
        quantile_ms(0.95),
        quantile_ms(0.99)
    );
    for (status, count) in &seen.statuses {
        println!("status {status}: {count}");
    }
    println!("requests without an answer: {}", seen.failures.values().sum::<usize>());
    for (cause, count) in &seen.failures {
        println!("  {count} times {cause}");
    }
    if let [Some(before), Some(between), Some(after)] = memory_kib.map(|memory| memory.map(|kib| kib as f64 / 1024.0)) {
        println!("memory of the server: {before:.1} MiB before, {between:.1} MiB half way, {after:.1} MiB at the end");
    }
}
