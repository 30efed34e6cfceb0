#!/usr/bin/env python3
"""Runs scantally and three other ways to read numbers on the same scans in one go, and prints one table with ratios.

A folder of scans with the truth in (or one that is drawn here), exact numbers, rates and memory of each program out. Install
requirements.txt and Debian's tesseract-ocr first; a peer that is not installed is left out with a remark.

    python3 benches/peers/peers.py                             scans drawn by scantally itself
    python3 benches/peers/peers.py --bench FOLDER              folders `fields` and `pages`, each with images and truth.csv
    python3 benches/peers/peers.py --generator gen.py --mnist FOLDER   scans drawn by another program: gen.py --mnist FOLDER --out FOLDER

Rates are items by the wall clock on two workers, and, less moved by whatever else the machine does, two divided by the processor seconds
of an item. The OpenCV recipe needs a digit network (--digit-network FILE.onnx, input 1x28x28 from 0 to 1) and is given the boxes of the fields.
"""
import argparse
import csv
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from multiprocessing import Pool
from pathlib import Path

WORKERS = 2
ROOT = Path(__file__).resolve().parents[2]


def digits_of(text):
    return re.sub(r"\D", "", text)


def truth_of(folder):
    """The rows of truth.csv by source: field, value, and the box where there is one."""
    by_source = {}
    with open(folder / "truth.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            box = [float(row[key]) for key in ("x", "y", "width", "height")] if row.get("x") else None
            by_source.setdefault(row["source"], []).append((row["field"], digits_of(row["value"]), box))
    return by_source


def words_in(box, words):
    """The digits of the words whose middle lies in the box, from left to right."""
    x, y, width, height = box
    inside = [w for w in words if x - 10 <= w[0] + w[2] / 2 <= x + width + 10 and y - 10 <= w[1] + w[3] / 2 <= y + height + 10]
    return digits_of("".join(word[4] for word in sorted(inside)))


def exact_share(truth, read):
    """Of the numbers on the scans that were read, the share read exactly; `read` maps a source to its values in truth order."""
    pairs = [(value, got) for source, values in read.items() for (_, value, _), got in zip(truth[source], values)]
    return sum(value == got for value, got in pairs) / max(1, len(pairs))


def jobs_of(folder, truth, layout):
    """Each scan with the boxes of its fields; None where the scan is one line."""
    boxes = (lambda source: None) if layout == "line" else (lambda source: [box for _, _, box in truth[source]])
    return [(str(folder / source), boxes(source)) for source in truth]


class Measured:
    """What one program did with one set of scans."""

    def __init__(self, name, items, wall_seconds, processor_seconds, memory_mb, exact, remark=""):
        self.name, self.items, self.exact, self.remark = name, items, exact, remark
        self.wall_rate = items / wall_seconds
        self.processor_rate = WORKERS * items / processor_seconds
        self.memory_mb = memory_mb


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_measured(command):
    """Wall seconds, processor seconds and peak megabytes of a command."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{' '.join(map(str, command))} failed: {error.decode()}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def scantally(program, folder, truth, layout):
    with tempfile.TemporaryDirectory() as out:
        options = ["--layout", layout] if layout != "page" else []
        command = [program, "extract", folder, "--kind", "digits", "--no-progress", "-j", str(WORKERS), "-o", out, *options]
        wall, processor, memory = run_measured(command)
        score = [program, "score", Path(out) / "numbers.csv", folder / "truth.csv", "--json"]
        figures = json.loads(subprocess.run(score, capture_output=True, check=True).stdout)
    return Measured("scantally", len(truth), wall, processor, memory, figures["exact_share"])


# --- the recipe of the OpenCV tutorials: median, Otsu, contours, 28x28, a small network in onnxruntime ---

RECIPE = {}


def recipe_start(network):
    import cv2
    import onnxruntime

    cv2.setNumThreads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    RECIPE["network"] = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def recipe_glyph(ink):
    """A digit as MNIST has it: 20 pixels at the longer edge, centre of mass in the middle of 28x28."""
    import cv2
    import numpy as np

    height, width = ink.shape
    scale = 20 / max(height, width)
    small = cv2.resize(ink, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    canvas = np.zeros((28, 28), np.float32)
    top, left = (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    moments = cv2.moments(canvas)
    if moments["m00"] > 0:
        shift = [[1, 0, 13.5 - moments["m10"] / moments["m00"]], [0, 1, 13.5 - moments["m01"] / moments["m00"]]]
        canvas = cv2.warpAffine(canvas, np.float32(shift), (28, 28))
    return canvas / 255


def recipe_digits(ink, least_height):
    import cv2
    import numpy as np

    found = []
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        if height >= least_height and width * height >= least_height**2 * 0.12:
            mask = np.zeros((height, width), np.uint8)
            cv2.drawContours(mask, [contour - np.array([[x, y]])], -1, 255, -1)
            found.append((x, recipe_glyph(ink[y : y + height, x : x + width] & mask)))
    return [glyph for _, glyph in sorted(found, key=lambda pair: pair[0])]


def recipe_read(fields):
    """The strings of several fields, whose glyphs are read in one batch."""
    import numpy as np

    glyphs = [glyph for field in fields for glyph in field]
    if not glyphs:
        return ["" for _ in fields]
    network = RECIPE["network"]
    scores = network.run(None, {network.get_inputs()[0].name: np.stack(glyphs)[:, None].astype(np.float32)})[0]
    labels = iter(scores.argmax(1))
    return ["".join(str(next(labels)) for _ in field) for field in fields]


def recipe_scan(job):
    import cv2
    import numpy as np

    path, boxes = job
    grey = cv2.medianBlur(cv2.imread(path, cv2.IMREAD_GRAYSCALE), 3)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU + cv2.THRESH_BINARY_INV)
    if boxes is None:
        return recipe_read([recipe_digits(ink, 0.21 * grey.shape[0])])
    ink, turn = recipe_upright(grey, ink)
    # Ruled lines are what an opening with a long bar leaves.
    rows = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (70, 1)))
    columns = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (1, 75)))
    ink = cv2.subtract(ink, cv2.dilate(rows | columns, np.ones((3, 3), np.uint8)))
    fields = []
    for x, y, width, height in boxes:
        middle = turn[:, :2] @ (x + width / 2, y + height / 2) + turn[:, 2]
        left, top = (int(middle[0] - width / 2), int(middle[1] - height / 2))
        part = ink[max(0, top - 8) : int(top + height) + 12, max(0, left) : int(left + width)]
        fields.append(recipe_digits(np.ascontiguousarray(part), 22))
    return recipe_read(fields)


def recipe_upright(grey, ink):
    """The ink turned by the angle of the longest level lines, and the map that does it."""
    import cv2
    import numpy as np

    edges = cv2.Canny(grey, 50, 150)
    lines = cv2.HoughLines(edges, 1, np.pi / 1800, 600, min_theta=np.pi / 2 - 0.06, max_theta=np.pi / 2 + 0.06)
    angle = 0 if lines is None else np.degrees(np.median(lines.reshape(-1, lines.shape[-1])[:20, 1]) - np.pi / 2)
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    return cv2.warpAffine(ink, turn, (width, height)), turn


def opencv(network, folder, truth, layout):
    jobs = jobs_of(folder, truth, layout)
    read, wall, processor, memory = pooled(recipe_start, (network,), recipe_scan, jobs)
    remark = "" if layout == "line" else "boxes given"
    return Measured("OpenCV recipe + onnxruntime", len(truth), wall, processor, memory, exact_share(truth, dict(zip(truth, read))), remark)


# --- RapidOCR ---

RAPID = {}


def rapid_start():
    import logging

    from rapidocr import RapidOCR

    logging.disable(logging.CRITICAL)
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    RAPID["engine"] = RapidOCR(params=threads)


def rapid_scan(job):
    path, boxes = job
    whole = boxes is not None
    result = RAPID["engine"](path, use_det=whole, use_cls=whole, use_rec=True)
    if not whole:
        return [digits_of("".join(result.txts or ()))]
    words = []
    for corners, text in zip([] if result.boxes is None else result.boxes.tolist(), result.txts or ()):
        xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
        words.append((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys), text))
    return [words_in(box, words) for box in boxes]


def rapid(folder, truth, layout):
    jobs = jobs_of(folder, truth, layout)
    read, wall, processor, memory = pooled(rapid_start, (), rapid_scan, jobs)
    return Measured("RapidOCR", len(truth), wall, processor, memory, exact_share(truth, dict(zip(truth, read))))


# --- Tesseract ---


def tesseract_scan(job):
    path, boxes = job
    environment = dict(os.environ, OMP_THREAD_LIMIT="1")
    run = lambda *options: subprocess.run(["tesseract", path, "stdout", *options], env=environment, capture_output=True, text=True).stdout
    if boxes is None:
        return [digits_of(run("--psm", "7", "--dpi", "250", "-c", "tessedit_char_whitelist=0123456789"))]
    words = []
    for line in run("tsv").splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) >= 12 and cells[0] == "5" and cells[11].strip():
            words.append((*map(float, cells[6:10]), cells[11]))
    return [words_in(box, words) for box in boxes]


def tesseract(folder, truth, layout):
    jobs = jobs_of(folder, truth, layout)
    read, wall, processor, memory = pooled(None, (), tesseract_scan, jobs)
    return Measured("Tesseract", len(truth), wall, processor, memory, exact_share(truth, dict(zip(truth, read))))


# --- measuring ---


def timed(call):
    """A job's result with the processor seconds and the memory that it took in its worker and the programs that the worker started."""
    function, job = call
    seconds = lambda: sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    began = seconds()
    result = function(job)
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return result, seconds() - began, memory / 1024


def pooled(start, arguments, function, jobs):
    """All jobs on the workers; the start of the workers is not counted."""
    with Pool(WORKERS, start, arguments) as pool:
        pool.map(timed, [(function, job) for job in jobs[: 2 * WORKERS]], chunksize=1)
        began = time.perf_counter()
        done = pool.map(timed, [(function, job) for job in jobs], chunksize=1)
        wall = time.perf_counter() - began
    return [result for result, _, _ in done], wall, sum(cost for _, cost, _ in done), max(memory for _, _, memory in done)


def print_table(title, unit, rows):
    own = rows[0]
    print(f"\n{title}\n")
    print(f"| program | scans | exact | {unit}/s | {unit}/s by processor time | times slower | peak MB a process | |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for row in rows:
        ratio = own.processor_rate / row.processor_rate
        print(
            f"| {row.name} | {row.items} | {100 * row.exact:.1f} % | {row.wall_rate:.2f} | {row.processor_rate:.2f} "
            f"| {ratio:.2f} | {row.memory_mb:.0f} | {row.remark} |",
            flush=True,
        )


def drawn(arguments, folder):
    """A benchmark drawn here: by the generator that is named, else by scantally."""
    if arguments.generator:
        subprocess.run([sys.executable, arguments.generator, "--mnist", arguments.mnist, "--out", folder], check=True)
        return folder
    synth = [arguments.program, "synth", "--seed", "6", "--out"]
    subprocess.run([*synth, folder / "fields", "--kind", "line", "--pages", "1000"], check=True)
    subprocess.run([*synth, folder / "pages", "--kind", "form", "--pages", "100"], check=True)
    return folder


def first(truth, count):
    return dict(list(truth.items())[:count])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/scantally")
    parser.add_argument("--bench", type=Path, help="folders `fields` and `pages`, each with images and truth.csv")
    parser.add_argument("--generator", help="program that draws such folders")
    parser.add_argument("--mnist", help="what the generator draws with")
    parser.add_argument("--digit-network", help="digit network of the OpenCV recipe, as ONNX")
    parser.add_argument("--slow-pages", type=int, default=6, help="how many pages RapidOCR and Tesseract read")
    parser.add_argument("--slow-lines", type=int, default=300, help="how many lines RapidOCR and Tesseract read")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        bench = arguments.bench or drawn(arguments, Path(temporary))
        for layout, unit, name, slow in (("line", "lines", "fields", arguments.slow_lines), ("page", "pages", "pages", arguments.slow_pages)):
            truth = truth_of(bench / name)
            rows = [scantally(arguments.program, bench / name, truth, layout)]
            peers = [(rapid, first(truth, slow)), (tesseract, first(truth, slow))]
            if arguments.digit_network:
                peers.insert(0, (lambda *rest: opencv(arguments.digit_network, *rest), truth))
            else:
                print("the OpenCV recipe is left out: name a --digit-network", file=sys.stderr)
            for peer, part in peers:
                try:
                    rows.append(peer(bench / name, part, layout))
                except (ImportError, OSError) as cause:
                    print(f"left out: {cause}; see requirements.txt", file=sys.stderr)
            print_table(f"{len(truth)} {unit}", unit, rows)


if __name__ == "__main__":
    main()
