// Batches: files are sent one a request, so that thousands of scans fit and one that is refused stops nothing; progress comes as it is made.
"use strict";

// Requests under way at the same time.
const SENDERS = 3;
// A request that the server has no room for is made again so often; each time it says how long to wait.
const MOST_TRIES = 100;

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

// A request that waits where the server asks to wait; problems become errors with their sentence.
async function patientRequest(address, options) {
    for (let tries = 0; ; tries += 1) {
        let answer = null;
        try {
            answer = await fetch(address, {
                ...options,
                headers: { "X-CSRF-Token": csrfToken, Accept: "application/json", ...options.headers },
            });
        } catch {
            if (tries >= 5) {
                throw new Error("The server cannot be reached; check the connection and try again.");
            }
        }
        if (answer?.ok) {
            return answer;
        }
        const waits = answer === null || answer.status === 429 || answer.status === 503;
        if (!waits || tries >= MOST_TRIES) {
            const problem = await answer.json().catch(() => ({}));
            throw new Error(problem.detail ?? `The server answered ${answer.status}.`);
        }
        await pause(Number(answer?.headers.get("Retry-After") ?? 2));
    }
}

// What people choose: files by buttons, files and folders by drag and drop.
class Choice {
    constructor(changed) {
        this.files = [];
        this.changed = changed;
    }

    // Hidden files are those of the system, not of people.
    add(file, path) {
        const parts = path.split("/").filter((part) => part !== "");
        if (parts.some((part) => part.startsWith(".")) || file.name === "Thumbs.db") {
            return;
        }
        this.files.push({ file, folder: parts.slice(0, -1).join("/") });
    }

    addList(list) {
        for (const file of list) {
            this.add(file, file.webkitRelativePath || file.name);
        }
        this.changed();
    }

    async addDropped(items) {
        const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
        for (const entry of entries) {
            await this.addEntry(entry);
        }
        this.changed();
    }

    async addEntry(entry) {
        if (entry instanceof File) {
            this.add(entry, entry.name);
        } else if (entry.isFile) {
            const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
            this.add(file, entry.fullPath);
        } else if (entry.isDirectory) {
            const reader = entry.createReader();
            for (;;) {
                const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
                if (part.length === 0) {
                    return;
                }
                for (const below of part) {
                    await this.addEntry(below);
                }
            }
        }
    }
}

function setUpUploader(form) {
    const part = (id) => document.getElementById(id);
    const [startButton, clearButton, chosen] = ["start-upload", "clear-files", "chosen"].map(part);
    const choice = new Choice(() => {
        const count = choice.files.length;
        const bytes = choice.files.reduce((sum, { file }) => sum + file.size, 0);
        chosen.textContent = count === 0 ? "No files chosen yet." : `${count} file${count === 1 ? "" : "s"} chosen, ${megabytes(bytes)}.`;
        startButton.disabled = count === 0;
        clearButton.hidden = count === 0;
    });
    for (const id of ["choose-files", "choose-folder"]) {
        part(id).addEventListener("change", (event) => {
            choice.addList(event.target.files);
            event.target.value = "";
        });
    }
    clearButton.addEventListener("click", () => {
        choice.files = [];
        choice.changed();
        part("choose-files").focus();
    });
    const zone = part("drop-zone");
    for (const name of ["dragenter", "dragover"]) {
        zone.addEventListener(name, (event) => {
            event.preventDefault();
            zone.classList.add("over");
        });
    }
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        choice.addDropped(event.dataTransfer.items).catch(() => announce("What was dropped cannot be read.", true));
    });
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        startButton.disabled = true;
        clearButton.hidden = true;
        send(form, choice.files)
            .catch((error) => announce(error.message, true))
            .finally(() => choice.changed());
    });
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

