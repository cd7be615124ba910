/* Service points near somebody: the device's position or a tap on the map becomes part of the address.
   Without it a village is chosen by name. */
(function () {
  "use strict";
  var doc = document;
  var words = window.onegrid && window.onegrid.words ? window.onegrid.words : {};
  var said = doc.querySelector("[data-near-said]");
  var button = doc.querySelector("[data-near-me]");

  function tell(text) { if (said) { said.textContent = text || ""; } }
  /* Four digits are some eleven metres: enough to walk, too little for a door. */
  function go(lon, lat) {
    var query = new URLSearchParams(location.search);
    ["at", "place", "lon", "lat", "accuracy_m", "crs", "page"].forEach(function (name) { query.delete(name); });
    query.set("near", lon.toFixed(4) + "," + lat.toFixed(4));
    location.assign(location.pathname + "?" + query.toString());
  }
  function here() {
    if (!navigator.geolocation) { tell(words.noPlace); return; }
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(function (found) {
      go(found.coords.longitude, found.coords.latitude);
    }, function () {
      button.removeAttribute("aria-busy");
      tell(words.noPlace);
    }, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
  }
  if (button) { button.addEventListener("click", here); }

  var form = doc.querySelector("[data-pick-place]");
  if (form) {
    var first = form.elements.lon.value + "," + form.elements.lat.value;
    form.addEventListener("place-set", function () {
      var lon = Number(form.elements.lon.value), lat = Number(form.elements.lat.value);
      var is_first = Math.abs(lon - Number(first.split(",")[0])) < 1e-4 && Math.abs(lat - Number(first.split(",")[1])) < 1e-4;
      if (lon && lat && !is_first) { go(lon, lat); }
    });
  }
})();
