// Templates: a blank form is uploaded, boxes are drawn on it with mouse, finger or keyboard, and saved as fields; the server checks them.
"use strict";

const part = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

// Says something where it is heard, and beside the tools, which stay in sight.
function tell(text) {
    announce(text);
    const note = part("editor-note");
    if (note) {
        note.textContent = text;
    }
}

// Problems, one a line; the first thing that is seen and heard.
function showProblems(text) {
    const list = part("problems");
    list.replaceChildren(
        ...text.split("\n").map((line) => {
            const item = document.createElement("li");
            item.textContent = line;
            return item;
        }),
    );
    list.hidden = text === "";
    if (part("editor-note")) {
        part("editor-note").textContent = "";
    }
    if (text !== "") {
        announce(text.split("\n").length === 1 ? text : `${text.split("\n").length} things are not right yet.`, true);
        list.scrollIntoView({ block: "nearest" });
    }
}

function setUpUpload(form) {
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const body = new FormData(form);
        for (const [name, value] of [...body]) {
            if (value instanceof File && value.size === 0) {
                body.delete(name);
            }
        }
        const button = form.querySelector("button[type=submit]");
        button.disabled = true;
        tell("The form is being looked at.");
        try {
            const answer = await request("/api/v1/templates", { method: "POST", body });
            const { id } = await answer.json();
            window.location.assign(form.id === "blank-form" ? `/templates/${id}/edit` : `/templates/${id}`);
        } catch (error) {
            showProblems(error.message);
            button.disabled = false;
        }
    });
}

// The inputs of a field, by its keys in the document.
const NUMBER_INPUTS = { cells: "field-cells", min: "field-min", max: "field-max", decimals: "field-decimals" };
const WORD_INPUTS = { check_digit: "field-check", date_order: "field-order", colour_drop_out: "field-colour" };
const BOX_INPUTS = ["field-x", "field-y", "field-width", "field-height"];

// Which keys which kinds have; others are left out when a field is saved.
const KEYS_OF_KIND = {
    digits: ["cells", "length", "min", "max", "check_digit"],
    integer: ["cells", "length", "min", "max"],
    amount: ["cells", "length", "min", "max", "decimals", "implied_decimals", "decimal_mark"],
    date: ["cells", "date_order"],
    checkbox: [],
};
const KEYS_OF_ALL = ["name", "box", "kind", "required", "colour_drop_out"];

const STEP_PX = 10;

class Editor {
    constructor(form) {
        this.form = form;
        this.address = `/api/v1/templates/${form.dataset.template}`;
        this.size = [Number(form.dataset.width), Number(form.dataset.height)];
        this.boxes = part("boxes");
        this.fields = [];
        this.chosen = -1;
        this.drawing = false;
        this.past = [];
        this.saved = true;
    }

    async open() {
        const { content } = await (await request(this.address)).json();
        this.fields = content.fields;
        part("template-name").value = content.name;
        part("rules").value = content.rules.map(({ name, check }) => `${name}: ${check}`).join("\n");
        this.listen();
        this.show();
    }

    // Changes

    remember() {
        this.past.push(JSON.stringify(this.fields));
        part("undo").disabled = false;
        this.saved = false;
    }

    undo() {
        const before = this.past.pop();
        if (before) {
            this.fields = JSON.parse(before);
            this.chosen = Math.min(this.chosen, this.fields.length - 1);
            this.show();
        }
        part("undo").disabled = this.past.length === 0;
    }

    freeName() {
        for (let number = this.fields.length + 1; ; number += 1) {
            const name = `field${number}`;
            if (!this.fields.some((field) => field.name === name)) {
                return name;
            }
        }
    }

    add(box) {
        this.remember();
        this.fields.push({ name: this.freeName(), box: this.inside(box), kind: "amount", required: false });
        this.choose(this.fields.length - 1);
        tell(`${this.fields[this.chosen].name} was added.`);
    }

