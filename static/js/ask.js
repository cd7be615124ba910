/* Forms of residents: what is typed stays in this browser and is counted.
 *
 * <form data-ask="problem" data-saved="…[t]" data-offline="…" data-restored="…">: words are kept
 * under that name (never a name or a phone number: the browser may be shared). Without a network
 * nothing is lost and nothing is sent. Works without: the form simply posts.
 */
(function () {
  "use strict";
  const KEPT = ["key", "category", "address", "village", "body", "is_private", "lon", "lat",
    "accuracy_m"];
  const DAYS = 7;
  const PAUSE_MS = 700;

  function store(name, value) {
    try {
      if (value === null) { localStorage.removeItem(name); }
      else { localStorage.setItem(name, JSON.stringify(value)); }
      return true;
    } catch (error) { return false; }
  }
  function stored(name) {
    try { return JSON.parse(localStorage.getItem(name) || "null"); } catch (error) { return null; }
  }

  function read(form) {
    const data = {};
    KEPT.forEach(function (name) {
      const field = form.elements[name];
      if (!field) { return; }
      if (field.type === "checkbox") { data[name] = field.checked ? "1" : ""; }
      else { data[name] = field.value; }
    });
    return data;
  }

  function write(form, data) {
    KEPT.forEach(function (name) {
      const field = form.elements[name];
      if (!field || data[name] === undefined) { return; }
      if (field.type === "checkbox") { field.checked = data[name] === "1"; }
      else if (field.value !== data[name]) { field.value = data[name]; }
    });
    form.dispatchEvent(new CustomEvent("ask:restored", { bubbles: true }));
  }

  function clock() {
    const now = new Date();
    return String(now.getHours()).padStart(2, "0") + ":" + String(now.getMinutes()).padStart(2, "0");
  }

  function tell(text) {
    document.querySelectorAll("[data-saved-note]").forEach(function (node) {
      node.textContent = text;
    });
  }

  function keep(form) {
    const name = "ask:" + form.dataset.ask;
    let timer = null;
    function save() {
      const data = read(form);
      if (!data.body && !data.address && !data.category) { return; }
      data.at = Date.now();
      if (store(name, data)) { tell(form.dataset.savedText.replace("[t]", clock())); }
    }
    const old = stored(name);
    const isFresh = old && Date.now() - old.at < DAYS * 86400000;
    if (isFresh && !form.hasAttribute("data-answered")) {
      write(form, old);
      tell(form.dataset.restoredText);
    }
    function later() { clearTimeout(timer); timer = setTimeout(save, PAUSE_MS); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("place-set", later);
    window.addEventListener("pagehide", function () { clearTimeout(timer); save(); });
    return save;
  }

  function guard(form, save) {
    form.addEventListener("submit", function (event) {
      if (navigator.onLine) { return; }
      event.preventDefault();
      if (save) { save(); }
      const note = document.querySelector("[data-offline-note]");
      if (note) { note.hidden = false; note.focus(); }
    });
  }

  function watchNetwork() {
    const note = document.querySelector("[data-offline-note]");
    if (!note) { return; }
    window.addEventListener("offline", function () { note.hidden = false; });
    window.addEventListener("online", function () { note.hidden = true; });
    if (!navigator.onLine) { note.hidden = false; }
  }

  /* Open requests like the words typed so far; looked for when the resident pauses. */
  function lookFor(form, box) {
    const SENT = ["csrfmiddlewaretoken", "category", "body", "lon", "lat"];
    let timer = null;
    let last = "";
    function look() {
      const data = new FormData();
      data.append("kind", box.dataset.kind);
      SENT.forEach(function (name) {
        const field = form.elements[name];
        if (field) { data.append(name, field.value); }
      });
      const said = new URLSearchParams(data).toString();
      if (said === last || !navigator.onLine || (data.get("body") || "").length < 6) { return; }
      last = said;
      fetch(box.dataset.similar, { method: "POST", body: data, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.text() : ""; })
        .then(function (html) { if (said === last) { box.innerHTML = html; } })
        .catch(function () { /* without a network there is nothing to compare with */ });
    }
    function later() { clearTimeout(timer); timer = setTimeout(look, 1200); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("place-set", later);
    form.addEventListener("ask:restored", later);
  }

  function count(area) {
    const out = document.querySelector("[data-count-of='" + area.id + "']");
    if (!out) { return; }
    const most = Number(area.getAttribute("maxlength"));
    function show() { out.textContent = Array.from(area.value).length + " / " + most; }
    area.addEventListener("input", show);
    area.form.addEventListener("ask:restored", show);
    show();
  }

  /* The browser's own voice; the button stays hidden where there is none. */
  function readAloud(button) {
    if (!("speechSynthesis" in window)) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
      const text = Array.from(document.querySelectorAll("main [data-read]"))
        .map(function (node) { return node.textContent.trim(); }).join("。");
      const words = new SpeechSynthesisUtterance(text);
      words.lang = document.documentElement.lang || "zh-Hans";
      words.rate = 0.85;
      speechSynthesis.speak(words);
    });
  }

  /* One tap on a face, then ten seconds to take it back. */
  function countdown(form) {
    const shown = document.querySelector("[data-undo]");
    form.addEventListener("submit", function (event) {
      if (form.dataset.sure || !shown || !event.submitter) { return; }
      event.preventDefault();
      event.stopImmediatePropagation();
      let left = Number(shown.dataset.seconds);
      const face = event.submitter;
      const number = shown.querySelector("[data-left]");
      shown.hidden = false;
      shown.querySelector("[data-face]").textContent = face.dataset.word;
      number.textContent = left;
      form.hidden = true;
      shown.querySelector("button").focus();
      const timer = setInterval(function () {
        left -= 1;
        number.textContent = left;
        if (left > 0) { return; }
        clearInterval(timer);
        form.dataset.sure = "1";
        form.requestSubmit(face);
      }, 1000);
      shown.querySelector("button").onclick = function () {
        clearInterval(timer);
        shown.hidden = true;
        form.hidden = false;
        face.focus();
      };
    });
  }

  /* Who allowed it before is located at once; nobody is asked by a page that just opened. */
  function locateIfAllowed(button) {
    const form = button.form || button.closest("form");
    if (!navigator.permissions || (form && form.elements.lon && form.elements.lon.value)) { return; }
    navigator.permissions.query({ name: "geolocation" }).then(function (answer) {
      if (answer.state === "granted") { button.click(); }
    }).catch(function () { /* an older core cannot say */ });
  }

  document.querySelectorAll("form[data-undo-form]").forEach(countdown);
  document.querySelectorAll("form[data-ask]").forEach(function (form) { guard(form, keep(form)); });
  document.querySelectorAll("form#step").forEach(function (form) { guard(form, null); });
  document.querySelectorAll("textarea[maxlength]").forEach(count);
  document.querySelectorAll("[data-read-aloud]").forEach(readAloud);
  document.querySelectorAll("[data-forget-draft]").forEach(function (node) {
    store("ask:" + node.dataset.forgetDraft, null);
  });
  document.querySelectorAll("form[data-ask] [data-picker-here]").forEach(locateIfAllowed);
  document.querySelectorAll("[data-similar]").forEach(function (box) {
    const form = document.getElementById("ask");
    if (form) { lookFor(form, box); }
  });
  watchNetwork();
  document.documentElement.dataset.ask = "ready";
})();
