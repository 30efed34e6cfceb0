// All digits of a kind: arrow keys step, a digit typed corrects the number that the digit belongs to.
"use strict";

const grid = document.getElementById("groups");
const address = `/review/${grid.dataset.job}`;
const digit = Number(grid.dataset.digit);
const mayCorrect = grid.dataset.mayCorrect === "true";
const cells = [...grid.querySelectorAll(".digit-cell")];
const part = (name) => document.getElementById(`groups-${name}`);
let chosen = cells[0];
// Requests go one after the other, so that an undo takes back what was typed before it.
let sending = Promise.resolve();

const say = (text) => { part("said").textContent = text; };

function complain(text) {
    part("problem").textContent = text;
    part("problem").hidden = text === "";
}

// The value with the digit of a cell replaced.
function replaced(cell, other) {
    let place = -1;
    return cell.dataset.value.replace(/\d/g, (found) => {
        place += 1;
        return place === Number(cell.dataset.position) ? other : found;
    });
}

const digitOf = (value, position) => [...value.matchAll(/\d/g)][position]?.[0];

// Notes the value of a number in all cells that show a digit of it.
function note(number, version, value) {
    for (const cell of cells.filter((other) => other.dataset.number === String(number))) {
        cell.dataset.version = version;
        cell.dataset.value = value;
        const count = value.replace(/\D/g, "").length;
        cell.dataset.replaceable = String(count > 0 && count === Number(cell.dataset.count ?? count));
        const now = cell.dataset.replaceable === "true" ? digitOf(value, Number(cell.dataset.position)) : undefined;
        const isChanged = now !== String(digit);
        cell.classList.toggle("changed", isChanged);
        cell.querySelector(".now").textContent = isChanged ? now ?? "✓" : "";
        cell.setAttribute("aria-label", `${cell.getAttribute("aria-label").split("; now ")[0]}${isChanged ? `; now ${now ?? (value || "empty")}` : ""}`);
    }
}

function correct(cell, value) {
    if (!mayCorrect) {
        complain("To correct numbers you need the role reviewer.");
        return;
    }
    complain("");
    sending = sending.then(async () => {
        const { number, version } = cell.dataset;
        const body = JSON.stringify({ value, version: Number(version) });
        const headers = { "Content-Type": "application/json" };
        try {
            const answer = await (await request(`${address}/numbers/${number}`, { method: "POST", headers, body })).json();
            note(number, answer.version, value === "empty" ? "" : value);
            say(`Decided: ${value}`);
        } catch (problem) {
            complain(problem.message);
        }
    });
}

function undo() {
    complain("");
    sending = sending.then(async () => {
        try {
            const { number } = await (await request(`${address}/undo`, { method: "POST" })).json();
            const value = number.decided ?? number.value;
            note(number.id, number.version, value);
            say(`Taken back: ${number.field} of ${number.source}, page ${number.page} is ${value || "empty"}`);
        } catch (problem) {
            complain(problem.message);
        }
    });
}

// One cell is reached with Tab, the others with the arrow keys.
function choose(cell) {
    if (!cell) {
        return;
    }
    chosen.tabIndex = -1;
    chosen = cell;
    chosen.tabIndex = 0;
    chosen.focus();
}

// The nearest cell of the row above or below.
function inRow(step) {
    const from = chosen.getBoundingClientRect();
    const rows = cells.filter((cell) => (cell.getBoundingClientRect().top - from.top) * step > 4);
    const far = (cell) => {
        const box = cell.getBoundingClientRect();
        return Math.abs(box.top - from.top) * 100 + Math.abs(box.left - from.left);
    };
    return rows.sort((one, other) => far(one) - far(other))[0];
}

function type(other) {
    if (chosen.dataset.replaceable === "true") {
        correct(chosen, replaced(chosen, other));
    } else {
        openDialog();
    }
}

function openDialog() {
    part("dialog-label").textContent = chosen.getAttribute("aria-label");
    part("dialog-crop").src = chosen.dataset.crop;
    part("value").value = chosen.dataset.value;
    const isOne = chosen.dataset.replaceable === "true";
    part("digits").replaceChildren(...(isOne ? [..."0123456789"] : []).map((other) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = other;
        button.setAttribute("aria-label", `It is a ${other}`);
        button.addEventListener("click", () => {
            part("dialog").close();
            type(other);
        });
        return button;
    }));
    part("dialog").showModal();
    part("value").select();
}

const toClass = (step) => location.assign(`?digit=${(digit + step + 10) % 10}`);

const steps = {
    ArrowRight: () => choose(cells[cells.indexOf(chosen) + 1]),
    ArrowLeft: () => choose(cells[cells.indexOf(chosen) - 1]),
    ArrowDown: () => choose(inRow(1)),
    ArrowUp: () => choose(inRow(-1)),
    Home: () => choose(cells[0]),
    End: () => choose(cells.at(-1)),
    PageDown: () => toClass(1),
    PageUp: () => toClass(-1),
    u: undo,
    c: () => document.getElementById("to-review").click(),
};
for (const other of "0123456789") {
    steps[other] = () => type(other);
}

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || part("dialog").open) {
        return;
    }
    const step = steps[event.key];
    if (step && !event.target.closest?.("input, select, textarea")) {
        event.preventDefault();
        step();
    }
});
for (const cell of cells) {
    cell.tabIndex = cell === chosen ? 0 : -1;
    cell.dataset.count = cell.dataset.replaceable === "true" ? cell.dataset.value.replace(/\D/g, "").length : -1;
    cell.addEventListener("click", () => {
        choose(cell);
        openDialog();
    });
}
part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = part("value").value.trim();
    part("dialog").close();
    correct(chosen, value || "empty");
});
part("close").addEventListener("click", () => part("dialog").close());
part("dialog").addEventListener("close", () => chosen.focus());
chosen.focus({ preventScroll: true });
