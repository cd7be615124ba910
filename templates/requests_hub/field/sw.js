{% load static %}/* Keeps the grid worker's pages readable without a network, and sends drafts when it is back.
 *
 * Scope: /field/. Pages are read from the network first and kept; files with a hash in the name
 * are read from the cache first. `Vary` is ignored when matching: Django sends
 * `Vary: Cookie, Accept-Language`, which would make every offline read fail.
 */
"use strict";
const VERSION = "{{ version }}";
const STATIC = "onegrid-static-" + VERSION;
const PAGES = "onegrid-pages";
const SHELL = [{% for url in pages %}"{{ url }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const LOOSE = { ignoreVary: true, ignoreSearch: true };
const PATIENCE_MS = 6000;

importScripts("{% static 'js/drafts.js' %}");

self.addEventListener("install", function () { self.skipWaiting(); });

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) {
      return name.indexOf("onegrid-static-") === 0 && name !== STATIC;
    }).map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

function isPage(url) { return SHELL.indexOf(url.pathname) >= 0; }

async function fromNetworkFirst(request, key) {
  const cache = await caches.open(PAGES);
  const live = fetch(request).then(async function (answer) {
    if (answer.redirected || answer.type === "opaqueredirect") { await caches.delete(PAGES); }
    else if (answer.ok) { await cache.put(key, answer.clone()); }
    return answer;
  });
  const kept = await cache.match(key, LOOSE);
  if (!kept) { return live; }
  const late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE_MS, kept); });
  return Promise.race([live.catch(function () { return kept; }), late]);
}

async function fromCacheFirst(request) {
  const cache = await caches.open(STATIC);
  const kept = await cache.match(request, LOOSE);
  if (kept) { return kept; }
  const answer = await fetch(request);
  if (answer.ok) { await cache.put(request, answer.clone()); }
  return answer;
}

self.addEventListener("fetch", function (event) {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (event.request.mode === "navigate" && isPage(url)) {
    event.respondWith(fromNetworkFirst(event.request, url.pathname));
  } else if (url.pathname.indexOf("{{ static_url }}") === 0) {
    event.respondWith(fromCacheFirst(event.request));
  }
});

/* The page asks for this once it is open, so that the other pages are there before the signal
 * is lost, with their scripts and styles. */
async function keepPages() {
  const cache = await caches.open(PAGES);
  const files = await caches.open(STATIC);
  for (const url of SHELL) {
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) { return; }
      const html = await answer.clone().text();
      await cache.put(url, answer);
      const found = html.match(/(?:src|href)="([^"]+\.(?:js|css|svg)(?:\?[^"#]*)?)(?:#[^"]*)?"/g) || [];
      for (const hit of found) {
        const file = hit.replace(/^[^"]*"/, "").replace(/[#"].*$/, "");
        if (file.indexOf("{{ static_url }}") === 0 && !(await files.match(file, LOOSE))) {
          await files.add(file);
        }
      }
    } catch (error) { return; }
  }
}

self.addEventListener("message", function (event) {
  if (event.data === "keep") { event.waitUntil(keepPages()); }
  if (event.data === "forget") { event.waitUntil(caches.delete(PAGES)); }
});

self.addEventListener("sync", function (event) {
  if (event.tag === "drafts") { event.waitUntil(self.OneGridDrafts.send("")); }
});
