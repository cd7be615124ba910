/* The grid worker's report, its place and its kinds; and the list of drafts. See kept.js. */
(function () {
  "use strict";
  const drafts = window.OneGridDrafts;
  const kept = window.OneGridKept;
  if (!kept) { return; }
  const owner = document.body.dataset.fieldOwner;
  const clock = kept.clock;
  const NAMES = ["category", "subcategory", "body", "address", "village", "lon", "lat",
    "accuracy_m", "crs", "occurred_at", "fixed_on_site"];

  // --- The report ---------------------------------------------------------------------------

  function reportPage(form) {
    const placeSaid = form.querySelector("[data-place-said]");
    const url = form.getAttribute("action");
    function value(name) { return kept.value(form, name); }

    function label() {
      const words = Array.from(form.querySelectorAll(
        "input[name=category]:checked, input[name=subcategory]:checked"));
      return words.filter(function (n) { return !n.closest("[hidden]"); })
        .map(function (n) { return n.dataset.label; });
    }

    function showSubs() {
      const chosen = value("category");
      form.querySelectorAll("[data-subs]").forEach(function (group) {
        group.hidden = group.dataset.subs !== chosen;
        if (group.hidden) {
          group.querySelectorAll("input:checked").forEach(function (n) { n.checked = false; });
        }
      });
    }

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

    form.addEventListener("change", function (event) {
      if (event.target.name === "category") {
        showSubs();
        form.querySelector("[data-need-kind]").hidden = true;
      }
    });
    followPlace();
    kept.keep(form, {
      names: NAMES,
      timeName: "occurred_at",
      url: function () { return url; },
      page: function () { return url; },
      label: label,
      place: function () { return value("address") || placeSaid.textContent; },
      /* A position alone is no report yet. */
      isEmpty: function () { return !value("category") && !value("body"); },
      isMine: function (draft) { return draft.url === url; },
      missing: function () {
        if (value("category")) { return null; }
        form.querySelector("[data-need-kind]").hidden = false;
        return form.querySelector("input[name=category]");
      },
      restored: function (draft) {
        if (draft.fields.lon && draft.place) { placeSaid.textContent = draft.place; }
        if (["lon", "lat", "address", "village", "grid"].indexOf(draft.field) >= 0) {
          form.querySelector("[data-place-details]").open = true;
        }
      },
      ready: function () {
        showSubs();
        if (!value("lon")) { form.querySelector("[data-picker-here]").click(); }
      },
    });
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
      const page = draft.page || draft.url;
      fix.href = page + (page.indexOf("?") < 0 ? "?" : "&") + "draft=" + draft.key;
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

  const form = document.querySelector("form[data-report]");
  if (form) { reportPage(form); }
  const list = document.querySelector("[data-drafts]");
  if (list) { draftsPage(list); }
})();
