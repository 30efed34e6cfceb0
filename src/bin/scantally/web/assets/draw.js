// The page Draw: strokes of pen, finger or mouse on white paper, sent to be read a moment after each.
"use strict";

(() => {
    const canvas = document.getElementById("canvas");
    const paper = canvas.getContext("2d");
    const undo = document.getElementById("undo");
    const clear = document.getElementById("clear");
    const reading = document.getElementById("reading");
    const sureness = document.getElementById("sureness");
    const digits = document.getElementById("digits");
    // About a tenth of the height of a digit, as the strokes of a pen on paper.
    const penWidth = 14;
    // So long after the last stroke it is read: short enough to see it come, long enough not to read each stroke of a 4.
    const restMilliseconds = 250;
    // On a phone the paper is narrow, and has to be higher for a finger.
    if (window.matchMedia("(max-width: 40rem)").matches) {
        canvas.height = 600;
    }
    const strokes = [];
    let current = null;
    let timer = 0;
    let asked = 0;

    function paint() {
        paper.fillStyle = "#fff";
        paper.fillRect(0, 0, canvas.width, canvas.height);
        paper.strokeStyle = "#111";
        paper.fillStyle = "#111";
        paper.lineWidth = penWidth;
        paper.lineCap = "round";
        paper.lineJoin = "round";
        for (const stroke of strokes) {
            paper.beginPath();
            if (stroke.length === 1) {
                paper.arc(stroke[0].x, stroke[0].y, penWidth / 2, 0, 2 * Math.PI);
                paper.fill();
            } else {
                paper.moveTo(stroke[0].x, stroke[0].y);
                for (const point of stroke.slice(1)) {
                    paper.lineTo(point.x, point.y);
                }
                paper.stroke();
            }
        }
        undo.disabled = strokes.length === 0;
        clear.disabled = strokes.length === 0;
    }

    function pointOf(event) {
        const frame = canvas.getBoundingClientRect();
        const across = canvas.width / frame.width;
        return { x: (event.clientX - frame.left) * across, y: (event.clientY - frame.top) * across };
    }

    canvas.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || current) {
            return;
        }
        canvas.setPointerCapture(event.pointerId);
        current = { id: event.pointerId, points: [pointOf(event)] };
        strokes.push(current.points);
        window.clearTimeout(timer);
        paint();
    });
    canvas.addEventListener("pointermove", (event) => {
        if (current?.id !== event.pointerId) {
            return;
        }
        const events = event.getCoalescedEvents?.() ?? [];
        current.points.push(...(events.length > 0 ? events : [event]).map(pointOf));
        paint();
    });
    for (const name of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(name, (event) => {
            if (current?.id === event.pointerId) {
                current = null;
                readSoon();
            }
        });
    }

    function takeBack() {
        strokes.pop();
        changed();
    }

    function changed() {
        current = null;
        paint();
        if (strokes.length === 0) {
            window.clearTimeout(timer);
            asked += 1;
            show(null);
            tell("");
        } else {
            readSoon();
        }
    }

    undo.addEventListener("click", takeBack);
    clear.addEventListener("click", () => {
        strokes.length = 0;
        changed();
        canvas.scrollIntoView({ block: "nearest" });
    });
    document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key === "z" && strokes.length > 0) {
            event.preventDefault();
            takeBack();
        }
    });

    function readSoon() {
        window.clearTimeout(timer);
        timer = window.setTimeout(read, restMilliseconds);
    }

    async function read() {
        asked += 1;
        const question = asked;
        const picture = await new Promise((done) => canvas.toBlob(done, "image/png"));
        try {
            const answer = await request("/api/v1/read?layout=line&kind=digits&name=drawing.png", {
                method: "POST",
                headers: { "Content-Type": "image/png" },
                body: picture,
            });
            const found = await answer.json();
            // A newer stroke has been sent meanwhile, or all was cleared.
            if (question === asked) {
                show(found.files[0].pages[0].numbers[0] ?? null);
                tell("");
            }
        } catch (problem) {
            if (question === asked) {
                tell(problem.message);
            }
        }
    }

    // Below the paper, so that it stays where it is while somebody writes.
    function tell(text) {
        const place = document.getElementById("draw-problem");
        place.textContent = text;
        place.hidden = text === "";
    }

    function percent(share) {
        const rounded = Math.round(100 * share);
        return rounded === 100 && share < 0.9999 ? 99 : rounded;
    }

    function show(number) {
        const isNumber = number !== null && number.value !== "";
        reading.textContent = isNumber ? number.value : "–";
        sureness.textContent = isNumber ? `${percent(number.confidence)} % sure` : number === null ? "" : "no number yet";
        digits.replaceChildren(...(isNumber ? number.digits : []).map(digitOf));
    }

    function digitOf(digit) {
        const entry = document.createElement("li");
        const parts = [
            ["digit", String(digit.digit)],
            ["number", `${percent(digit.confidence)} %`],
            ["second muted", `or ${digit.second}: ${percent(digit.second_confidence)} %`],
        ].map(([name, text]) => {
            const part = document.createElement("span");
            part.className = name;
            part.textContent = text;
            return part;
        });
        parts.splice(1, 0, bar(percent(digit.confidence)));
        entry.append(...parts);
        return entry;
    }

    function bar(share) {
        const space = "http://www.w3.org/2000/svg";
        const picture = document.createElementNS(space, "svg");
        picture.setAttribute("class", "bar");
        picture.setAttribute("viewBox", "0 0 100 6");
        picture.setAttribute("preserveAspectRatio", "none");
        picture.setAttribute("aria-hidden", "true");
        for (const [name, width] of [["whole", 100], ["share", share]]) {
            const part = document.createElementNS(space, "rect");
            part.setAttribute("class", name);
            part.setAttribute("width", width);
            part.setAttribute("height", 6);
            picture.append(part);
        }
        return picture;
    }

    paint();
})();