    remove() {
        if (this.chosen < 0) {
            return;
        }
        this.remember();
        const [{ name }] = this.fields.splice(this.chosen, 1);
        this.choose(Math.min(this.chosen, this.fields.length - 1));
        tell(`${name} was taken away.`);
    }

    moveInList(by) {
        const to = this.chosen + by;
        if (to < 0 || to >= this.fields.length) {
            return;
        }
        this.remember();
        const [field] = this.fields.splice(this.chosen, 1);
        this.fields.splice(to, 0, field);
        this.choose(to);
    }

    // A box that lies on the form, in whole pixels.
    inside([x, y, width, height]) {
        const side = (start, length, all) => {
            const size = Math.min(Math.max(Math.round(length), 1), all);
            return [Math.min(Math.max(Math.round(start), 0), all - size), size];
        };
        const [left, wide] = side(x, width, this.size[0]);
        const [top, high] = side(y, height, this.size[1]);
        return [left, top, wide, high];
    }

    // Looks

    choose(index) {
        this.chosen = index;
        this.show();
    }

    show() {
        this.showBoxes();
        this.showList();
        this.showDetails();
    }

    showBoxes() {
        const hadFocus = this.boxes.contains(document.activeElement);
        this.boxes.replaceChildren(...this.fields.map((field, index) => this.boxOf(field, index)));
        if (hadFocus) {
            this.boxes.children[this.chosen]?.focus({ preventScroll: true });
        }
    }

    boxOf(field, index) {
        const [x, y, width, height] = field.box;
        const group = shape("g", { tabindex: "0", role: "button", "aria-label": `${field.name}, ${field.kind}` });
        group.dataset.index = String(index);
        group.setAttribute("aria-pressed", String(index === this.chosen));
        group.classList.toggle("chosen", index === this.chosen);
        group.append(shape("rect", { x, y, width, height }));
        for (let cell = 1; cell < (field.cells ?? 1); cell += 1) {
            const at = x + (width * cell) / field.cells;
            group.append(shape("line", { x1: at, x2: at, y1: y, y2: y + height }));
        }
        if (index === this.chosen) {
            group.append(shape("circle", { cx: x + width, cy: y + height, r: Math.max(this.size[0] / 120, 4) }));
        }
        return group;
    }

    showList() {
        part("field-list").replaceChildren(
            ...this.fields.map((field, index) => {
                const [item, button] = [document.createElement("li"), document.createElement("button")];
                button.type = "button";
                button.textContent = `${field.name} (${field.kind})`;
                button.setAttribute("aria-current", String(index === this.chosen));
                button.addEventListener("click", () => {
                    this.choose(index);
                    part("field-name").focus();
                });
                item.append(button);
                return item;
            }),
        );
    }

    showDetails() {
        const field = this.fields[this.chosen];
        part("field-details").disabled = field === undefined;
        part("field-legend").textContent = field ? `Field ${this.chosen + 1}: ${field.name}` : "No field chosen";
        if (!field) {
            return;
        }
        set("field-name", field.name);
        set("field-kind", field.kind);
        part("field-required").checked = field.required;
        for (const [key, id] of Object.entries(NUMBER_INPUTS)) {
            set(id, field[key] ?? "");
        }
        const check = part("field-check");
        if (field.check_digit && ![...check.options].some((option) => option.value === field.check_digit)) {
            check.add(new Option(field.check_digit, field.check_digit));
        }
        for (const [key, id] of Object.entries(WORD_INPUTS)) {
            set(id, field[key] ?? (key === "date_order" ? "dmy" : ""));
        }
        set("field-fewest", field.length?.[0] ?? "");
        set("field-most", field.length?.[1] ?? "");
        BOX_INPUTS.forEach((id, side) => set(id, field.box[side]));
        const has = (key) => KEYS_OF_KIND[field.kind].includes(key);
        const inputs = { ...NUMBER_INPUTS, ...WORD_INPUTS, fewest: "field-fewest", most: "field-most" };
        for (const [key, id] of Object.entries(inputs)) {
            const isOfKind = key === "colour_drop_out" || has(key === "fewest" || key === "most" ? "length" : key);
            part(id).closest(".field").hidden = !isOfKind;
        }
    }

