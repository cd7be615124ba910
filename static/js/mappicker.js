/* A place by tap, keys or the device. Writes lon, lat, accuracy_m and crs into the form's hidden fields.
   Without it the address field is enough. */
(function () {
  "use strict";
  var L = window.L, tools = window.onegridMap;
  var words = window.onegrid.words;
  var VAGUE_M = 50, NEAREST = 5;

  function start(box) {
    var place = box.querySelector("[data-picker-map]");
    var said = box.querySelector("[data-picker-said]");
    var form = box.closest("form") || box;
    place.textContent = "";
    var map = tools.create(place, {});
    var pin = null, ring = null;

    function field(name) { return form.querySelector('[name="' + name + '"]'); }
    function put(name, value) { var f = field(name); if (f) { f.value = value; } }
    function askGrid(at) {
      if (!box.dataset.locateUrl) { return; }
      tools.json(box.dataset.locateUrl + "?lon=" + at.lng.toFixed(6) + "&lat=" + at.lat.toFixed(6) + "&crs=wgs84")
        .then(function (answer) {
          if (!answer || !answer.chain) { return; }
          said.textContent = words.belongs.replace("[name]", answer.chain.slice(1, 3).map(function (g) { return g.name; }).join(" "));
          said.classList.add("plus");
        })
        .catch(function () { /* Outside or offline: the server decides when the form is sent. */ });
    }
    function set(at, accuracy) {
      var icon = L.divIcon({ className: "pin", iconSize: [36, 36], iconAnchor: [18, 34], html: '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 16s6-5.686 6-10A6 6 0 0 0 2 6c0 4.314 6 10 6 10m0-7a3 3 0 1 1 0-6 3 3 0 0 1 0 6"/></svg>' });
      if (!pin) {
        pin = L.marker(at, { icon: icon, draggable: true, keyboard: false }).addTo(map);
        pin.on("dragend", function () { set(pin.getLatLng(), 0); });
      }
      pin.setLatLng(at);
      if (ring) { ring.remove(); ring = null; }
      if (accuracy) { ring = L.circle(at, { radius: accuracy, weight: 1, color: tools.token("brand"), fillOpacity: 0.15 }).addTo(map); }
      put("lon", at.lng.toFixed(6)); put("lat", at.lat.toFixed(6)); put("accuracy_m", accuracy ? Math.round(accuracy) : ""); put("crs", "wgs84");
      said.classList.remove("plus");
      if (accuracy > VAGUE_M) { said.textContent = words.vague; } else { askGrid(at); }
      form.dispatchEvent(new Event("place-set", { bubbles: true }));
    }
    function here() {
      if (!navigator.geolocation) { said.textContent = words.noPlace; return; }
      navigator.geolocation.getCurrentPosition(function (found) {
        var at = L.latLng(found.coords.latitude, found.coords.longitude);
        map.setView(at, 17, { animate: false });
        set(at, found.coords.accuracy);
      }, function () { said.textContent = words.noPlace; }, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
    }

    map.on("click", function (event) { set(event.latlng, 0); });
    place.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); set(map.getCenter(), 0); }
    });
    box.querySelector("[data-picker-here]").addEventListener("click", here);

    var center = (box.dataset.center || "").split(",").map(Number);
    if (center.length === 2 && isFinite(center[0]) && center[0]) { map.setView([center[1], center[0]], 15, { animate: false }); }
    if (field("lon") && field("lon").value && field("lat").value) {
      var kept = L.latLng(Number(field("lat").value), Number(field("lon").value));
      map.setView(kept, 16, { animate: false });
      set(kept, Number(field("accuracy_m") ? field("accuracy_m").value : 0));
    }
    /* Where the map is what was asked for, it shows the place with the nearest of its points. */
    var isWanted = "wanted" in box.dataset;
    function nearest(marks) {
      var bounds = L.latLngBounds([pin.getLatLng()]);
      marks.getLayers().slice(0, NEAREST).forEach(function (mark) { bounds.extend(mark.getLatLng()); });
      map.fitBounds(bounds.pad(0.15), { animate: false, maxZoom: 16 });
    }
    var layers = [];
    if (place.dataset.url) {
      layers.push(tools.json(place.dataset.url).then(function (shapes) {
        var drawn = L.geoJSON(shapes, { interactive: false, style: { color: tools.token("brand"), weight: 2, dashArray: "5 4", fillOpacity: 0.06 } }).addTo(map);
        if (!pin && drawn.getLayers().length && !box.dataset.center) { map.fitBounds(drawn.getBounds(), { animate: false }); }
      }));
    }
    if (place.dataset.nearUrl) {
      layers.push(tools.json(place.dataset.nearUrl).then(function (near) {
        var marks = L.geoJSON(near, { pointToLayer: function (f, at) {
          var dot = document.createElement("span");
          dot.textContent = f.properties.number || "";
          var mark = L.marker(at, { title: f.properties.title || "", icon: L.divIcon({ className: "near-dot", iconSize: [24, 24], html: dot }) });
          if (isWanted && f.properties.url) { mark.on("click", function () { window.location.assign(f.properties.url); }); }
          return mark;
        } }).addTo(map);
        if (isWanted && pin) { nearest(marks); }
      }));
    }
    Promise.all(layers).catch(function () { /* Without shapes the picker still works. */ }).then(function () { box.dataset.ready = "1"; });
  }

  document.querySelectorAll("[data-picker]").forEach(start);
})();
