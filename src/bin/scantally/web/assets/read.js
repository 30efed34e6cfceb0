// The page Read: files come by button, drop, paste or camera, are shown, and are sent with progress; wrong ones are refused at once.
"use strict";

(() => {
    const form = document.getElementById("read-form");
    const files = document.getElementById("files");
    const camera = document.getElementById("camera");
    const drop = document.getElementById("drop");
    const previews = document.getElementById("previews");
    const refused = document.getElementById("refused");
    const predict = document.getElementById("predict");
    const sending = document.getElementById("sending");
    const endings = files.accept.split(",");
    const mostBytes = Number(form.dataset.mostMegabytes) * 1e6;
    // What browsers show by themselves; of other files the name is shown.
    const shown = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];
    let chosen = [];

    for (const [input, button] of [[files, "choose"], [camera, "photograph"]]) {
        const shownButton = document.getElementById(button);
        shownButton.hidden = false;
        shownButton.addEventListener("click", () => input.click());
        input.classList.add("replaced");
        input.tabIndex = -1;
        input.addEventListener("change", () => {
            add([...input.files]);
            input.value = "";
        });
    }

    function isWanted(file) {
        return endings.some((ending) => file.name.toLowerCase().endsWith(ending)) || shown.includes(file.type);
    }

    function tell(text) {
        document.getElementById("read-status").textContent = text;
    }

    function refuse(lines) {
        refused.replaceChildren();
        for (const line of lines) {
            const sentence = document.createElement("div");
            sentence.textContent = line;
            refused.append(sentence);
        }
        refused.hidden = lines.length === 0;
    }

    function add(more) {
        const wrong = more.filter((file) => !isWanted(file));
        refuse(wrong.map((file) => `${file.name} is not a scan; choose a picture (PNG, JPEG, TIFF and others), a PDF, or a ZIP of these.`));
        chosen.push(...more.filter(isWanted));
        show();
    }

    function show() {
        for (const picture of previews.querySelectorAll("img")) {
            URL.revokeObjectURL(picture.src);
        }
        previews.replaceChildren(...chosen.map(preview));
        if (chosen.length > 0) {
            tell(chosen.length === 1 ? `${chosen[0].name} is chosen.` : `${chosen.length} files are chosen.`);
        } else {
            tell("");
        }
    }

    function ending(file) {
        const kind = document.createElement("span");
        kind.className = "kind";
        kind.textContent = file.name.split(".").pop().toUpperCase();
        return kind;
    }

    function preview(file, place) {
        const card = document.createElement("li");
        if (shown.includes(file.type)) {
            const picture = document.createElement("img");
            picture.src = URL.createObjectURL(file);
            picture.alt = "";
            // What claims to be a picture and is none is shown by its ending; the server will refuse it.
            picture.addEventListener("error", () => picture.replaceWith(ending(file)));
            card.append(picture);
        } else {
            card.append(ending(file));
        }
        const name = document.createElement("span");
        name.textContent = file.name;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "plain";
        remove.textContent = "Leave out";
        remove.setAttribute("aria-label", `Leave out ${file.name}`);
        remove.addEventListener("click", () => {
            chosen.splice(place, 1);
            show();
            document.getElementById("choose").focus();
        });
        card.append(name, remove);
        return card;
    }

    document.addEventListener("dragover", (event) => {
        event.preventDefault();
        drop.classList.add("over");
    });
    for (const name of ["dragleave", "dragend", "drop"]) {
        document.addEventListener(name, () => drop.classList.remove("over"));
    }
    document.addEventListener("drop", (event) => {
        event.preventDefault();
        add([...event.dataTransfer.files]);
    });
    document.addEventListener("paste", (event) => {
        if (event.clipboardData.files.length > 0) {
            event.preventDefault();
            add([...event.clipboardData.files]);
        }
    });

    form.addEventListener("reset", () => {
        chosen = [];
        refuse([]);
        show();
        tell("All is cleared.");
    });

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (chosen.length === 0) {
            refuse(["Choose one or more scans first."]);
            return;
        }
        if (chosen.reduce((sum, file) => sum + file.size, 0) > mostBytes) {
            refuse([`These files are more than the ${mostBytes / 1e6} MB that the server takes at once; send fewer or smaller ones.`]);
            return;
        }
        send();
    });

    function send() {
        const body = new FormData(form);
        body.delete("file");
        body.delete("csrf");
        for (const file of chosen) {
            body.append("file", file, file.name);
        }
        refuse([]);
        predict.disabled = true;
        sending.hidden = false;
        sending.value = 0;
        tell("The scans are being sent.");
        const sender = new XMLHttpRequest();
        sender.open("POST", form.action);
        sender.responseType = "json";
        sender.setRequestHeader("X-CSRF-Token", csrfToken);
        sender.setRequestHeader("Accept", "application/json");
        sender.upload.addEventListener("progress", (event) => {
            sending.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0;
        });
        sender.upload.addEventListener("load", () => {
            sending.removeAttribute("value");
            tell("The scans are being read.");
        });
        sender.addEventListener("load", () => finish(sender));
        sender.addEventListener("error", () => {
            stop();
            refuse(["The server cannot be reached; check the connection and try again."]);
        });
        sender.send(body);
    }

    function stop() {
        predict.disabled = false;
        sending.hidden = true;
        tell("");
    }

    function finish(sender) {
        stop();
        const answer = sender.response ?? {};
        if (sender.status !== 200) {
            refuse([answer.detail ?? `The server answered ${sender.status}.`]);
        } else if (answer.refused.length === 0) {
            window.location.assign(answer.address);
        } else {
            refuse(answer.refused);
            const link = document.createElement("a");
            link.id = "see-result";
            link.href = answer.address;
            link.textContent = "The others have been read: see the result";
            refused.append(link);
            link.focus();
        }
    }
})();
