/* Upload of an import: a file can be dropped, and its name is shown. */
(function () {
  "use strict";
  var form = document.querySelector("[data-upload]");
  if (!form) { return; }
  var drop = form.querySelector(".drop"), input = form.querySelector("input[type=file]"), chosen = form.querySelector("[data-chosen]");
  function show() { chosen.textContent = input.files.length ? input.files[0].name : ""; }
  input.addEventListener("change", show);
  ["dragover", "dragenter"].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("is-over"); });
  });
  ["dragleave", "drop"].forEach(function (name) {
    drop.addEventListener(name, function () { drop.classList.remove("is-over"); });
  });
  drop.addEventListener("drop", function (event) {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
  });
  show();
})();
