/* A visit, kept on this phone until it is sent. See kept.js.
 *
 * The page is one for all households: which one stands in the address (?household=ID), so the same
 * kept copy serves every door. data-visit-url has 0 where the household's id goes.
 */
(function () {
  "use strict";
  const kept = window.OneGridKept;
  const form = document.querySelector("form[data-visit]");
  if (!kept || !form) { return; }
  const NAMES = ["household", "condition", "checks", "need_kind", "need_words", "words", "lon", "lat",
    "visited_at"];
  const choice = form.elements.household;
  function value(name) { return kept.value(form, name); }

  /* The copy kept on the phone may have been opened for another household. */
  function choose() {
    const wanted = new URLSearchParams(location.search).get("household") || "";
    if (!/^[0-9]*$/.test(wanted) || choice.type === "hidden") { return; }
    const known = Array.from(choice.options).some(function (o) { return o.value === wanted; });
    if (wanted && !known) { choice.add(new Option(form.dataset.wordOther, wanted)); }
    choice.value = wanted;
  }

  function name() {
    return choice.options ? choice.options[choice.selectedIndex].text : form.dataset.title;
  }

  /* Where the visit was made; refused or unknown is no error. */
  function locate() {
    if (!navigator.geolocation || value("lon")) { return; }
    navigator.geolocation.getCurrentPosition(function (found) {
      kept.setValue(form, "lon", found.coords.longitude.toFixed(6));
      kept.setValue(form, "lat", found.coords.latitude.toFixed(6));
    }, function () { /* the visit goes without it */ }, { maximumAge: 60000, timeout: 10000 });
  }

  function missing() {
    form.querySelectorAll("[data-need]").forEach(function (note) {
      note.hidden = !!value(note.dataset.need);
    });
    if (!value("household")) { return choice; }
    return value("condition") ? null : form.querySelector("input[name=condition]");
  }

  choose();
  kept.keep(form, {
    names: NAMES,
    timeName: "visited_at",
    url: function () { return form.dataset.visitUrl.replace("/0/", "/" + value("household") + "/"); },
    page: function () { return form.dataset.page + "?household=" + value("household"); },
    label: function () { return [form.dataset.wordVisit]; },
    place: name,
    isEmpty: function () { return !value("condition") && !value("checks") && !value("words"); },
    isMine: function (draft) {
      return draft.page === form.dataset.page + "?household=" + value("household");
    },
    missing: missing,
    restored: function () { /* nothing but the fields */ },
    ready: locate,
  });
  form.addEventListener("change", function () {
    form.querySelectorAll("[data-need]").forEach(function (note) {
      if (value(note.dataset.need)) { note.hidden = true; }
    });
  });
})();