    // The field as the inputs have it.
    takeDetails() {
        const field = this.fields[this.chosen];
        if (!field) {
            return;
        }
        this.remember();
        const number = (id) => (part(id).value.trim() === "" ? null : Number(part(id).value));
        field.name = part("field-name").value.trim();
        field.kind = part("field-kind").value;
        field.required = part("field-required").checked;
        for (const [key, id] of Object.entries(NUMBER_INPUTS)) {
            field[key] = number(id);
        }
        for (const [key, id] of Object.entries(WORD_INPUTS)) {
            field[key] = part(id).value || null;
        }
        const [fewest, most] = [number("field-fewest"), number("field-most")];
        field.length = fewest === null && most === null ? null : [fewest ?? 1, most ?? 64];
        field.box = this.inside(BOX_INPUTS.map((id, side) => number(id) ?? field.box[side]));
        this.show();
    }

    // Mouse, finger, keys

    listen() {
        part("draw-box").addEventListener("click", () => this.setDrawing(!this.drawing));
        part("add-box").addEventListener("click", () => {
            const [width, height] = this.size;
            this.add([width * 0.4, height * 0.45, width * 0.2, height * 0.025]);
            this.boxes.children[this.chosen].focus();
        });
        part("suggest-fields")?.addEventListener("click", () => this.suggest());
        part("undo").addEventListener("click", () => this.undo());
        part("field-up").addEventListener("click", () => this.moveInList(-1));
        part("field-down").addEventListener("click", () => this.moveInList(1));
        part("field-remove").addEventListener("click", () => this.remove());
        part("field-details").addEventListener("change", () => this.takeDetails());
        for (const id of ["template-name", "rules"]) {
            part(id).addEventListener("input", () => {
                this.saved = false;
            });
        }
        this.boxes.addEventListener("pointerdown", (event) => this.press(event));
        this.boxes.addEventListener("keydown", (event) => this.key(event));
        this.boxes.addEventListener("focusin", (event) => {
            const index = Number(event.target.closest("g")?.dataset.index ?? -1);
            if (index >= 0 && index !== this.chosen) {
                this.choose(index);
            }
        });
        this.form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.save();
        });
        window.addEventListener("beforeunload", (event) => {
            if (!this.saved) {
                event.preventDefault();
            }
        });
    }

    setDrawing(drawing) {
        this.drawing = drawing;
        part("draw-box").setAttribute("aria-pressed", String(drawing));
        this.boxes.classList.toggle("drawing", drawing);
    }

    // Where a pointer is, in pixels of the form.
    place(event) {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.boxes.getScreenCTM().inverse());
        return [point.x, point.y];
    }

    press(event) {
        if (event.button !== 0) {
            return;
        }
        const group = event.target.closest("g");
        if (group && !this.drawing) {
            event.preventDefault();
            this.drag(event, Number(group.dataset.index), event.target.tagName === "circle");
        } else if (this.drawing) {
            event.preventDefault();
            this.draw(event);
        }
    }

    drag(event, index, resizes) {
        const from = this.place(event);
        const before = this.fields[index].box;
        this.remember();
        this.choose(index);
        this.boxes.children[index].focus({ preventScroll: true });
        this.follow(event, (now) => {
            const [right, down] = [now[0] - from[0], now[1] - from[1]];
            const [x, y, width, height] = before;
            this.fields[index].box = this.inside(
                resizes ? [x, y, width + right, height + down] : [x + right, y + down, width, height],
            );
            this.showBoxes();
        }, () => this.show());
    }

    draw(event) {
        const from = this.place(event);
        const outline = shape("rect", { class: "new" });
        this.boxes.append(outline);
        let box = null;
        this.follow(event, (now) => {
            const [left, top] = [Math.min(from[0], now[0]), Math.min(from[1], now[1])];
            box = [left, top, Math.abs(now[0] - from[0]), Math.abs(now[1] - from[1])];
            const names = ["x", "y", "width", "height"];
            box.forEach((value, side) => outline.setAttribute(names[side], value));
        }, () => {
            outline.remove();
            // A tap without a movement is no box.
            if (box && box[2] >= 4 && box[3] >= 4) {
                this.add(box);
                part("field-name").focus({ preventScroll: true });
                part("field-name").select();
            }
        });
    }

    follow(event, moved, ended) {
        const surface = this.boxes;
        surface.setPointerCapture(event.pointerId);
        const move = (now) => moved(this.place(now));
        const end = () => {
            surface.removeEventListener("pointermove", move);
            surface.removeEventListener("pointerup", end);
            surface.removeEventListener("pointercancel", end);
            ended();
        };
        surface.addEventListener("pointermove", move);
        surface.addEventListener("pointerup", end);
        surface.addEventListener("pointercancel", end);
    }

    key(event) {
        const index = Number(event.target.closest("g")?.dataset.index ?? -1);
        const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        if (index < 0) {
            return;
        }
        if (event.key === "Delete" || event.key === "Backspace") {
            event.preventDefault();
            this.remove();
            this.boxes.children[this.chosen]?.focus();
        } else if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            part("field-name").focus();
        } else if (event.key in arrows) {
            event.preventDefault();
            const step = event.altKey ? 1 : STEP_PX;
            const [right, down] = arrows[event.key].map((way) => way * step);
            const [x, y, width, height] = this.fields[index].box;
            this.remember();
            this.fields[index].box = this.inside(
                event.shiftKey ? [x, y, width + right, height + down] : [x + right, y + down, width, height],
            );
            this.show();
        }
    }

    // The server

    async suggest() {
        if (this.fields.length > 0 && !window.confirm("Put the fields that are found in the place of those that are there?")) {
            return;
        }
        const button = part("suggest-fields");
        button.disabled = true;
        tell("The form is being looked at.");
        try {
            const { fields } = await (await request(`${this.address}/suggest`, { method: "POST" })).json();
            if (fields.length > 0) {
                this.remember();
                this.fields = fields;
                this.choose(0);
            }
            tell(fields.length > 0 ? `${fields.length} fields were found.` : "No field was found; draw them.");
        } catch (error) {
            showProblems(error.message);
        }
        button.disabled = false;
    }

    rules() {
        const lines = part("rules").value.split("\n").filter((line) => line.trim() !== "");
        return lines.map((line) => {
            const colon = line.indexOf(":");
            return colon < 0
                ? { name: "", check: line.trim() }
                : { name: line.slice(0, colon).trim(), check: line.slice(colon + 1).trim() };
        });
    }

    async save() {
        const fields = this.fields.map((field) => {
            const keys = [...KEYS_OF_ALL, ...KEYS_OF_KIND[field.kind]];
            return Object.fromEntries(Object.entries(field).filter(([key]) => keys.includes(key)));
        });
        const content = { name: part("template-name").value.trim(), fields, rules: this.rules() };
        try {
            await request(this.address, {
                method: "PUT",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify(content),
            });
            this.saved = true;
            showProblems("");
            tell("The template is saved.");
        } catch (error) {
            showProblems(error.message);
        }
    }
}

function shape(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
        made.setAttribute(key, value);
    }
    return made;
}

// Sets an input that the person is not typing into.
function set(id, value) {
    const input = part(id);
    if (input.value !== String(value)) {
        input.value = value;
    }
}

for (const id of ["blank-form", "toml-form"]) {
    const form = part(id);
    if (form) {
        setUpUpload(form);
    }
}
const editorForm = part("editor");
if (editorForm) {
    new Editor(editorForm).open().catch((error) => showProblems(error.message));
}
