/* A form of a grid worker that is kept on this phone as it is written, and leaves through drafts.js.
 *
 * The key is made before the draft is queued, and the draft leaves the phone only when the answer
 * repeats that key. What is being written is a draft in state "editing", with its photos, and is
 * there again after a reload. Reports and visits say by `on` what is theirs:
 *   {names, url(), page(), label(), place(), isEmpty(), isMine(draft), timeName, missing(),
 *    restored(draft), ready()}
 */
(function () {
  "use strict";
  const drafts = window.OneGridDrafts;
  const owner = document.body.dataset.fieldOwner;
  const PAUSE_MS = 250;
  const LONG_SIDE = 1600;

  function two(n) { return String(n).padStart(2, "0"); }
  function clock(time) {
    const d = new Date(time);
    return two(d.getMonth() + 1) + "-" + two(d.getDate()) + " " + two(d.getHours()) + ":" +
      two(d.getMinutes());
  }

  /** Shrink to 1600 px and stamp time and accuracy; the original where that fails. */
  async function shrink(file, stamp) {
    if (!window.createImageBitmap || !/^image\//.test(file.type)) { return file; }
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const pen = canvas.getContext("2d");
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const size = Math.max(14, Math.round(canvas.width / 40));
      pen.fillStyle = "rgba(15, 20, 27, .72)";
      pen.fillRect(0, canvas.height - size * 1.8, canvas.width, size * 1.8);
      pen.fillStyle = "#fff";
      pen.font = size + "px sans-serif";
      pen.fillText(stamp, size * 0.6, canvas.height - size * 0.55);
      const blob = await new Promise(function (resolve) {
        canvas.toBlob(resolve, "image/jpeg", 0.8);
      });
      return blob || file;
    } catch (error) { return file; }
  }

  function isTicks(field) {
    return field.length !== undefined && !field.options && field[0].type === "checkbox";
  }
  /** What a field holds; ticked boxes of one name are one text with commas. */
  function value(form, name) {
    const field = form.elements[name];
    if (!field) { return ""; }
    if (field.type === "checkbox") { return field.checked ? field.value : ""; }
    if (!isTicks(field)) { return field.value; }
    return Array.from(field).filter(function (n) { return n.checked; })
      .map(function (n) { return n.value; }).join(",");
  }
  function setValue(form, name, text) {
    const field = form.elements[name];
    if (!field) { return; }
    if (field.type !== "checkbox" && !isTicks(field)) { field.value = text; return; }
    const wanted = text.split(",");
    (isTicks(field) ? Array.from(field) : [field]).forEach(function (n) {
      n.checked = wanted.indexOf(n.value) >= 0;
    });
  }

  /** Follow one form; answers once what was kept is back in it. */
  async function keep(form, on) {
    const strip = form.querySelector("[data-shots]");
    const adder = strip.querySelector("[data-photo-add]");
    const input = adder ? adder.querySelector("input[type=file]") : null;
    const most = Number(strip.dataset.limit);
    const wanted = new URLSearchParams(location.search).get("draft");
    let draft = { key: drafts.uuid(), owner: owner, fields: {}, photos: [], state: "editing",
      created_at: Date.now() };
    let timer = null;
    let isReady = false;

    function gather() {
      on.names.forEach(function (name) { draft.fields[name] = value(form, name); });
      draft.url = on.url();
      draft.page = on.page();
      draft.kind = on.label();
      draft.place = on.place();
      draft.touched_at = Date.now();
    }
    function save() {
      gather();
      return drafts.put(draft).then(function () {
        const note = document.querySelector("[data-saved-note]");
        const now = new Date();
        if (note) {
          note.textContent = form.dataset.savedText.replace("[t]",
            two(now.getHours()) + ":" + two(now.getMinutes()));
        }
      });
    }
    function isEmpty() { return !draft.photos.length && on.isEmpty(); }
    function later() {
      if (!isReady || draft.state !== "editing" || isEmpty()) { return; }
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE_MS);
    }

    function showPhotos() {
      strip.querySelectorAll("[data-kept-photo]").forEach(function (node) {
        URL.revokeObjectURL(node.querySelector("img").src);
        node.remove();
      });
      draft.photos.forEach(function (photo) {
        const item = document.createElement("li");
        item.dataset.keptPhoto = photo.key;
        const frame = document.createElement("span");
        frame.className = "photo";
        const picture = document.createElement("img");
        picture.src = URL.createObjectURL(photo.blob);
        picture.alt = clock(photo.taken_at);
        const button = document.createElement("button");
        button.type = "button";
        button.className = "remove";
        button.appendChild(form.querySelector("[data-remove-icon]").content.cloneNode(true));
        button.addEventListener("click", function () {
          draft.photos = draft.photos.filter(function (p) { return p !== photo; });
          showPhotos();
          later();
        });
        frame.append(picture, button);
        item.appendChild(frame);
        strip.insertBefore(item, adder);
      });
      adder.hidden = draft.photos.length >= most;
    }

    async function addPhotos(files) {
      const accuracy = value(form, "accuracy_m");
      for (const file of Array.from(files).slice(0, most - draft.photos.length)) {
        const taken = new Date();
        const stamp = clock(taken.getTime()) + (accuracy ? "  ±" + Math.round(accuracy) + " m" : "");
        const blob = await shrink(file, stamp);
        draft.photos.push({ key: drafts.uuid(), blob: blob, name: "photo.jpg",
          taken_at: taken.toISOString(), sent: false });
        if (!value(form, on.timeName)) { setValue(form, on.timeName, taken.toISOString()); }
      }
      input.value = "";
      showPhotos();
      await save();
    }

    async function restore() {
      let old = wanted ? await drafts.get(wanted) : null;
      if (!old) {
        const mine = await drafts.list(owner);
        old = mine.filter(function (d) { return d.state === "editing" && on.isMine(d); }).pop();
      }
      if (old && old.owner === owner && !form.hasAttribute("data-answered")) {
        draft = old;
        draft.state = "editing";
        on.names.forEach(function (name) {
          if (draft.fields[name]) { setValue(form, name, draft.fields[name]); }
        });
        on.restored(draft);
        if (draft.message) { tellFault(); }
      }
      showPhotos();
      isReady = true;
      on.ready();
    }

    /** The server's sentence about a draft that came back, over the form. */
    function tellFault() {
      const note = form.querySelector("[data-fault]");
      note.hidden = false;
      note.querySelector("[data-fault-said]").textContent = draft.message;
      const field = form.elements[draft.field];
      if (field && field.focus) { field.focus(); }
    }

    function swap(name) {
      form.hidden = true;
      document.querySelector("[data-report-bar]").hidden = true;
      const page = document.querySelector("[data-" + name + "-page]");
      page.hidden = false;
      const no = page.querySelector("[data-sent-no]");
      if (no) { no.textContent = draft.no || ""; }
      page.focus();
    }

    async function submit(event) {
      event.preventDefault();
      if (draft.state !== "editing") { return; }
      clearTimeout(timer);
      const missing = on.missing();
      if (missing) { missing.focus(); return; }
      if (!value(form, on.timeName)) { setValue(form, on.timeName, new Date().toISOString()); }
      gather();
      draft.state = "waiting";
      delete draft.message;
      await drafts.put(draft);
      if (navigator.onLine) { await drafts.send(owner); }
      const now = await drafts.get(draft.key);
      if (now && now.state === "fix") {
        location.href = now.page + (now.page.indexOf("?") < 0 ? "?" : "&") + "draft=" + now.key;
        return;
      }
      draft = now || draft;
      swap(now && now.state === "sent" ? "sent" : "kept");
      document.dispatchEvent(new CustomEvent("drafts:send"));
    }

    form.addEventListener("change", function (event) {
      if (event.target === input) { addPhotos(input.files); return; }
      later();
    });
    form.addEventListener("input", later);
    form.addEventListener("place-set", later);
    form.addEventListener("submit", submit);
    window.addEventListener("pagehide", function () {
      if (isReady && draft.state === "editing" && timer && !isEmpty()) { save(); }
    });
    await restore();
    document.documentElement.dataset.report = "ready";
  }

  if (!drafts || !owner || !window.indexedDB) { return; }
  window.OneGridKept = { keep: keep, value: value, setValue: setValue, clock: clock };
})();
