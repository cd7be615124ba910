/* The department picker: search as typed, one lead, and a button that says what it will do. */
(function () {
  "use strict";
  var doc = document;

  function words(row) { return (row.dataset.pickerRow || "").toLowerCase(); }
  function search(box) {
    var picker = box.closest(".picker");
    var asked = box.value.trim().toLowerCase();
    var shown = 0;
    picker.querySelectorAll("[data-picker-row]").forEach(function (row) {
      var chosen = row.querySelector("input:checked");
      row.hidden = !!asked && !chosen && words(row).indexOf(asked) < 0;
      shown += row.hidden ? 0 : 1;
    });
    picker.querySelector("[data-picker-none]").hidden = shown > 0;
  }
  function name(input) { return input.closest("tr").querySelector("b").textContent; }
  function say(picker) {
    var said = picker.querySelector("[data-picker-said]");
    var lead = picker.querySelector('input[name="lead"]:checked');
    var assist = Array.prototype.map.call(picker.querySelectorAll('input[name="assist"]:checked'), name);
    if (!said) { return; }
    if (!lead) { said.textContent = said.dataset.none; return; }
    var text = said.dataset.lead.replace("{}", name(lead));
    if (assist.length) { text += "，" + said.dataset.assist.replace("{}", assist.join("、")); }
    said.textContent = text;
  }

  doc.addEventListener("input", function (event) {
    if (event.target.matches("[data-picker-search]")) { search(event.target); }
  });
  doc.addEventListener("change", function (event) {
    var box = event.target;
    var picker = box.closest && box.closest(".picker");
    if (!picker || !/^(lead|assist)$/.test(box.name)) { return; }
    var other = box.closest("tr").querySelector('input[name="' + (box.name === "lead" ? "assist" : "lead") + '"]');
    if (box.checked && other.checked) { other.checked = false; }
    picker.querySelectorAll("[data-picker-row]").forEach(function (row) {
      row.classList.toggle("is-ticked", !!row.querySelector("input:checked"));
    });
    say(picker);
  });
  /* Enter in the search box picks nothing and sends nothing. */
  doc.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches && event.target.matches("[data-picker-search]")) { event.preventDefault(); }
  });
  /* The box for another time is shown when it is asked for. */
  function amounts(root) {
    root.querySelectorAll(".amount").forEach(function (box) {
      var list = box.querySelector("select"), other = box.querySelector("input");
      if (list && other) { other.hidden = list.value !== "other"; }
    });
  }
  doc.addEventListener("change", function (event) {
    if (event.target.matches(".amount select")) { amounts(doc); if (event.target.value === "other") { event.target.parentNode.querySelector("input").focus(); } }
  });
  /* Round the clock or in working time: each time says what it means for the kind chosen. */
  function clocks(root) {
    root.querySelectorAll("option[data-clock]").forEach(function (option) {
      var kind = option.closest("form").querySelector('[name="kind"]:checked');
      option.dataset.work = option.dataset.work || option.textContent;
      option.textContent = kind && kind.value === "emergency" ? option.dataset.clock : option.dataset.work;
    });
  }
  doc.addEventListener("change", function (event) { if (event.target.name === "kind") { clocks(doc); } });
  doc.addEventListener("htmx:afterSwap", function (event) { amounts(event.target); clocks(event.target); });
  amounts(doc);
  clocks(doc);
  /* An open chip menu closes when one looks elsewhere. */
  doc.addEventListener("click", function (event) {
    doc.querySelectorAll("details.chip-box[open]").forEach(function (box) {
      if (!box.contains(event.target)) { box.open = false; }
    });
  });
})();
