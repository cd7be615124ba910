/* Boxes over a picture: drawn with a pointer, kept in the number fields, which stay the truth. */
(function () {
  "use strict";
  var form = document.querySelector("[data-redact]");
  if (!form) { return; }
  var canvas = form.querySelector("[data-redact-canvas]");
  var image = form.querySelector(".redact-stage img");
  var rows = form.querySelector("[data-redact-rows]");
  var pen = canvas.getContext("2d");
  var WIDTH = Number(form.dataset.width), HEIGHT = Number(form.dataset.height);
  var SMALLEST = 4;
  var from = null, drawn = null;

  function place() {
    canvas.style.left = image.offsetLeft + "px";
    canvas.style.top = image.offsetTop + "px";
    canvas.style.width = image.offsetWidth + "px";
    canvas.style.height = image.offsetHeight + "px";
    paint();
  }
  function fields(row) {
    return ["x", "y", "width", "height"].map(function (name) { return row.querySelector("[name=" + name + "]"); });
  }
  function box(row) {
    var numbers = fields(row).map(function (field) { return field.value === "" ? NaN : Number(field.value); });
    return numbers.some(isNaN) ? null : numbers;
  }
  function all() { return Array.prototype.slice.call(rows.querySelectorAll("[data-redact-row]")); }
  function isEmpty(row) { return fields(row).every(function (field) { return field.value === ""; }); }
  function paint() {
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    var line = Math.max(2, WIDTH / 300);
    all().map(box).concat([drawn]).forEach(function (it) {
      if (!it) { return; }
      pen.fillStyle = "rgba(0, 0, 0, .78)";
      pen.fillRect(it[0], it[1], it[2], it[3]);
      pen.lineWidth = line;
      pen.strokeStyle = "#fff";
      pen.strokeRect(it[0] + line / 2, it[1] + line / 2, Math.max(0, it[2] - line), Math.max(0, it[3] - line));
    });
  }
  function point(event) {
    var rect = canvas.getBoundingClientRect();
    var x = (event.clientX - rect.left) * WIDTH / rect.width;
    var y = (event.clientY - rect.top) * HEIGHT / rect.height;
    return [Math.min(WIDTH, Math.max(0, x)), Math.min(HEIGHT, Math.max(0, y))];
  }
  function between(a, b) {
    var x = Math.round(Math.min(a[0], b[0])), y = Math.round(Math.min(a[1], b[1]));
    return [x, y, Math.min(WIDTH - x, Math.round(Math.abs(a[0] - b[0]))), Math.min(HEIGHT - y, Math.round(Math.abs(a[1] - b[1])))];
  }
  function keep(it) {
    var free = all().filter(isEmpty)[0];
    if (!free) {
      var last = all()[all().length - 1];
      free = last.cloneNode(true);
      var legend = free.querySelector("legend");
      legend.textContent = legend.textContent.replace(/\d+/, String(all().length + 1));
      rows.appendChild(free);
    }
    fields(free).forEach(function (field, n) { field.value = it[n]; });
    paint();
  }

  canvas.addEventListener("pointerdown", function (event) {
    from = point(event);
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", function (event) {
    if (from) { drawn = between(from, point(event)); paint(); }
  });
  canvas.addEventListener("pointerup", function (event) {
    if (!from) { return; }
    var it = between(from, point(event));
    from = drawn = null;
    if (it[2] >= SMALLEST && it[3] >= SMALLEST) { keep(it); } else { paint(); }
  });
  canvas.addEventListener("pointercancel", function () { from = drawn = null; paint(); });
  rows.addEventListener("input", paint);
  form.querySelector("[data-redact-undo]").addEventListener("click", function () {
    var last = all().filter(function (row) { return !isEmpty(row); }).pop();
    if (last) { fields(last).forEach(function (field) { field.value = ""; }); paint(); }
  });
  window.addEventListener("resize", place);
  if (image.complete) { place(); }
  image.addEventListener("load", place);
}());
