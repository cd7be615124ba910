/* One small wrapper around Leaflet: shapes from data-url, figures from data-values-url, points from
   data-marker-url. Sets data-ready="1" when drawn. Everything it shows is also in the list beside it. */
(function () {
  "use strict";
  var L = window.L, words = (document.getElementById("words") || { dataset: {} }).dataset;
  var CHINA = [[22.6, 111.7], [23.2, 112.4]];

  function token(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function json(url) {
    return fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    });
  }

  /* A plain map: no inline styles in markup, canvas for shapes, tiles only when a setting names them. */
  function create(box, options) {
    var map = L.map(box, Object.assign({ preferCanvas: true, attributionControl: false, minZoom: 7, maxZoom: 19, zoomSnap: 0.25, zoomControl: false }, options));
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    if (box.dataset.tiles) { L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map); }
    map.fitBounds(CHINA, { animate: false });
    return map;
  }

  function shapeStyle(feature) {
    var p = feature.properties || {};
    var level = Math.min(5, Math.max(0, p["class"] || 0));
    return { color: p.selected ? token("amber-s") : token("surface"), weight: p.selected ? 3 : 1, fillColor: token("m" + level), fillOpacity: 1, dashArray: p.dashed ? "4 3" : null };
  }
  /* Circle in hand, square due soon, triangle late: form as well as colour. */
  function markerPath(code) {
    if (code === "overdue") { return '<path d="M8 1l7 13H1z" fill="' + token("red-s") + '" stroke="' + token("surface") + '" stroke-width="1.5"/>'; }
    if (code === "due_soon") { return '<rect x="3" y="3" width="10" height="10" fill="' + token("amber-s") + '" stroke="' + token("surface") + '" stroke-width="1.5"/>'; }
    return '<circle cx="8" cy="8" r="5" fill="' + token("brand") + '" stroke="' + token("surface") + '" stroke-width="1.5"/>';
  }
  function marker(feature, at) {
    var p = feature.properties || {};
    var icon = L.divIcon({ className: "map-mark", iconSize: [16, 16], html: '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">' + markerPath(p.code) + "</svg>" });
    return L.marker(at, { icon: icon, keyboard: false, title: p.title || "" });
  }
  function text(value) { var span = document.createElement("span"); span.textContent = value; return span.innerHTML; }
  function bind(layer, feature) {
    var p = feature.properties || {};
    var name = p.short || p.name;
    if (name && p.label !== false) {
      var words = text(name) + (p.value === undefined ? "" : "<br>" + text(p.value));
      layer.bindTooltip(words, { permanent: true, direction: "center", className: "map-label" + ((p["class"] || 0) > 3 ? " is-inv" : "") });
    }
    if (p.url) { layer.on("click", function () { location.assign(p.url); }); }
  }
  /* Labels only where they fit: small shapes keep their name for the list. */
  function thinLabels(map, group) {
    group.eachLayer(function (layer) {
      if (!layer.getBounds || !layer.getTooltip()) { return; }
      var a = map.latLngToContainerPoint(layer.getBounds().getNorthWest());
      var b = map.latLngToContainerPoint(layer.getBounds().getSouthEast());
      if (b.x - a.x < 44 || b.y - a.y < 22) { layer.closeTooltip(); } else { layer.openTooltip(); }
    });
  }

  function draw(box) {
    var map = create(box, {});
    var shapes = L.geoJSON(null, { style: shapeStyle, onEachFeature: function (f, layer) { bind(layer, f); } }).addTo(map);
    function figures() {
      return box.dataset.valuesUrl ? json(box.dataset.valuesUrl) : Promise.resolve({});
    }
    function restyle(values) {
      shapes.eachLayer(function (layer) {
        var p = layer.feature.properties;
        Object.assign(p, values[p.code] || {});
        layer.unbindTooltip();
        bind(layer, layer.feature);
      });
      shapes.setStyle(shapeStyle);
      thinLabels(map, shapes);
    }
    function done() { box.dataset.ready = "1"; }
    function failed() {
      var note = document.createElement("p");
      note.className = "note tone-amber";
      note.textContent = (window.onegrid.words || {}).mapFailed || "";
      box.parentNode.insertBefore(note, box);
      box.dataset.ready = "failed";
    }
    Promise.all([json(box.dataset.url), figures()]).then(function (both) {
      shapes.addData(both[0]);
      if (shapes.getLayers().length) { map.fitBounds(shapes.getBounds(), { padding: [16, 16], animate: false }); }
      restyle(both[1]);
      map.on("zoomend", function () { thinLabels(map, shapes); });
      return box.dataset.markerUrl ? json(box.dataset.markerUrl) : null;
    }).then(function (points) {
      if (points) { L.geoJSON(points, { pointToLayer: marker, onEachFeature: function (f, layer) { if (f.properties && f.properties.url) { layer.on("click", function () { location.assign(f.properties.url); }); } } }).addTo(map); }
      done();
    }).catch(failed);
    if (box.dataset.valuesUrl) { setInterval(function () { if (!document.hidden) { figures().then(restyle).catch(function () { /* Offline: old figures stay. */ }); } }, 60000); }
    return map;
  }

  window.onegridMap = { create: create, draw: draw, json: json, token: token };
  document.querySelectorAll("[data-map]").forEach(draw);
})();
