// The page of a result: waits until all is read, and leads from a box to its number.
"use strict";

(() => {
    const waiting = document.getElementById("waiting");

    async function look() {
        try {
            const progress = await (await request(waiting.dataset.progress)).json();
            if (progress.is_over) {
                window.location.reload();
                return;
            }
            document.getElementById("waiting-text").textContent = `${progress.read} of ${progress.scans} files have been read.`;
            document.getElementById("waiting-bar").value = progress.read;
        } catch (problem) {
            announce(problem.message, true);
        }
        window.setTimeout(look, 1000);
    }

    if (waiting) {
        window.setTimeout(look, 1000);
    }

    // The chosen box is marked on the page, and its number gets the focus, so that screen readers go on there.
    function choose() {
        const number = window.location.hash.startsWith("#number-") && document.getElementById(window.location.hash.slice(1));
        for (const box of document.querySelectorAll(".page-view rect.chosen")) {
            box.classList.remove("chosen");
        }
        if (number) {
            document.querySelector(`.page-view a[href="${window.location.hash}"] rect`)?.classList.add("chosen");
            number.focus();
        }
    }

    window.addEventListener("hashchange", choose);
    choose();
})();
