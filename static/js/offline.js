/* The offline bar, the service worker, and what happens to drafts at sign-out.
 *
 * On pages of grid workers: <body|main data-field-owner="ID" data-sw="/sw.js">. Without a
 * service worker (no HTTPS, an old phone) the drafts still wait in this browser and go when a
 * page is open: on load, on the `online` event, when the page is looked at, and every 30 s.
 */
(function () {
  "use strict";
  const root = document.querySelector("[data-field-owner]");
  if (!root || !window.indexedDB) { return; }
  const owner = root.dataset.fieldOwner;
  const drafts = window.OneGridDrafts;
  const bar = document.querySelector("[data-offline-bar]");
  const words = bar ? bar.dataset : {};
  const EVERY_MS = 30000;
  const GONE_MS = 5000;
  let isPaused = false;
  let isSending = false;
  let started = 0;
  let goneTimer = null;

  function say(tone, title, text, verb) {
    bar.hidden = false;
    bar.className = "offline tone-" + tone;
    bar.querySelector("[data-title]").textContent = title;
    bar.querySelector("[data-text]").textContent = text;
    bar.querySelectorAll("[data-icon]").forEach(function (icon) {
      icon.toggleAttribute("hidden", icon.dataset.icon !== tone);
    });
    const link = bar.querySelector("[data-drafts-link]");
    link.hidden = verb !== "drafts";
    const pause = bar.querySelector("[data-pause]");
    pause.hidden = verb !== "pause" && verb !== "resume";
    pause.textContent = verb === "resume" ? words.resume : words.pause;
  }

  function fill(text, n, of) {
    return text.replace("[n]", String(n)).replace("[m]", String(of));
  }

  async function show() {
    const waiting = await drafts.unsent(owner);
    document.querySelectorAll("[data-draft-count]").forEach(function (node) {
      node.textContent = String(waiting.length);
      node.hidden = waiting.length === 0;
    });
    if (!bar) { return; }
    clearTimeout(goneTimer);
    const stuck = waiting.filter(function (d) { return d.state === "fix" || d.state === "login"; });
    if (!navigator.onLine) {
      say("amber", words.offline, waiting.length ? fill(words.kept, waiting.length) : words.willKeep,
        "drafts");
    } else if (stuck.length && stuck.length === waiting.length) {
      say("red", fill(words.stuck, stuck.length), words.stuckText, "drafts");
    } else if (waiting.length) {
      const of = Math.max(started, waiting.length);
      say("blue", fill(isPaused ? words.held : words.sending, of - waiting.length + 1, of),
        words.oneByOne, isPaused ? "resume" : "pause");
    } else if (started) {
      say("green", words.done, "", "");
      started = 0;
      goneTimer = setTimeout(function () { bar.hidden = true; }, GONE_MS);
    } else {
      bar.hidden = true;
    }
  }

  async function go() {
    if (isSending || isPaused || !navigator.onLine) { return show(); }
    isSending = true;
    try {
      const waiting = await drafts.unsent(owner);
      if (waiting.length) {
        started = Math.max(started, waiting.length);
        await drafts.send(owner, function () { return !isPaused && navigator.onLine; });
      }
    } finally { isSending = false; }
    return show();
  }

  async function askForSync() {
    try {
      const registration = await navigator.serviceWorker.ready;
      if (registration.sync) { await registration.sync.register("drafts"); }
    } catch (error) { /* not offered here: the timer and the events send the drafts */ }
  }

  if (bar) {
    bar.querySelector("[data-pause]").addEventListener("click", function () {
      isPaused = !isPaused;
      go();
    });
  }
  document.addEventListener("drafts:changed", show);
  document.addEventListener("drafts:send", function () { go().then(askForSync); });
  window.addEventListener("online", go);
  window.addEventListener("offline", show);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible") { go(); }
  });
  setInterval(go, EVERY_MS);
  if ("BroadcastChannel" in window) {
    new BroadcastChannel("onegrid-drafts").addEventListener("message", show);
  }

  /* Signing out leaves nothing to read on a shared phone; unsent drafts are told first. */
  document.addEventListener("submit", async function (event) {
    const form = event.target;
    if (!form.matches("form[action*='logout'], form[data-signout]") || form.dataset.asked) { return; }
    event.preventDefault();
    const waiting = await drafts.unsent(owner);
    if (waiting.length && !window.confirm(fill(words.signout || "[n]", waiting.length))) { return; }
    form.dataset.asked = "1";
    if (window.caches) { await window.caches.delete("onegrid-pages"); }
    form.submit();
  }, true);

  async function start() {
    if ("serviceWorker" in navigator && root.dataset.sw) {
      try {
        await navigator.serviceWorker.register(root.dataset.sw, { scope: "/field/" });
        const ready = await navigator.serviceWorker.ready;
        if (navigator.onLine) { ready.active.postMessage("keep"); }
      } catch (error) { /* no worker without HTTPS: drafts still wait in this browser */ }
    }
    await go();
    document.documentElement.dataset.offline = "ready";
  }
  start();
})();
