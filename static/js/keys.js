/* Keys of the desk; off while typing. A button says its key with data-key="A". */
(function () {
  "use strict";
  var doc = document;
  var lead = false; /* G was pressed a moment ago */

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
      !/^(checkbox|radio|button|submit)$/.test(target.type || "");
  }
  function rows() { return Array.prototype.slice.call(doc.querySelectorAll("[data-row]")); }
  function current() { return rows().findIndex(function (r) { return r.classList.contains("is-current"); }); }
  function go(step) {
    var all = rows();
    if (!all.length) { return false; }
    var now = current();
    var next = all[Math.min(Math.max(now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step, 0), all.length - 1)];
    all.forEach(function (r) { r.classList.remove("is-current"); r.removeAttribute("aria-current"); });
    next.classList.add("is-current");
    next.setAttribute("aria-current", "true");
    next.scrollIntoView({ block: "nearest" });
    var link = next.querySelector("[data-open]");
    if (link) {
      link.focus({ preventScroll: true });
      if (link.hasAttribute("hx-get")) { link.click(); }
    }
    return true;
  }
  function press(key) {
    var button = doc.querySelector('.drawer [data-key="' + key + '"]') ||
      doc.querySelector('.pane [data-key="' + key + '"]') || doc.querySelector('[data-key="' + key + '"]');
    if (!button || button.disabled) { return false; }
    button.click();
    return true;
  }
  function escape() {
    if (window.onegrid.closeDrawer()) { return true; }
    var ticked = doc.querySelectorAll("[data-tick]:checked");
    if (ticked.length) { ticked.forEach(function (b) { b.checked = false; }); window.onegrid.showBulk(); return true; }
    var close = doc.querySelector(".pane [data-close]");
    if (close) { close.click(); return true; }
    return false;
  }
  var acts = {
    "/": function () { var box = doc.querySelector("[data-search]"); if (box) { box.focus(); box.select(); } return !!box; },
    "?": function () { doc.getElementById("key-sheet").showModal(); return true; },
    j: function () { return go(1); },
    k: function () { return go(-1); },
    x: function () { var now = current(), box = now >= 0 && rows()[now].querySelector("[data-tick]"); if (box) { box.click(); } return !!box; },
    z: function () { var undo = doc.querySelector("[data-undo]"); if (undo) { undo.click(); } return !!undo; },
    Escape: escape
  };

  doc.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (doc.querySelector("dialog[open]")) { return; }
    if (typing(event.target)) {
      if (event.key === "Escape") { event.target.blur(); }
      return;
    }
    var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (lead && key === "n") { lead = false; if (press("G N")) { event.preventDefault(); } return; }
    lead = key === "g";
    if (lead) { setTimeout(function () { lead = false; }, 1200); return; }
    var done = acts[key] ? acts[key]() : key.length === 1 && /[a-z1-9]/.test(key) && press(key.toUpperCase());
    if (done) { event.preventDefault(); }
  });
})();
