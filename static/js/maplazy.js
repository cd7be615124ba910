/* Brings the map library only when a map is wanted: at once on a desk; in the field when the map comes
   into view; for residents, and where the browser asks to save data, when it is touched: the library weighs more than
   the rest of their page. */
(function () {
  "use strict";
  var doc = document, assets = doc.currentScript.dataset, loading = false;
  var places = doc.querySelectorAll("[data-map], [data-picker]");

  function load() {
    if (loading) { return; }
    loading = true;
    var sheet = doc.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = assets.style;
    sheet.onload = sheet.onerror = function () {
      assets.scripts.split(" ").forEach(function (address) {
        var script = doc.createElement("script");
        script.src = address;
        script.async = false; /* in this order */
        doc.body.appendChild(script);
      });
    };
    doc.head.appendChild(sheet);
  }
  /* A tap on "locate me" before the library is there is done when it is. */
  function again(event) {
    var button = event.target.closest("[data-picker-here]");
    load();
    if (!button || button.closest("[data-picker]").dataset.ready) { return; }
    var box = button.closest("[data-picker]");
    new MutationObserver(function (_, watcher) { if (box.dataset.ready) { watcher.disconnect(); button.click(); } })
      .observe(box, { attributes: true, attributeFilter: ["data-ready"] });
  }
  function sparing() { return !!(navigator.connection && navigator.connection.saveData); }

  if (!places.length) { return; }
  places.forEach(function (place) {
    place.addEventListener("click", again, true);
    place.addEventListener("focusin", load);
  });
  if (!doc.body.classList.contains("phone") || !("IntersectionObserver" in window)) { load(); return; }
  if (sparing()) { return; }
  if (doc.querySelector("[data-picker][data-wanted]")) { load(); return; } /* the map itself was asked for */
  if (!doc.body.dataset.user) { return; }
  var seen = new IntersectionObserver(function (entries) {
    if (entries.some(function (e) { return e.isIntersecting; })) { seen.disconnect(); load(); }
  });
  places.forEach(function (place) { seen.observe(place); });
})();
