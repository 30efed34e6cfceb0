// Review, number by number: numbers are asked for before they are needed, decisions are sent in order while the person goes on.
"use strict";

const desk = document.getElementById("review");
const address = `/review/${desk.dataset.job}`;
const show = desk.dataset.show;
const mayCorrect = desk.dataset.mayCorrect === "true";
const part = (name) => document.getElementById(`review-${name}`);

// As the server takes it, apart from its finer points: a number with at most one decimal mark, or a date.
const VALUE = /^(?:[+\-−]?[\d.,'’\s]*\d|\d{4}-\d{2}-\d{2})$/;
const EMPTY = "empty";
// Numbers that lie ready; with fewer the next ones are asked for.
const ENOUGH = 4;

const ready = [];
let current;
let shownAt = 0;
let after;
let isEnd = false;
let skipped = 0;
let withOthers = 0;
let left;
let asking;
// Requests that change something go one after the other.
let sending = Promise.resolve();
let pending = 0;

const timesKey = `review times ${desk.dataset.job}`;
const times = JSON.parse(sessionStorage.getItem(timesKey) ?? "[]");

const say = (text) => { part("spoken").textContent = text; };
const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

function complain(text) {
    part("problem").textContent = text;
    part("problem").hidden = text === "";
}

function make(name, text) {
    const made = document.createElement(name);
    made.textContent = text ?? "";
    return made;
}

// What is left, and how fast it goes.
function showState() {
    const waiting = left === undefined ? "" : Math.max(0, left - (show === "review" ? pending : 0));
    desk.dataset.pending = pending;
    part("left").textContent = waiting === "" ? "" : `${plural(waiting, "number")} left to review`;
    if (times.length === 0) {
        part("speed").textContent = "";
        return;
    }
    const sorted = [...times].sort((one, other) => one - other);
    const middle = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
    part("speed").textContent = `${(middle / 1000).toFixed(1)} seconds a number (median of ${times.length} in this session)`;
}

function noteTime(milliseconds) {
    times.push(milliseconds);
    sessionStorage.setItem(timesKey, JSON.stringify(times.slice(-1000)));
}

// A picture is loaded as soon as its number is known, and the same element is shown later.
function withPicture(number) {
    if (number.crop) {
        number.image = new Image();
        number.image.src = number.crop;
        number.image.alt = `Picture of ${number.field}`;
    }
    return number;
}

// Asks for the next numbers unless enough lie ready.
function fetchMore() {
    if (asking || isEnd || ready.length >= ENOUGH) {
        return asking;
    }
    const held = [current, ...ready].filter(Boolean).map((number) => number.id).join(",");
    const query = new URLSearchParams({ show, held });
    if (after !== undefined) {
        query.set("after", after);
    }
    asking = request(`${address}/next?${query}`)
        .then((answer) => answer.json())
        .then((next) => {
            const known = new Set([current, ...ready].filter(Boolean).map((number) => number.id));
            ready.push(...next.numbers.filter((number) => !known.has(number.id)).map(withPicture));
            after = next.numbers.at(-1)?.id ?? after;
            isEnd = next.is_end;
            withOthers += next.with_others;
            left = next.left + (show === "review" ? pending : 0);
            showState();
        })
        .catch((problem) => {
            isEnd = true;
            complain(problem.message);
        })
        .finally(() => {
            asking = undefined;
            if (!current) {
                showNext();
            }
        });
    return asking;
}

function describe(number) {
    const read = number.is_blind ? "key what you see" : `read as ${number.value || "nothing"}, ${number.percent_sure} % sure`;
    const doubt = number.reasons.length ? `; ${number.reasons.join("; ")}` : "";
    return `${number.field}, ${number.source}, page ${number.page}: ${read}${doubt}`;
}

function showChoices(number) {
    if (!mayCorrect) {
        return;
    }
    const buttons = number.choices.slice(0, 2).map((value, place) => {
        const button = make("button", `${value || "empty"} `);
        button.type = "button";
        button.id = `review-choice-${place + 1}`;
        button.append(make("kbd", "ab"[place]));
        button.addEventListener("click", () => takeChoice(place));
        return button;
    });
    part("choices").replaceChildren(...buttons);
}

function showHint(number) {
    if (number.choices.length > 1) {
        part("hint").textContent = `Two people keyed ${number.choices.map((value) => value || "empty").join(" and ")}. Decide which is right, or type what is.`;
    } else if (number.is_blind) {
        part("hint").textContent = "Type what you see.";
    } else {
        part("hint").textContent = "Type only if it was read wrong.";
    }
    part("hint").hidden = !mayCorrect;
}

function showNumber(number) {
    current = number;
    part("end").hidden = true;
    part("number").hidden = false;
    part("number").dataset.number = number.id;
    part("field").textContent = number.field;
    part("place").textContent = `${number.source}, page ${number.page}`;
    part("crop").replaceChildren(number.image ?? make("p", "There is no picture of this number; look at its page."));
    part("read").hidden = number.is_blind;
    part("value").textContent = number.value || "nothing";
    part("sure").textContent = number.percent_sure === null ? "" : `${number.percent_sure} % sure`;
    part("decided").hidden = number.decided === null;
    part("decided").textContent = number.decided === null ? "" : `Decided: ${number.decided || "empty"}${number.decided_by ? ` by ${number.decided_by}` : ""}`;
    part("reasons").replaceChildren(...number.reasons.map((reason) => make("li", reason)));
    showChoices(number);
    showHint(number);
    const input = part("input");
    input.value = number.typed ?? "";
    input.readOnly = !mayCorrect;
    nameTake();
    input.focus({ preventScroll: true });
    if (!part("context").hidden) {
        showContext();
    }
    say(describe(number));
    shownAt = performance.now();
    showState();
}

function showEnd() {
    current = undefined;
    part("number").hidden = true;
    part("end").hidden = false;
    const parts = [];
    if (skipped) {
        parts.push(`${plural(skipped, "number")} skipped`);
    }
    if (withOthers) {
        parts.push(`${plural(withOthers, "number")} in front of other people just now`);
    }
    const isDone = parts.length === 0;
    part("end-title").textContent = isDone ? "Nothing is left here" : "You have come to the end";
    part("end-text").textContent = isDone ? "All these numbers are decided, or you have seen them all." : `${parts.join(" and ")}: look again for them.`;
    part("end-title").focus();
    say(part("end-title").textContent);
    showState();
}

function showNext() {
    const number = ready.shift();
    fetchMore();
    if (number) {
        showNumber(number);
    } else if (asking) {
        current = undefined;
    } else {
        showEnd();
    }
}

// Begins again at the first number that is not decided.
function lookAgain() {
    after = undefined;
    isEnd = false;
    skipped = 0;
    withOthers = 0;
    complain("");
    ready.length = 0;
    sending = sending.then(() => {
        current = undefined;
        return fetchMore();
    });
}

// Brings a number back to the front, the current one behind it.
function bringBack(number) {
    if (current && current.id !== number.id) {
        current.typed = part("input").value;
        ready.unshift(current);
    }
    const place = ready.findIndex((other) => other.id === number.id);
    if (place >= 0) {
        ready.splice(place, 1);
    }
    showNumber(number);
}

// Sends a decision, and goes on meanwhile; what is refused comes back.
function decide(value) {
    if (!mayCorrect || !current) {
        return;
    }
    const number = current;
    const milliseconds = Math.round(performance.now() - shownAt);
    complain("");
    pending += 1;
    sending = sending.then(() => send(number, value, milliseconds));
    showNext();
}

async function send(number, value, milliseconds) {
    const body = JSON.stringify({ value, version: number.version, milliseconds });
    const headers = { "Content-Type": "application/json" };
    try {
        const answer = await (await request(`${address}/numbers/${number.id}`, { method: "POST", headers, body, keepalive: true })).json();
        pending -= 1;
        left = answer.left + (show === "review" ? pending : 0);
        noteTime(milliseconds);
        showState();
    } catch (problem) {
        pending -= 1;
        refuse(number, value, problem);
    }
}

// A refused value is shown again with what was typed; a number that somebody else decided is left to them.
function refuse(number, value, problem) {
    complain(`${number.field}, ${number.source}, page ${number.page}: ${problem.message}`);
    if (problem.status === 409 || problem.status === 404) {
        showState();
        return;
    }
    number.typed = value === EMPTY || value === number.value ? "" : value;
    bringBack(number);
}

function undo() {
    if (!mayCorrect) {
        return;
    }
    complain("");
    sending = sending.then(async () => {
        try {
            const answer = await (await request(`${address}/undo`, { method: "POST" })).json();
            left = answer.left;
            bringBack(withPicture(answer.number));
            say(`Taken back: ${describe(answer.number)}`);
        } catch (problem) {
            complain(problem.message);
        }
    });
}

function skip() {
    if (!current) {
        return;
    }
    complain("");
    skipped += mayCorrect ? 1 : 0;
    showNext();
}

// Takes what was typed, or what was read.
function take() {
    if (!current) {
        return;
    }
    if (!mayCorrect) {
        skip();
        return;
    }
    const typed = part("input").value.trim();
    if (typed === "" && current.is_blind) {
        complain("Type what you see; press e where the field is empty.");
    } else if (typed === "") {
        decide((current.decided ?? current.value) || EMPTY);
    } else if (!VALUE.test(typed)) {
        complain("Type a number such as 1234.50, or a date such as 2026-03-01.");
    } else {
        decide(typed);
    }
}

function takeChoice(place) {
    const choice = current?.choices[place];
    if (choice === undefined) {
        say("There is no second guess");
    } else {
        decide(choice || EMPTY);
    }
}

function nameTake() {
    const name = document.getElementById("review-take-name");
    if (name) {
        name.textContent = part("input").value.trim() || current?.is_blind ? "Take it" : "Right";
    }
}

// The page with the number marked.
function showContext() {
    const SVG = "http://www.w3.org/2000/svg";
    const image = new Image();
    image.src = current.picture;
    image.alt = `Page ${current.page} of ${current.source}`;
    const marks = document.createElementNS(SVG, "svg");
    marks.setAttribute("viewBox", `0 0 ${current.page_size[0]} ${current.page_size[1]}`);
    marks.setAttribute("preserveAspectRatio", "none");
    marks.setAttribute("aria-hidden", "true");
    const [x, y, width, height] = current.bounds;
    // A little outside the ink, which stays free to be seen.
    const margin = height / 6;
    const box = document.createElementNS(SVG, "rect");
    const attributes = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin, class: "chosen" };
    for (const [name, value] of Object.entries(attributes)) {
        box.setAttribute(name, value);
    }
    marks.append(box);
    const view = make("div");
    view.className = "page-view";
    view.append(image, marks);
    const frame = part("context");
    frame.replaceChildren(view);
    const middle = (y + height / 2) / current.page_size[1];
    image.addEventListener("load", () => { frame.scrollTop = middle * view.clientHeight - frame.clientHeight / 2; });
}

function toggleContext() {
    if (!current) {
        return;
    }
    const isHidden = part("context").hidden;
    part("context").hidden = !isHidden;
    part("page").setAttribute("aria-expanded", String(isHidden));
    if (isHidden) {
        showContext();
        part("context").scrollIntoView({ block: "nearest" });
    }
    part("input").focus({ preventScroll: true });
}

function toggleShown() {
    location.assign(`${address}?show=${show === "review" ? "all" : "review"}`);
}

const steps = {
    a: () => takeChoice(0),
    b: () => takeChoice(1),
    c: () => document.getElementById("to-groups")?.click(),
    e: () => decide(EMPTY),
    p: toggleContext,
    s: skip,
    u: undo,
    v: toggleShown,
    "?": () => part("keys").showModal(),
    ArrowDown: skip,
    Escape: () => {
        part("input").value = "";
        complain("");
        nameTake();
    },
};

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || part("keys").open) {
        return;
    }
    const isInput = event.target === part("input");
    const isControl = !isInput && event.target.closest?.("a, button, input, select, textarea");
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter" && !isControl && !event.repeat) {
        event.preventDefault();
        if (current) {
            take();
        } else if (!part("end").hidden) {
            lookAgain();
        }
    } else if (steps[key] && !(isControl && key === "ArrowDown")) {
        event.preventDefault();
        steps[key]();
    } else if (isInput && key.length === 1 && !/[\d.,+\-−'’ ]/.test(key)) {
        // Values hold no letters; one that means nothing here must not get into them.
        event.preventDefault();
    } else if (!isInput && current && mayCorrect && /^[\d.,+\-]$/.test(key)) {
        part("input").focus();
    }
});

part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    take();
});
part("input").addEventListener("input", nameTake);
part("skip").addEventListener("click", skip);
part("page").addEventListener("click", toggleContext);
part("help").addEventListener("click", steps["?"]);
part("again").addEventListener("click", lookAgain);
part("empty")?.addEventListener("click", steps.e);
part("undo")?.addEventListener("click", undo);
part("end-undo")?.addEventListener("click", undo);
part("keys-close").addEventListener("click", () => part("keys").close());
part("keys").addEventListener("close", () => part("input").focus());
window.addEventListener("beforeunload", (event) => {
    // The one under way arrives by itself; those behind it would be lost.
    if (pending > 1) {
        event.preventDefault();
    }
});

fetchMore();
