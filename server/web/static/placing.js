// Joins the map of an address with its form: what is dragged is written, what is typed or chosen is shown.
(function () {
  "use strict";

  var frame = document.querySelector("iframe.map");
  var lat = document.getElementById("lat");
  var lon = document.getElementById("lon");
  if (!frame || !lat || !lon) {
    return;
  }

  function show() {
    var place = { ronda: "typed", lat: parseFloat(lat.value), lon: parseFloat(lon.value) };
    if (isFinite(place.lat) && isFinite(place.lon)) {
      frame.contentWindow.postMessage(place, "*");
    }
  }

  window.addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow || !event.data || event.data.ronda !== "moved") {
      return;
    }
    var place = [Number(event.data.lat), Number(event.data.lon)];
    if (place.every(isFinite)) {
      lat.value = place[0].toFixed(6);
      lon.value = place[1].toFixed(6);
    }
  });
  lat.addEventListener("change", show);
  lon.addEventListener("change", show);
})();
