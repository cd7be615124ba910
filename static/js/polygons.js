/* Drawing the outline of a grid: pieces of rings of points, kept in step with the GeoJSON text.
   The text alone is enough; everything here only writes it. */
(function () {
  "use strict";
  var L = window.L, tools = window.onegridMap;
  var MOST_HANDLES = 400, DIGITS = 7;

  function read(id) { var node = document.getElementById(id); return node ? JSON.parse(node.textContent) : null; }

  /* Pieces: [[ring, ...holes], ...]; a ring is a list of [lon, lat], not closed. */
  function toPieces(geometry) {
    if (!geometry) { return []; }
    var polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.map(function (polygon) {
      return polygon.map(function (ring) { return ring.slice(0, -1).map(function (p) { return [p[0], p[1]]; }); });
    });
  }
  function toGeometry(pieces) {
    var polygons = pieces.map(function (piece) {
      return piece.map(function (ring) { return ring.concat([ring[0]]); });
    });
    if (!polygons.length) { return null; }
    return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
  }

  function start(form) {
    var box = form.querySelector("[data-polygon-map]"), verdict = form.querySelector("[data-verdict]");
    var text = form.querySelector('[name="geometry"]'), crs = form.querySelector('[name="crs"]');
    var words = document.getElementById("polygon-words").dataset;
    var scene = read("polygon-scene");
    var map = tools.create(box, { preferCanvas: false, doubleClickZoom: false });
    var below = L.featureGroup().addTo(map), own = L.featureGroup().addTo(map);
    var handles = L.layerGroup().addTo(map), faults = L.layerGroup().addTo(map);
    var pieces = [], past = [], draft = null, chosen = 0;

    function button(name) { return form.querySelector('[data-do="' + name + '"]'); }
    function round(at) { return [Number(at.lng.toFixed(DIGITS)), Number(at.lat.toFixed(DIGITS))]; }
    function latLng(p) { return L.latLng(p[1], p[0]); }
    function remember() { past.push(JSON.stringify([pieces, draft])); if (past.length > 60) { past.shift(); } }
    function written() {
      var geometry = toGeometry(pieces);
      text.value = geometry ? JSON.stringify(geometry) : "";
      if (crs) { crs.value = "wgs84"; }
    }
    function changed() { written(); show(); }

    function show() {
      own.clearLayers(); handles.clearLayers();
      pieces.forEach(function (piece, n) {
        L.polygon(piece.map(function (ring) { return ring.map(latLng); }), { color: tools.token("brand"), weight: n === chosen ? 3 : 2, fillOpacity: 0.15 })
          .on("click", function (event) { if (!draft) { L.DomEvent.stop(event); chosen = n; show(); } }).addTo(own);
      });
      if (draft) { L.polyline(draft.map(latLng), { color: tools.token("brand"), weight: 3, dashArray: "6 4" }).addTo(own); draft.forEach(function (_p, i) { handle([draft], 0, i, false); }); }
      if (!draft && pieces[chosen]) { pieces[chosen].forEach(function (_ring, r) { ringHandles(pieces[chosen], r); }); }
      button("draw").setAttribute("aria-pressed", draft ? "true" : "false");
      button("close").disabled = !(draft && draft.length > 2);
      button("undo").disabled = !past.length;
      button("remove").disabled = Boolean(draft) || !pieces.length;
      box.dataset.points = pieces.reduce(function (n, piece) { return n + piece.reduce(function (m, ring) { return m + ring.length; }, 0); }, draft ? draft.length : 0);
      box.dataset.pieces = pieces.length;
    }
    function ringHandles(piece, r) {
      var seen = map.getBounds(), ring = piece[r], shown = 0;
      ring.forEach(function (p, i) {
        if (shown > MOST_HANDLES || !seen.contains(latLng(p))) { return; }
        shown += 1;
        handle(piece, r, i, false);
        var next = ring[(i + 1) % ring.length];
        if (ring.length < MOST_HANDLES / 2) { handle(piece, r, i + 1, true, [(p[0] + next[0]) / 2, (p[1] + next[1]) / 2]); }
      });
    }
    /* A point, or (isHalf) the middle of an edge that becomes a point when it is moved or pressed. */
    function handle(piece, r, i, isHalf, at) {
      var ring = piece[r];
      var icon = L.divIcon({ className: "vertex" + (isHalf ? " vertex-half" : ""), iconSize: [isHalf ? 12 : 16, isHalf ? 12 : 16] });
      var marker = L.marker(latLng(at || ring[i]), { icon: icon, draggable: true, keyboard: !isHalf, title: isHalf ? "" : words.point.replace("[n]", i + 1), zIndexOffset: isHalf ? 0 : 500 });
      function put(position) {
        remember();
        if (isHalf) { ring.splice(i, 0, round(position)); } else { ring[i] = round(position); }
        changed();
      }
      function drop() {
        if (isHalf || (!draft && ring.length <= 3)) { return; }
        remember(); ring.splice(i, 1); changed();
        focusHandle(Math.max(0, i - 1));
      }
      marker.on("dragend", function () { put(marker.getLatLng()); });
      marker.on("click", function () {
        if (draft && i === 0 && draft.length > 2) { closeDraft(); } else if (isHalf) { put(marker.getLatLng()); }
      });
      marker.on("contextmenu", drop);
      marker.addTo(handles);
      var node = marker.getElement();
      if (isHalf) { return; }
      node.dataset.vertex = i;
      node.addEventListener("keydown", function (event) {
        var moves = { ArrowUp: [0, -4], ArrowDown: [0, 4], ArrowLeft: [-4, 0], ArrowRight: [4, 0] }[event.key];
        if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); event.stopPropagation(); drop(); }
        if (moves) {
          event.preventDefault(); event.stopPropagation();
          put(map.containerPointToLatLng(map.latLngToContainerPoint(marker.getLatLng()).add(moves)));
          focusHandle(i);
        }
      });
    }
    function focusHandle(i) { var node = box.querySelector('[data-vertex="' + i + '"]'); if (node) { node.focus({ preventScroll: true }); } }
    function closeDraft() {
      if (!draft || draft.length < 3) { return; }
      remember(); pieces.push([draft]); chosen = pieces.length - 1; draft = null; changed();
    }

    map.on("click", function (event) { if (draft) { remember(); draft.push(round(event.latlng)); show(); } });
    map.on("dblclick", closeDraft);
    map.on("moveend zoomend", function () { if (!draft) { show(); } });
    box.addEventListener("keydown", function (event) {
      if (event.target !== box) { return; }
      if (event.key === " " && draft) { event.preventDefault(); remember(); draft.push(round(map.getCenter())); show(); }
      if (event.key === "Enter" && draft) { event.preventDefault(); closeDraft(); }
    });
    button("draw").addEventListener("click", function () { if (draft) { draft = null; } else { draft = []; box.focus({ preventScroll: true }); } show(); });
    button("close").addEventListener("click", closeDraft);
    button("undo").addEventListener("click", function () {
      var last = past.pop();
      if (last) { last = JSON.parse(last); pieces = last[0]; draft = last[1]; chosen = Math.min(chosen, Math.max(0, pieces.length - 1)); changed(); }
    });
    button("remove").addEventListener("click", function () { if (pieces.length) { remember(); pieces.splice(chosen, 1); chosen = Math.max(0, pieces.length - 1); changed(); } });
    button("check").addEventListener("click", function () { ask(); });

    function ask() {
      var sent = new FormData(form);
      fetch(form.dataset.check, { method: "POST", body: sent, credentials: "same-origin", headers: { Accept: "application/json" } })
        .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
        .then(function (answer) {
          if (answer.outline && crs && crs.value !== "wgs84") { remember(); pieces = toPieces(answer.outline); changed(); }
          tell(answer.faults, answer.area);
        })
        .catch(function () { verdict.textContent = words.failed; });
    }
    function tell(list, area) {
      faults.clearLayers();
      verdict.textContent = "";
      var out = document.createElement("ul");
      out.className = "plain stack-s";
      function line(said, tone) { var li = document.createElement("li"); li.className = "note tone-" + tone; li.textContent = said; out.appendChild(li); }
      list.forEach(function (fault) { line(fault.words, fault.blocks ? "red" : "amber"); mark(fault); });
      if (!list.some(function (fault) { return fault.blocks; }) && area) { line((list.length ? words.doubts : words.fine) + " " + words.area + " " + area, "green"); }
      verdict.appendChild(out);
      box.dataset.checked = String(list.filter(function (fault) { return fault.blocks; }).length);
    }
    function mark(fault) {
      if (!fault.geometry) { return; }
      var color = tools.token(fault.blocks ? "red-s" : "amber-s");
      L.geoJSON(fault.geometry, {
        interactive: false, style: { color: color, weight: 2, fillColor: color, fillOpacity: 0.4 },
        pointToLayer: function (_f, at) { return L.circleMarker(at, { radius: 9, color: color, weight: 3, interactive: false }); }
      }).addTo(faults);
    }
    function fromText() {
      try {
        var found = JSON.parse(text.value || "null");
        if (found && found.type === "FeatureCollection") { found = found.features[0]; }
        if (found && found.type === "Feature") { found = found.geometry; }
        pieces = toPieces(found); draft = null; chosen = 0;
      } catch (_error) { return; }
      show();
      if (own.getLayers().length) { map.fitBounds(own.getBounds(), { padding: [24, 24], animate: false }); }
    }
    text.addEventListener("change", function () { if (!crs || crs.value === "wgs84") { fromText(); } });

    (scene.siblings || []).forEach(function (row) {
      L.geoJSON(row.geometry, { interactive: false, style: { color: tools.token("ink3"), weight: 1, fillColor: tools.token("line2"), fillOpacity: 0.5 } })
        .bindTooltip(document.createTextNode(row.name), { permanent: true, direction: "center", className: "map-label" }).addTo(below);
    });
    if (scene.parent) { L.geoJSON(scene.parent, { interactive: false, style: { color: tools.token("ink"), weight: 2, dashArray: "6 4", fill: false } }).addTo(below); }
    if (below.getLayers().length) { map.fitBounds(below.getBounds(), { padding: [16, 16], animate: false }); }
    fromText();
    (read("polygon-faults") || []).forEach(mark);
    box.dataset.ready = "1";
  }

  document.querySelectorAll("[data-polygon]").forEach(start);
})();
