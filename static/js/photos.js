/* Photos before they are sent: shown, shrunk to 1600 px JPEG, removable. Without it the plain file field works. */
(function () {
  "use strict";
  var SIDE_PX = 1600, QUALITY = 0.8;
  var words = window.onegrid.words;

  function decoded(file) {
    return new Promise(function (resolve, reject) {
      var url = URL.createObjectURL(file), image = new Image();
      image.onload = function () { resolve({ image: image, url: url }); };
      image.onerror = function () { URL.revokeObjectURL(url); reject(new Error("image")); };
      image.src = url;
    });
  }
  /* Drawing on a canvas also drops position and device data from the file; the server keeps none either. */
  function shrink(file) {
    return decoded(file).then(function (it) {
      var scale = Math.min(1, SIDE_PX / Math.max(it.image.naturalWidth, it.image.naturalHeight));
      var canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(it.image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(it.image.naturalHeight * scale));
      canvas.getContext("2d").drawImage(it.image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(it.url);
      return new Promise(function (resolve) {
        canvas.toBlob(function (blob) {
          var name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
          resolve(blob && blob.size < file.size ? new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified }) : file);
        }, "image/jpeg", QUALITY);
      });
    }).catch(function () { return file; /* The server says what is wrong with it. */ });
  }

  function start(list) {
    var add = list.querySelector("[data-photo-add]");
    var input = add.querySelector("input[type=file]");
    var limit = Number(list.dataset.limit || 6);
    var kept = [];
    var form = input.form;

    function write() {
      var bag = new DataTransfer();
      kept.forEach(function (item) { bag.items.add(item.file); });
      input.files = bag.files;
      add.hidden = kept.length >= limit;
      list.dataset.count = kept.length;
    }
    function show(file) {
      var item = { file: file }, li = document.createElement("li");
      var box = document.createElement("span"), image = document.createElement("img"), button = document.createElement("button");
      box.className = "photo";
      image.src = URL.createObjectURL(file);
      image.alt = words.photo + " " + (kept.length + 1);
      button.type = "button"; button.className = "remove";
      button.setAttribute("aria-label", words.remove + " " + image.alt);
      button.innerHTML = '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M2.1 2.9l.8-.8L8 7.300l5.100-5.200.8.8L8.700 8l5.200 5.100-.8.8L8 8.700l-5.100 5.200-.8-.8L7.300 8z"/></svg>';
      button.addEventListener("click", function () {
        kept.splice(kept.indexOf(item), 1);
        URL.revokeObjectURL(image.src);
        li.remove(); write(); input.focus();
      });
      box.appendChild(image); box.appendChild(button); li.appendChild(box);
      list.insertBefore(li, add);
      kept.push(item);
    }
    input.addEventListener("change", function () {
      var chosen = Array.prototype.slice.call(input.files);
      var room = Math.max(0, limit - kept.length);
      if (chosen.length > room) { window.onegrid.toast(words.tooMany); }
      shrinking = true;
      if (form) { form.setAttribute("aria-busy", "true"); }
      chosen.slice(0, room).reduce(function (before, file) {
        return before.then(function () { return shrink(file).then(show); });
      }, Promise.resolve()).then(write).then(ready);
    });
    /* Sent while a photo is still being shrunk: the form waits for it, then goes with the same button. */
    var shrinking = false, waiting = null;
    function ready() {
      shrinking = false;
      if (!form) { return; }
      form.removeAttribute("aria-busy");
      if (waiting) { var by = waiting.by; waiting = null; form.requestSubmit(by); }
    }
    if (form) {
      form.addEventListener("submit", function (event) {
        if (!shrinking) { return; }
        event.preventDefault();
        event.stopImmediatePropagation();
        waiting = { by: event.submitter || undefined };
      }, true);
    }
  }

  /* Without DataTransfer (very old cores) the plain field stays as it is. */
  try { new DataTransfer(); } catch (error) { return; }
  document.querySelectorAll("[data-photos]").forEach(start);
  /* A drawer brings its own. */
  document.addEventListener("htmx:afterSwap", function (event) { event.target.querySelectorAll("[data-photos]").forEach(start); });
})();
