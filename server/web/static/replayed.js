// Inside the map of a day: shows the planned stops, and the visits up to the minute that the page around says.
// Nothing is drawn between two visits, for nothing is known there. What people typed enters as text.
(function () {
  "use strict";

  function card(label, detail) {
    var box = document.createElement("div");
    var title = document.createElement("strong");
    title.textContent = label;
    box.appendChild(title);
    if (detail) {
      var more = document.createElement("p");
      more.textContent = detail;
      box.appendChild(more);
    }
    return box;
  }

  function planned(map, told) {
    var face = document.createElement("span");
    face.className = "pin planned";
    face.textContent = String(told[2]);
    var icon = L.divIcon({ className: "pin-box", html: face, iconSize: [28, 28] });
    L.marker([told[0], told[1]], { icon: icon, title: told[3], zIndexOffset: -500 })
      .bindPopup(card(told[3], told[4])).addTo(map);
  }

  function visit(told) {
    var icon = L.divIcon({ className: "pin-box", html: told.face, iconSize: [44, 44], popupAnchor: [0, -16] });
    var parts = [L.marker([told.lat, told.lon], { icon: icon, title: told.label }).bindPopup(card(told.label, told.detail))];
    if (told.accuracy) {
      parts.unshift(L.circle([told.lat, told.lon], {
        radius: told.accuracy, className: "map-accuracy", weight: 1, interactive: false
      }));
    }
    return { at: told.at, id: told.id, layer: L.layerGroup(parts), marker: parts[parts.length - 1] };
  }

  function replay(map, told) {
    told.planned.forEach(function (one) { planned(map, one); });
    var visits = told.made.map(visit);

    function show(minute, current) {
      visits.forEach(function (one) {
        if (one.at <= minute) { one.layer.addTo(map); } else { one.layer.remove(); }
        var face = one.marker.getElement();
        if (face) { face.classList.toggle("is-now", one.id === current); }
      });
    }

    show(Infinity, "");
    window.addEventListener("message", function (event) {
      if (event.source === window.parent && event.data && event.data.ronda === "minute") {
        show(Number(event.data.minute), String(event.data.current || ""));
      }
    });
  }

  window.Ronda = window.Ronda || {};
  window.Ronda.replay = replay;
})();
