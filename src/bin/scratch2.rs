use scantally::reader::line::LineReader;
use std::path::Path;
// scratch2 WEIGHTS TRUTH ROOT [mask]: exact strings of digits, greedy best of beam
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let reader = LineReader::from_file(Path::new(&args[1])).unwrap();
    let mut rows: Vec<(String, String)> = Vec::new();
    let text = std::fs::read_to_string(&args[2]).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let (s, v) =
        (header.iter().position(|h| *h == "source").unwrap(), header.iter().position(|h| *h == "value").unwrap());
    for l in lines {
        let c: Vec<&str> = l.split(',').collect();
        rows.push((c[s].to_string(), c[v].to_string()));
    }
    let everything = args.get(4).is_none();
    let (mut right, mut in2, mut in5, mut out) = (0, 0, 0, String::from("source,value,read,confidence\n"));
    let mut conf: Vec<(f64, bool)> = Vec::new();
    for (source, value) in &rows {
        let bytes = std::fs::read(Path::new(&args[3]).join(source)).unwrap();
        let scan = scantally::scan::Scan::from_bytes(source, bytes, Default::default()).unwrap();
        let page = scan.page(1).unwrap();
        let Some(strip) = scantally::pipeline::strip_of_line(page, everything) else { continue };
        let strings = reader.read(&strip).of_digits_alone().likeliest(5);
        let want: String = value.chars().filter(|c| c.is_ascii_digit()).collect();
        let texts: Vec<String> = strings.iter().map(|s| s.symbols.iter().map(|s| s.as_char()).collect()).collect();
        let ok = texts[0] == want;
        right += ok as usize;
        in2 += texts.iter().take(2).any(|t| *t == want) as usize;
        in5 += texts.iter().any(|t| *t == want) as usize;
        conf.push((strings[0].probability, ok));
        if !ok {
            out += &format!("{source},{want},{},{:.3}\n", texts[0], strings[0].probability);
        }
    }
    conf.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut wrong, mut best) = (0, 0);
    for (i, c) in conf.iter().enumerate() {
        wrong += !c.1 as usize;
        if wrong * 100 <= i + 1 {
            best = i + 1;
        }
    }
    let n = rows.len() as f64;
    println!(
        "exact {:.2} % in2 {:.2} in5 {:.2}; read at 1 % wrong {:.1} %",
        right as f64 / n * 100.0,
        in2 as f64 / n * 100.0,
        in5 as f64 / n * 100.0,
        best as f64 / n * 100.0
    );
    std::fs::write("/tmp/line_errors.csv", out).unwrap();
}
