// Lets one place of a map be dragged, or set by a click, and tells the page around the map where it is.
(function () {
  "use strict";

  function movable(map, told) {
    var icon = L.divIcon({ className: "pin-box", html: told.face, iconSize: [44, 44] });
    var marker = null;

    function tell() {
      var at = marker.getLatLng();
      // This document has no origin of its own; the page around it checks who speaks.
      window.parent.postMessage({ ronda: "moved", lat: at.lat, lon: at.lng }, "*");
    }

    function put(at) {
      if (marker) {
        marker.setLatLng(at);
        return;
      }
      marker = L.marker(at, { icon: icon, draggable: true, autoPan: true, keyboard: false, zIndexOffset: 1000 });
      marker.on("dragend", tell);
      marker.addTo(map);
    }

    if (told.at) {
      put(told.at);
    }
    map.on("click", function (event) {
      put(event.latlng);
      tell();
    });
    window.addEventListener("message", function (event) {
      if (event.source === window.parent && event.data && event.data.ronda === "typed") {
        put([event.data.lat, event.data.lon]);
        map.panTo([event.data.lat, event.data.lon]);
      }
    });
  }

  window.Ronda = window.Ronda || {};
  window.Ronda.movable = movable;
})();
