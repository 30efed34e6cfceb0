// The form on the page about the interface: sends a scan and shows the answer as it came.
"use strict";

document.getElementById("try")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = document.getElementById("try-answer");
    place.hidden = false;
    place.textContent = "…";
    try {
        const answer = await request("/api/v1/read", { method: "POST", body: new FormData(event.target) });
        place.textContent = JSON.stringify(await answer.json(), null, 2);
        announce("The answer is there.");
    } catch (problem) {
        place.textContent = problem.message;
        announce(problem.message, true);
    }
});