// Sends all files and has them read; who was refused is listed, with the reason.
async function send(form, files) {
    const job = form.dataset.job || (await createJob(form));
    form.dataset.job = job;
    const refused = [];
    const queue = files.splice(0);
    showSent(0, queue.length, 0);
    let [next, done, taken] = [0, 0, 0];
    const sender = async () => {
        while (next < queue.length) {
            const { file, folder } = queue[next];
            next += 1;
            const body = new FormData();
            body.append("folder", folder);
            body.append("file", file, file.name);
            try {
                await patientRequest(`/api/v1/jobs/${job}/files`, { method: "POST", body });
                taken += 1;
            } catch (error) {
                refused.push({ name: folder ? `${folder}/${file.name}` : file.name, reason: error.message });
            }
            done += 1;
            showSent(done, queue.length, refused.length);
        }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    if (taken > 0) {
        await patientRequest(`/api/v1/jobs/${job}/start`, { method: "POST" });
        // What is chosen next is another batch.
        form.dataset.job = "";
    }
    if (refused.length === 0) {
        window.location.assign(`/batches/${job}`);
        return;
    }
    showRefused(job, refused, taken);
}

async function createJob(form) {
    const values = Object.fromEntries(
        [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== ""),
    );
    const answer = await patientRequest("/api/v1/jobs", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(values),
    });
    return (await answer.json()).id;
}

function showSent(done, all, refusedCount) {
    document.getElementById("upload-progress").hidden = false;
    const bar = document.getElementById("upload-bar");
    bar.max = Math.max(all, 1);
    bar.value = done;
    const refusedText = refusedCount > 0 ? `, ${refusedCount} not taken` : "";
    document.getElementById("upload-text").textContent = `${done} of ${all}${refusedText}`;
}

function showRefused(job, refused, taken) {
    const list = document.getElementById("refused-list");
    list.replaceChildren(
        ...refused.map(({ name, reason }) => {
            const item = document.createElement("li");
            item.textContent = reason.includes(name) ? reason : `${name}: ${reason}`;
            return item;
        }),
    );
    document.getElementById("refused").hidden = false;
    document.getElementById("refused").scrollIntoView({ block: "nearest" });
    document.getElementById("to-batch").href = `/batches/${job}`;
    document.getElementById("to-batch").hidden = taken === 0;
    announce(`${refused.length} of ${refused.length + taken} files were not taken${taken > 0 ? "; the others are being read" : ""}.`, true);
}

// Counts as they change; when the job is over, its page as it is then.
function follow(batch) {
    const address = `/batches/${batch.dataset.job}/events`;
    const source = new EventSource(address);
    source.addEventListener("standing", (event) => {
        const standing = JSON.parse(event.data);
        showStanding(standing);
        if (["done", "failed"].includes(standing.state)) {
            source.close();
            renew(standing.state === "done" ? "The batch is done." : "The batch failed.");
        }
    });
    source.addEventListener("gone", () => {
        source.close();
        pause(2).then(() => renew("The batch has changed."));
    });
    source.addEventListener("error", () => {
        // A stream that was refused is not opened again by the browser: too many pages may be open.
        if (source.readyState === EventSource.CLOSED) {
            pause(10).then(() => follow(batch));
        }
    });
}

function showStanding({ state, progress }) {
    const badge = document.getElementById("batch-state");
    badge.textContent = state;
    badge.className = `badge ${state}`;
    const bar = document.getElementById("batch-progress");
    bar.max = Math.max(progress.scans, 1);
    bar.value = progress.scans - progress.waiting;
    const counts = {
        "count-read": progress.scans - progress.waiting,
        "count-scans": progress.scans,
        "count-failed": progress.failed,
        "count-skipped": progress.skipped,
        "count-numbers": progress.numbers,
        "count-review": progress.to_review,
    };
    for (const [id, count] of Object.entries(counts)) {
        document.getElementById(id).textContent = count;
    }
}

// Puts the page as it is now in the place of the one shown, without losing the place of the reader.
async function renew(sentence) {
    const answer = await fetch(window.location.href).catch(() => null);
    if (answer?.status === 404) {
        announce("The batch was deleted.", true);
        return;
    }
    if (!answer?.ok) {
        announce("The server cannot be reached; load the page again in a while.", true);
        return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [shown, now] = [document, page].map((it) => it.getElementById("batch"));
    if (shown && now) {
        shown.replaceWith(document.adoptNode(now));
        setUpBatch();
        announce(sentence);
    }
}

function setUpBatch() {
    const batch = document.getElementById("batch");
    if (batch && ["queued", "running"].includes(batch.dataset.state)) {
        follow(batch);
    }
    const uploader = document.getElementById("uploader");
    if (uploader) {
        setUpUploader(uploader);
    }
}

setUpBatch();
