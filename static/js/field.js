/* The grid worker's report and draft list.
 *
 * The report form goes through the queue of drafts.js: its key is made before it is queued, and
 * it leaves the phone only when the answer repeats that key. What is being written is kept as a
 * draft in state "editing", with its photos, and is there again after a reload.
 */
(function () {
  "use strict";
  const drafts = window.OneGridDrafts;
  const owner = document.body.dataset.fieldOwner;
  const NAMES = ["category", "subcategory", "body", "address", "village", "lon", "lat",
    "accuracy_m", "crs", "occurred_at", "fixed_on_site"];
  const PAUSE_MS = 250;
  const LONG_SIDE = 1600;

  function value(form, name) {
    const field = form.elements[name];
    return field ? field.value : "";
  }
  function setValue(form, name, text) {
    const field = form.elements[name];
    if (field) { field.value = text; }
  }
  function clock(time) {
    const d = new Date(time);
    const two = function (n) { return String(n).padStart(2, "0"); };
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

  // --- The report ---------------------------------------------------------------------------

  function reportPage(form) {
    const strip = form.querySelector("[data-shots]");
    const adder = strip.querySelector("[data-photo-add]");
    const input = adder ? adder.querySelector("input[type=file]") : null;
    const most = Number(strip.dataset.limit);
    const wanted = new URLSearchParams(location.search).get("draft");
    let draft = { key: drafts.uuid(), owner: owner, url: form.getAttribute("action"), fields: {},
      photos: [], state: "editing", created_at: Date.now() };
    let timer = null;
    let isReady = false;

    function label() {
      const words = Array.from(form.querySelectorAll(
        "input[name=category]:checked, input[name=subcategory]:checked"));
      return words.filter(function (n) { return !n.closest("[hidden]"); })
        .map(function (n) { return n.dataset.label; });
    }
    function gather() {
      NAMES.forEach(function (name) { draft.fields[name] = value(form, name); });
      draft.kind = label();
      draft.place = value(form, "address") || placeSaid.textContent;
      draft.touched_at = Date.now();
    }
    function save() {
      gather();
      return drafts.put(draft).then(function () {
        const note = document.querySelector("[data-saved-note]");
        const now = new Date();
        if (note) {
          note.textContent = form.dataset.savedText.replace("[t]",
            String(now.getHours()).padStart(2, "0") + ":" + String(now.getMinutes()).padStart(2, "0"));
        }
      });
    }
    /* A position alone is no report yet. */
    function isEmpty() {
      return !draft.photos.length && !value(form, "category") && !value(form, "body");
    }
    function later() {
      if (!isReady || draft.state !== "editing" || isEmpty()) { return; }
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE_MS);
    }

    function showSubs() {
      const chosen = value(form, "category");
      form.querySelectorAll("[data-subs]").forEach(function (group) {
        group.hidden = group.dataset.subs !== chosen;
        if (group.hidden) {
          group.querySelectorAll("input:checked").forEach(function (n) { n.checked = false; });
        }
      });
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
        if (!value(form, "occurred_at")) { setValue(form, "occurred_at", taken.toISOString()); }
      }
      input.value = "";
      showPhotos();
      await save();
    }

    const placeSaid = form.querySelector("[data-place-said]");

    /* Position and grid fill themselves; what the picker says is shown beside the photo. */
    function followPlace() {
      const said = form.querySelector("[data-picker-said]");
      const details = form.querySelector("[data-place-details]");
      const before = said.textContent;
      new MutationObserver(function () {
        if (said.textContent !== before) { placeSaid.textContent = said.textContent; }
      }).observe(said, { childList: true, characterData: true, subtree: true });
      details.addEventListener("toggle", function () {
        window.dispatchEvent(new Event("resize"));
      });
    }

    async function restore() {
      let old = wanted ? await drafts.get(wanted) : null;
      if (!old) {
        const mine = await drafts.list(owner);
        old = mine.filter(function (d) { return d.state === "editing"; }).pop();
      }
      if (old && old.owner === owner && !form.hasAttribute("data-answered")) {
        draft = old;
        draft.state = "editing";
        NAMES.forEach(function (name) {
          if (draft.fields[name]) { setValue(form, name, draft.fields[name]); }
        });
        if (draft.fields.lon && draft.place) { placeSaid.textContent = draft.place; }
        if (draft.message) { tellFault(); }
      }
      showSubs();
      showPhotos();
      isReady = true;
      if (!value(form, "lon")) { form.querySelector("[data-picker-here]").click(); }
    }

    /** The server's sentence about a draft that came back, over the form. */
    function tellFault() {
      const note = form.querySelector("[data-fault]");
      note.hidden = false;
      note.querySelector("[data-fault-said]").textContent = draft.message;
      const field = form.elements[draft.field];
      if (["lon", "lat", "address", "village", "grid"].indexOf(draft.field) >= 0) {
        form.querySelector("[data-place-details]").open = true;
      }
      if (field && field.focus) { field.focus(); }
    }

    function swap(name, no) {
      form.hidden = true;
      document.querySelector("[data-report-bar]").hidden = true;
      const page = document.querySelector("[data-" + name + "-page]");
      page.hidden = false;
      if (no) { page.querySelector("[data-sent-no]").textContent = no; }
      page.focus();
    }

    async function submit(event) {
      event.preventDefault();
      if (draft.state !== "editing") { return; }
      clearTimeout(timer);
      if (!value(form, "category")) {
        const first = form.querySelector("input[name=category]");
        first.focus();
        form.querySelector("[data-need-kind]").hidden = false;
        return;
      }
      if (!value(form, "occurred_at")) { setValue(form, "occurred_at", new Date().toISOString()); }
      gather();
      draft.state = "waiting";
      delete draft.message;
      await drafts.put(draft);
      if (navigator.onLine) { await drafts.send(owner); }
      const now = await drafts.get(draft.key);
      if (now && now.state === "fix") { location.href = draft.url + "?draft=" + draft.key; return; }
      if (now && now.state === "sent") { swap("sent", now.no); } else { swap("kept"); }
      document.dispatchEvent(new CustomEvent("drafts:send"));
    }

    form.addEventListener("change", function (event) {
      if (event.target === input) { addPhotos(input.files); return; }
      if (event.target.name === "category") {
        showSubs();
        form.querySelector("[data-need-kind]").hidden = true;
      }
      later();
    });
    form.addEventListener("input", later);
    form.addEventListener("place-set", later);
    form.addEventListener("submit", submit);
    followPlace();
    window.addEventListener("pagehide", function () {
      if (isReady && draft.state === "editing" && timer && !isEmpty()) { save(); }
    });
    restore().then(function () { document.documentElement.dataset.report = "ready"; });
  }

  // --- The list -----------------------------------------------------------------------------

  function draftsPage(list) {
    const template = document.querySelector("[data-draft-template]");
    const sentTemplate = document.querySelector("[data-sent-template]");
    const none = document.querySelector("[data-no-drafts]");
    const sentBox = document.querySelector("[data-sent-drafts]");
    const sentList = document.querySelector("[data-sent-list]");
    const all = document.querySelector("[data-send-all]");
    const words = list.dataset;

    function kind(draft) { return (draft.kind || []).join(" "); }

    function card(draft) {
      const node = template.content.cloneNode(true);
      const panel = node.querySelector("section");
      panel.dataset.key = draft.key;
      panel.classList.toggle("is-fix", draft.state === "fix" || draft.state === "login");
      node.querySelector("[data-kind]").textContent = kind(draft) || "—";
      node.querySelector("[data-at]").textContent =
        clock(draft.fields.occurred_at || draft.created_at);
      node.querySelector("[data-place]").textContent = draft.place || "";
      const said = node.querySelector("[data-photos-said]");
      if (draft.photos.length) {
        said.textContent = words.wordPhotos.replace("[n]", draft.photos.length);
      } else { said.remove(); }
      const first = draft.photos.find(function (p) { return p.blob; });
      if (first) {
        const picture = document.createElement("img");
        picture.src = URL.createObjectURL(first.blob);
        picture.alt = "";
        node.querySelector("[data-pic-none]").replaceWith(picture);
      }
      const shown = draft.state === "editing" ? "" : draft.state;
      node.querySelectorAll("[data-as]").forEach(function (part) {
        part.hidden = part.dataset.as !== shown;
      });
      if (draft.state === "sending" && draft.request_id) {
        const done = draft.photos.filter(function (p) { return p.sent; }).length;
        node.querySelector("[data-progress-said]").textContent = words.wordProgress
          .replace("[n]", Math.min(done + 1, draft.photos.length))
          .replace("[m]", draft.photos.length);
        node.querySelector("progress").value = Math.round(100 * (done + 1) / (draft.photos.length + 1));
      }
      node.querySelector("[data-message]").textContent = draft.message || "";
      const fix = node.querySelector("[data-fix-link]");
      fix.hidden = draft.state !== "fix" && draft.state !== "editing";
      fix.href = draft.url + "?draft=" + draft.key;
      node.querySelector("[data-login-link]").hidden = draft.state !== "login";
      const one = node.querySelector("[data-send-one]");
      one.hidden = draft.state !== "waiting";
      one.addEventListener("click", function () {
        document.dispatchEvent(new CustomEvent("drafts:send"));
      });
      node.querySelector("[data-delete]").addEventListener("click", function () {
        if (window.confirm(words.wordDelete)) { drafts.remove(draft.key); }
      });
      return node;
    }

    async function show() {
      const mine = await drafts.list(owner);
      const open = mine.filter(function (d) { return d.state !== "sent"; });
      const gone = mine.filter(function (d) { return d.state === "sent"; });
      list.querySelectorAll("img").forEach(function (n) { URL.revokeObjectURL(n.src); });
      list.replaceChildren.apply(list, open.map(card));
      none.hidden = open.length > 0;
      all.hidden = open.filter(function (d) { return d.state === "waiting"; }).length === 0;
      sentBox.hidden = gone.length === 0;
      sentList.replaceChildren.apply(sentList, gone.reverse().map(function (draft) {
        const node = sentTemplate.content.cloneNode(true);
        node.querySelector("[data-kind]").textContent = kind(draft);
        node.querySelector("[data-no]").textContent = draft.no;
        node.querySelector("[data-at]").textContent = clock(draft.sent_at);
        return node;
      }));
      document.documentElement.dataset.draftList = "ready";
    }
    all.addEventListener("click", function () {
      document.dispatchEvent(new CustomEvent("drafts:send"));
    });
    document.addEventListener("drafts:changed", show);
    if ("BroadcastChannel" in window) {
      new BroadcastChannel("onegrid-drafts").addEventListener("message", show);
    }
    show();
  }

  if (!drafts || !owner || !window.indexedDB) { return; }
  const form = document.querySelector("form[data-report]");
  if (form) { reportPage(form); }
  const list = document.querySelector("[data-drafts]");
  if (list) { draftsPage(list); }
})();
