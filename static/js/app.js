/* What every page shares: token for htmx, one submission per click, toasts with undo, copy,
   dialogs. Pages work without it. Words come from the server (<template id="words">). */
(function () {
  "use strict";
  var doc = document;
  var words = (doc.getElementById("words") || { dataset: {} }).dataset;
  var UNDO_MS = 10000;
  doc.body.classList.remove("no-js");

  function cookie(name) {
    var found = doc.cookie.match("(?:^|; )" + name + "=([^;]*)");
    return found ? decodeURIComponent(found[1]) : "";
  }
  function announce(text) {
    var region = doc.getElementById("announce");
    if (region) { region.textContent = ""; setTimeout(function () { region.textContent = text; }, 60); }
  }
  function toast(text) {
    var line = doc.createElement("div");
    line.className = "toast-line";
    line.textContent = text;
    doc.getElementById("toasts").appendChild(line);
    setTimeout(function () { line.remove(); }, 4000);
  }

  /* The token is read at send time: a page from a cache may carry an old one, and another tab or
     the service worker may have been given a new one since. The field of a form goes before the header. */
  doc.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = cookie("csrftoken");
  });
  doc.addEventListener("submit", function (event) {
    var field = event.target.querySelector("input[name=csrfmiddlewaretoken]"), token = cookie("csrftoken");
    if (field && token) { field.value = token; }
  }, true);
  doc.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 403 || event.detail.xhr.status === 401) { location.reload(); }
  });

  /* A double click is one submission. The button is locked after the form data has been taken. */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method === "dialog") { return; }
    if (form.dataset.sent && !form.hasAttribute("hx-post")) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    var button = event.submitter || form.querySelector("button:not([type=button])");
    if (button) { setTimeout(function () { button.setAttribute("aria-busy", "true"); }, 0); }
    setTimeout(function () { unlock(form); }, 15000);
  });
  function unlock(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach(function (b) { b.removeAttribute("aria-busy"); });
  }
  doc.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (form) { unlock(form); }
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { doc.querySelectorAll("form[data-sent]").forEach(unlock); }
  });

  /* Toasts: ten seconds, held while pointed at or focused. */
  function runToast(line) {
    if (line.dataset.running) { return; }
    line.dataset.running = "1";
    var ring = line.querySelector("[data-toast-ring]");
    var left = UNDO_MS, last = Date.now(), held = false;
    ["mouseenter", "focusin"].forEach(function (n) { line.addEventListener(n, function () { held = true; }); });
    ["mouseleave", "focusout"].forEach(function (n) { line.addEventListener(n, function () { held = false; }); });
    var timer = setInterval(function () {
      var now = Date.now();
      if (!held) { left -= now - last; }
      last = now;
      if (ring) { ring.setAttribute("stroke-dasharray", Math.max(0, 31.42 * left / UNDO_MS) + " 31.42"); }
      if (left <= 0) { clearInterval(timer); line.remove(); }
    }, 250);
  }

  /* Offline bar of the desk. */
  function showNetwork() {
    var bar = doc.getElementById("network");
    if (navigator.onLine) { if (bar) { bar.remove(); } return; }
    if (bar || doc.querySelector("[data-offline-bar]")) { return; }
    bar = doc.createElement("div");
    bar.id = "network"; bar.className = "note tone-amber mb-3"; bar.setAttribute("role", "status");
    bar.textContent = words.offline;
    doc.getElementById("main").prepend(bar);
  }
  window.addEventListener("online", showNetwork);
  window.addEventListener("offline", showNetwork);

  /* Ticks and the bulk bar. */
  function ticked() { return doc.querySelectorAll("[data-tick]:checked"); }
  function showBulk() {
    var bar = doc.querySelector(".bulk");
    if (!bar) { return; }
    var n = ticked().length;
    bar.classList.toggle("is-shown", n > 0);
    bar.querySelectorAll("[data-ticked-count]").forEach(function (e) { e.textContent = n; });
    doc.querySelectorAll("[data-tick]").forEach(function (box) {
      var row = box.closest("tr");
      if (row) { row.classList.toggle("is-ticked", box.checked); }
    });
    var all = doc.querySelector("[data-tick-all]");
    if (all) { all.checked = n > 0 && n === doc.querySelectorAll("[data-tick]").length; all.indeterminate = n > 0 && !all.checked; }
  }
  doc.addEventListener("change", function (event) {
    var target = event.target;
    if (target.matches("[data-tick-all]")) { doc.querySelectorAll("[data-tick]").forEach(function (b) { b.checked = target.checked; }); }
    if (target.matches("[data-tick], [data-tick-all]")) { showBulk(); }
    if (target.matches("[data-option]")) {
      target.closest("form, body").querySelectorAll('[data-option][name="' + target.name + '"]').forEach(function (o) {
        o.closest(".option").classList.toggle("is-on", o.checked);
      });
    }
  });

  /* The menu of a phone is a sheet while the address names it; the rest of the page waits meanwhile. */
  function menuSheet() {
    var side = doc.getElementById("side"), shown = location.hash === "#side" && side && getComputedStyle(side).right === "0px";
    Array.prototype.forEach.call(doc.body.children, function (part) { if (part !== side) { part.inert = Boolean(shown); } });
    if (shown) { (side.querySelector("[aria-current]") || side).focus({ preventScroll: true }); }
  }
  if (doc.getElementById("side")) {
    window.addEventListener("hashchange", function (event) {
      menuSheet();
      var more = doc.querySelector("[data-more]");
      if (more && /#side$/.test(event.oldURL)) { more.focus(); }
    });
    doc.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && location.hash === "#side") { location.hash = "main"; event.stopPropagation(); }
    });
    menuSheet();
  }

  /* Clicks that need no server. */
  doc.addEventListener("click", function (event) {
    var target = event.target.closest("[data-copy], [data-open-sheet], [data-clear-ticks], [data-print], [data-show-password]");
    if (!target) { return; }
    if (target.dataset.copy !== undefined) {
      var text = target.dataset.copy;
      var done = function () { announce(words.copied); toast(words.copied); };
      if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done); }
      else {
        var area = doc.createElement("textarea");
        area.value = text; doc.body.appendChild(area); area.select(); doc.execCommand("copy"); area.remove(); done();
      }
    }
    if (target.dataset.openSheet !== undefined) { doc.getElementById("key-sheet").showModal(); }
    if (target.dataset.print !== undefined) { window.print(); }
    if (target.dataset.clearTicks !== undefined) { ticked().forEach(function (b) { b.checked = false; }); showBulk(); }
    if (target.dataset.showPassword !== undefined) {
      var box = doc.getElementById(target.dataset.showPassword);
      box.type = box.type === "password" ? "text" : "password";
      target.setAttribute("aria-pressed", box.type === "text");
    }
  });

  /* Small menus close on Esc and on a click elsewhere. */
  function closeMenus(but) {
    var open = doc.querySelectorAll("details[data-menu][open]");
    open.forEach(function (menu) { if (menu !== but) { menu.open = false; } });
    return open.length > 0;
  }
  doc.addEventListener("click", function (event) { closeMenus(event.target.closest("details[data-menu]")); });
  doc.addEventListener("keydown", function (event) {
    var menu = doc.querySelector("details[data-menu][open]");
    if (event.key === "Escape" && menu) { menu.open = false; menu.querySelector("summary").focus(); event.stopPropagation(); }
  }, true);

  /* Drawer: holds the focus, gives it back. */
  var before = null;
  function drawerIn(root) {
    var drawer = root.matches && root.matches(".drawer") ? root : root.querySelector(".drawer");
    if (!drawer || drawer.dataset.held) { return; }
    drawer.dataset.held = "1";
    before = doc.activeElement;
    var first = drawer.querySelector("[aria-invalid], h2, input, button");
    if (first) { first.tabIndex = first.tabIndex < 0 ? -1 : first.tabIndex; first.focus(); }
    drawer.addEventListener("keydown", function (event) {
      if (event.key !== "Tab") { return; }
      var stops = drawer.querySelectorAll("a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary");
      if (!stops.length) { return; }
      var end = stops[stops.length - 1];
      if (event.shiftKey && doc.activeElement === stops[0]) { event.preventDefault(); end.focus(); }
      else if (!event.shiftKey && doc.activeElement === end) { event.preventDefault(); stops[0].focus(); }
    });
  }
  function closeDrawer() {
    var close = doc.querySelector(".drawer [data-close]");
    if (!close) { return false; }
    if (close.tagName === "A" && !doc.getElementById("drawer").dataset.swapped) { close.click(); return true; }
    doc.getElementById("drawer").innerHTML = "";
    if (before) { before.focus(); }
    return true;
  }

  /* What is wider than its box fades at the side where more of it lies; what is current is in sight at first.
     A table is scrolled by keys too, when nothing inside takes the focus. */
  var WIDE = ".table-box, .table-scroll, .tabs, .chips, .segs, .ruler-box, main.paper";
  function cue(box) {
    var rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
    box.classList.toggle("has-before", box.scrollLeft > 4);
    box.classList.toggle("has-after", rest > 4);
  }
  function scrollers(root) {
    root.querySelectorAll(WIDE).forEach(function (box) {
      var is_wide = box.scrollWidth > box.clientWidth + 4;
      if (is_wide && box.matches(".table-box") && !box.hasAttribute("tabindex")) { box.tabIndex = 0; }
      if (is_wide && !box.dataset.cued) {
        box.dataset.cued = "1";
        box.addEventListener("scroll", function () { cue(box); }, { passive: true });
        var now = box.querySelector(":scope > [aria-current]");
        if (now) { box.scrollLeft += now.getBoundingClientRect().left - box.getBoundingClientRect().left - box.clientWidth / 2; }
      }
      if (box.dataset.cued) { cue(box); }
    });
  }
  window.addEventListener("resize", function () { scrollers(doc); });

  function ready(root) {
    scrollers(root);
    root.querySelectorAll("[data-toast]").forEach(runToast);
    var wrong = root.querySelector("[data-error-summary]") || root.querySelector("[aria-invalid=true]");
    if (wrong) { wrong.focus(); }
    drawerIn(root);
    showBulk();
  }
  doc.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id === "drawer") { event.target.dataset.swapped = "1"; }
    event.target.classList.remove("pane-idle");
    ready(event.target);
    var heading = event.target.querySelector("[data-focus]");
    if (heading) { heading.tabIndex = -1; heading.focus(); announce(heading.textContent); }
  });

  window.onegrid = { cookie: cookie, words: words, toast: toast, announce: announce, closeDrawer: closeDrawer, showBulk: showBulk };
  showNetwork();
  ready(doc.body);
  doc.documentElement.dataset.ready = "1";
})();
