/* Clocks and counts stay true while a page is looked at: once a minute it is asked for again, quietly,
   and its clocks and counts are taken over. What came in or happened meanwhile is told in a bar; rows
   never move under the hand, and what somebody types is not touched. */
(function () {
  "use strict";
  var doc = document, words = window.onegrid.words;
  var pause = Number(doc.body.dataset.clockRefresh || 0) * 1000;
  var COUNTED = [".side-link", ".tabbar a", ".top-tool[href]"];

  /* Which row a clock belongs to is told by the address that the row leads to. */
  function leadsTo(part) {
    var link = part && part.querySelector("a[href]");
    return link ? link.getAttribute("href") : "";
  }
  function clocksOf(page) {
    var found = {};
    page.querySelectorAll("#main .clock").forEach(function (clock) {
      var name = leadsTo(clock.closest("tr, li, article, section"));
      (found[name] = found[name] || []).push(clock);
    });
    return found;
  }
  function takeClocks(fresh) {
    var now = clocksOf(fresh), here = clocksOf(doc);
    Object.keys(here).forEach(function (name) {
      if ((now[name] || []).length !== here[name].length) { return; }
      here[name].forEach(function (clock, n) { clock.replaceWith(doc.importNode(now[name][n], true)); });
    });
  }
  function takeCounts(fresh) {
    COUNTED.forEach(function (kind) {
      var now = {};
      fresh.querySelectorAll(kind).forEach(function (part) { now[part.getAttribute("href")] = part.innerHTML; });
      doc.querySelectorAll(kind).forEach(function (part) {
        var html = now[part.getAttribute("href")];
        if (html !== undefined && html !== part.innerHTML) { part.innerHTML = html; }
      });
    });
    var foot = doc.querySelector(".side-foot"), then = fresh.querySelector(".side-foot");
    if (foot && then) { foot.innerHTML = then.innerHTML; }
  }

  function rowsOf(page) {
    return Array.prototype.map.call(page.querySelectorAll("#rows [data-row]"), leadsTo);
  }
  /* How many rows of the list now were not in it; a later page of a long list moves by itself. */
  function cameIn(fresh) {
    var here = rowsOf(doc);
    if (/[?&]before=/.test(location.search)) { return 0; }
    return rowsOf(fresh).filter(function (name) { return here.indexOf(name) < 0; }).length;
  }
  function hasHappened(fresh) {
    var lines = "#main .tline > li";
    return fresh.querySelectorAll(lines).length !== doc.querySelectorAll(lines).length;
  }
  function tell(text) {
    var bar = doc.getElementById("live-bar"), head = doc.querySelector("#main .page-head");
    if (!head) { return; }
    if (!bar) {
      bar = doc.createElement("div");
      bar.id = "live-bar"; bar.className = "note tone-blue mb-3"; bar.setAttribute("role", "status");
      bar.appendChild(doc.createElement("span")).className = "grow";
      var link = bar.appendChild(doc.createElement("a"));
      link.href = location.pathname + location.search; link.textContent = words.show;
      head.after(bar);
    }
    if (bar.firstChild.textContent !== text) { bar.firstChild.textContent = text; }
  }

  function take(html) {
    var fresh = new DOMParser().parseFromString(html, "text/html"), n = cameIn(fresh);
    if (n) { tell(words.cameIn.replace("[n]", n)); } else if (hasHappened(fresh)) { tell(words.happened); }
    takeClocks(fresh);
    takeCounts(fresh);
  }
  function refresh() {
    if (doc.hidden || !navigator.onLine || !doc.querySelector("#main .clock")) { return Promise.resolve(); }
    // "X-Refresh": a page that asks by itself does not keep anybody signed in.
    return fetch(location.href, { headers: { "X-Refresh": "1" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
      .then(function (html) { if (html) { take(html); } })
      .catch(function () { /* Offline: the bar says so. */ });
  }
  window.onegrid.refresh = refresh;
  if (pause) { setInterval(refresh, pause); }
})();
