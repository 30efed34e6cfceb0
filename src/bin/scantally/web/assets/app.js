// What all pages share: the token of the page for every request that changes something, questions before what cannot be undone, times by the reader's clock.
"use strict";

const csrfToken = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

// A request of a script to this server; problems become errors with their sentence and status.
async function request(address, options = {}) {
    const headers = { "X-CSRF-Token": csrfToken, Accept: "application/json", ...options.headers };
    let answer;
    try {
        answer = await fetch(address, { ...options, headers });
    } catch {
        throw new Error("The server cannot be reached; check the connection and try again.");
    }
    if (answer.ok) {
        return answer;
    }
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail ?? `The server answered ${answer.status}.`), { status: answer.status });
}

// Says something in the place that screen readers listen to.
function announce(text, isProblem = false) {
    const place = document.getElementById("announcements");
    if (place) {
        place.textContent = text;
        place.classList.toggle("problem", isProblem);
        place.hidden = text === "";
    }
}

// `data-confirm` asks before a form is sent.
document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
        event.preventDefault();
    }
});

// Times as the reader's clock has them.
function showOwnTimes() {
    for (const time of document.querySelectorAll("time[datetime]")) {
        const date = new Date(time.dateTime);
        if (!Number.isNaN(date.getTime())) {
            time.textContent = date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
        }
    }
}

showOwnTimes();
