/* Drafts of forms with data-autosave="<name>": kept in this browser every ten seconds, per name (or address)
   and account. A draft goes only when the server has taken the form: what was sent is remembered in this tab, and
   the page that comes next says how it went. A sign-in page, an error page, a form with errors, a refusal or a
   page that no redirect led to all keep the draft. Files cannot be kept by a browser. */
(function () {
  "use strict";
  var doc = document, words = window.onegrid.words;
  var STEP_MS = 10000, KEPT_MS = 7 * 86400000, SENT = "draft-sent";
  var user = doc.body.dataset.user || "";

  function nameOf(form) { return "draft:" + user + ":" + (form.dataset.autosave || location.pathname); }
  function read(store, key) { try { return JSON.parse(store.getItem(key) || "null"); } catch (error) { return null; } }
  function write(store, key, value) {
    try { if (value === null) { store.removeItem(key); } else { store.setItem(key, JSON.stringify(value)); } return true; }
    catch (error) { return false; /* private mode, or full */ }
  }
  function forms(root) { return Array.prototype.slice.call(root.querySelectorAll("form[data-autosave]")); }
  function isWrong(root) { return !!root.querySelector("[data-has-error], [data-error-summary], [aria-invalid=true], .messages [role=alert]"); }

  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (e) {
      if (!e.name || /^(file|password|submit|button|reset|image)$/.test(e.type)) { return false; }
      if (user && /^reporter_/.test(e.name)) { return false; } /* a caller's name and phone stay off a shared PC */
      return e.type !== "hidden" || !!e.closest("[data-picker]");
    });
  }
  function isUntouched(e) {
    if (e.type === "checkbox" || e.type === "radio") { return e.checked === e.defaultChecked; }
    if (e.options) {
      var first = Array.prototype.filter.call(e.options, function (o) { return o.defaultSelected; })[0];
      return e.value === (first || e.options[0] || { value: "" }).value;
    }
    return e.type === "hidden" ? !e.value : e.value === e.defaultValue;
  }

  function keep(form) {
    var key = nameOf(form), isDirty = false;
    function say() {
      var said = doc.querySelector("[data-autosave-said]"), now = new Date();
      if (said) { said.textContent = words.draftKept + " " + ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2); }
    }
    function save() {
      isDirty = false;
      var data = fields(form).map(function (e) { return [e.name, e.value, !!e.checked]; });
      if (write(localStorage, key, { at: Date.now(), data: data })) { say(); }
    }
    function load() {
      var kept = read(localStorage, key);
      if (!kept || !kept.data || isWrong(form)) { return; }
      var left = kept.data.slice();
      fields(form).forEach(function (e) {
        var isChoice = e.type === "checkbox" || e.type === "radio";
        var at = left.findIndex(function (k) { return k[0] === e.name && (!isChoice || k[1] === e.value); });
        if (at < 0) { return; }
        var old = left.splice(at, 1)[0];
        if (!isUntouched(e)) { return; }
        if (isChoice) { e.checked = old[2]; } else { e.value = old[1]; }
        if (e.matches("[data-option]")) { e.dispatchEvent(new Event("change", { bubbles: true })); }
      });
      form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
    }
    load();
    ["input", "change", "place-set"].forEach(function (n) { form.addEventListener(n, function () { isDirty = true; }); });
    setInterval(function () { if (isDirty && form.isConnected) { save(); } }, STEP_MS);
    window.addEventListener("pagehide", function () { if (isDirty) { save(); } });
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented) { return; }
      if (isDirty) { save(); }
      if (!form.hasAttribute("hx-post")) { write(sessionStorage, SENT, { key: key }); }
    });
    form.addEventListener("htmx:afterRequest", function (event) {
      var answer = event.detail.xhr;
      if (event.target !== form || !event.detail.successful || /\/accounts\//.test(answer.responseURL || "")) { return; }
      var page = new DOMParser().parseFromString(answer.responseText || "", "text/html");
      if (!isWrong(page)) { isDirty = false; write(localStorage, key, null); }
    });
  }
  function start(root) {
    forms(root).forEach(function (form) { if (!form.dataset.kept) { form.dataset.kept = "1"; keep(form); } });
  }

  /* How did the last submission go? Answered once, by the first page after it. */
  function settle() {
    var sent = read(sessionStorage, SENT);
    if (!sent) { return; }
    write(sessionStorage, SENT, null);
    var way = performance.getEntriesByType("navigation")[0] || {};
    var isLed = way.type === "navigate" && way.redirectCount > 0;
    if (isLed && !doc.body.hasAttribute("data-refused") && !isWrong(doc)) { write(localStorage, sent.key, null); }
  }
  function sweep() {
    Object.keys(localStorage).filter(function (key) { return key.indexOf("draft:") === 0; }).forEach(function (key) {
      var kept = read(localStorage, key);
      if (!kept || !kept.at || Date.now() - kept.at > KEPT_MS) { write(localStorage, key, null); }
    });
  }

  settle();
  try { sweep(); } catch (error) { /* no storage */ }
  start(doc);
  doc.addEventListener("htmx:afterSwap", function (event) { start(event.target); });
})();
