/* Drafts of a grid worker, kept on this phone until the server has them.
 *
 * Runs in pages and in the service worker. A draft is
 *   {key, owner, url, fields, photos: [{key, blob, name, taken_at, sent}], state, message, field,
 *    label, request_id, no, created_at, tried_at}
 * with state editing | waiting | sending | fix | login | sent.
 * The text goes first, then one photo a request. Nothing leaves the phone before an answer has
 * repeated its key: a sign-in page, a 5xx or a time-out keeps it.
 */
(function (scope) {
  "use strict";

  const DATABASE = "onegrid";
  const STORE = "drafts";
  const TIMEOUT_MS = 45000;
  const KEEP_SENT_MS = 24 * 3600 * 1000;
  let opened = null;

  function open() {
    if (opened) { return opened; }
    opened = new Promise(function (resolve, reject) {
      const ask = scope.indexedDB.open(DATABASE, 1);
      ask.onupgradeneeded = function () {
        ask.result.createObjectStore(STORE, { keyPath: "key" });
      };
      ask.onsuccess = function () { resolve(ask.result); };
      ask.onerror = function () { opened = null; reject(ask.error); };
    });
    return opened;
  }

  async function run(mode, work) {
    const db = await open();
    return new Promise(function (resolve, reject) {
      const tx = db.transaction(STORE, mode);
      const request = work(tx.objectStore(STORE));
      tx.oncomplete = function () { resolve(request ? request.result : undefined); };
      tx.onerror = function () { reject(tx.error); };
      tx.onabort = function () { reject(tx.error); };
    });
  }

  /** A version 4 UUID; `randomUUID` is missing where the page is not on HTTPS. */
  function uuid() {
    if (scope.crypto.randomUUID) { return scope.crypto.randomUUID(); }
    const b = scope.crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = Array.from(b, function (x) { return x.toString(16).padStart(2, "0"); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20),
      hex.slice(20)].join("-");
  }

  function changed() {
    if (scope.document) { scope.document.dispatchEvent(new CustomEvent("drafts:changed")); }
    if ("BroadcastChannel" in scope) {
      const channel = new BroadcastChannel("onegrid-drafts");
      channel.postMessage("changed");
      channel.close();
    }
  }

  async function put(draft) {
    await run("readwrite", function (s) { return s.put(draft); });
    changed();
    return draft;
  }
  function get(key) { return run("readonly", function (s) { return s.get(key); }); }
  async function remove(key) {
    await run("readwrite", function (s) { return s.delete(key); });
    changed();
  }
  /** The drafts of one account, oldest first; another account's drafts stay unseen. */
  async function list(owner) {
    const all = await run("readonly", function (s) { return s.getAll(); });
    return all.filter(function (d) { return !owner || d.owner === owner; })
      .sort(function (a, b) { return a.created_at - b.created_at; });
  }
  async function unsent(owner) {
    return (await list(owner)).filter(function (d) {
      return d.state !== "sent" && d.state !== "editing";
    });
  }

  /** The token as it is now: a cached page carries an old one. */
  async function csrfToken() {
    if (scope.document) {
      const found = /(?:^|; )csrftoken=([^;]+)/.exec(scope.document.cookie);
      return found ? decodeURIComponent(found[1]) : "";
    }
    const cookie = scope.cookieStore ? await scope.cookieStore.get("csrftoken") : null;
    return cookie ? cookie.value : "";
  }

  /** Post one form; answers {kind: ok | login | fix | retry, data}. */
  async function post(url, form, key) {
    const stop = new AbortController();
    const timer = setTimeout(function () { stop.abort(); }, TIMEOUT_MS);
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: form,
        credentials: "same-origin",
        signal: stop.signal,
        headers: {
          "Accept": "application/json",
          "Idempotency-Key": key,
          "X-CSRFToken": await csrfToken(),
        },
      });
      if (answer.status === 401 || answer.status === 403) { return { kind: "login" }; }
      const type = answer.headers.get("Content-Type") || "";
      if (answer.redirected || type.indexOf("application/json") !== 0) {
        return { kind: answer.redirected ? "login" : "retry" };
      }
      const data = await answer.json();
      if (answer.ok) { return { kind: data.key === key ? "ok" : "retry", data: data }; }
      const later = answer.status >= 500 || answer.status === 429 || answer.status === 408;
      return { kind: later ? "retry" : "fix", data: data };
    } catch (error) {
      return { kind: "retry" };
    } finally {
      clearTimeout(timer);
    }
  }

  function refuse(draft, result) {
    if (result.kind === "login") { draft.state = "login"; }
    else if (result.kind === "fix") {
      const fields = (result.data && result.data.fields) || {};
      const name = Object.keys(fields)[0] || "";
      draft.state = "fix";
      draft.field = name;
      draft.message = name ? fields[name][0] : (result.data && result.data.message) || "";
    } else { draft.state = "waiting"; }
    return put(draft);
  }

  /** Send one draft as far as it goes; true when the server has all of it. */
  async function sendOne(draft) {
    draft.state = "sending";
    draft.tried_at = Date.now();
    await put(draft);
    if (!draft.request_id) {
      const form = new FormData();
      Object.keys(draft.fields).forEach(function (name) { form.append(name, draft.fields[name]); });
      form.set("key", draft.key);
      form.set("owner", draft.owner);
      const result = await post(draft.url, form, draft.key);
      if (result.kind !== "ok") { await refuse(draft, result); return false; }
      draft.request_id = result.data.id;
      draft.no = result.data.no;
      draft.photo_url = result.data.photo_url;
      await put(draft);
    }
    for (const photo of draft.photos) {
      if (photo.sent) { continue; }
      const form = new FormData();
      form.set("photo", photo.blob, photo.name);
      form.set("key", photo.key);
      form.set("owner", draft.owner);
      form.set("taken_at", photo.taken_at || "");
      const result = await post(draft.photo_url, form, photo.key);
      if (result.kind !== "ok") { await refuse(draft, result); return false; }
      photo.sent = true;
      photo.blob = null;
      await put(draft);
    }
    draft.state = "sent";
    draft.sent_at = Date.now();
    await put(draft);
    return true;
  }

  async function sweep(owner) {
    const old = Date.now() - KEEP_SENT_MS;
    for (const draft of await list(owner)) {
      if (draft.state === "sent" && draft.sent_at < old) { await remove(draft.key); }
    }
  }

  async function sendEach(owner, keep) {
    for (const draft of await unsent(owner)) {
      if (keep && !keep()) { return; }
      if (draft.state === "fix") { continue; }
      const done = await sendOne(draft);
      const others = !owner && draft.state === "login";
      if (!done && draft.state !== "fix" && !others) { return; }
    }
    await sweep(owner);
  }

  let busy = false;
  /** Send what waits; one sender at a time over all tabs and the worker. */
  async function send(owner, keep) {
    if (scope.navigator.locks) {
      return scope.navigator.locks.request("onegrid-send", { ifAvailable: true }, function (lock) {
        return lock ? sendEach(owner, keep) : undefined;
      });
    }
    if (busy) { return undefined; }
    busy = true;
    try { return await sendEach(owner, keep); } finally { busy = false; }
  }

  scope.OneGridDrafts = {
    uuid: uuid, put: put, get: get, remove: remove, list: list, unsent: unsent, send: send,
  };
})(self);
