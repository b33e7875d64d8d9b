// Draws thousands of places on a map, gathered where they are close: a ring tells what is among them.
// What people typed enters the page as text, never as markup.
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

  function shares(children) {
    var counted = {};
    children.forEach(function (one) { counted[one.options.tone] = (counted[one.options.tone] || 0) + 1; });
    return Object.keys(counted).sort().map(function (tone) { return [tone, counted[tone] / children.length]; });
  }

  function gathered(cluster) {
    var children = cluster.getAllChildMarkers();
    var turned = 0;
    var ring = shares(children).map(function (share) {
      var from = turned;
      turned += share[1] * 100;
      return share[0] + " " + from.toFixed(1) + "% " + turned.toFixed(1) + "%";
    });
    var size = children.length < 10 ? 34 : children.length < 100 ? 42 : children.length < 1000 ? 50 : 58;
    var box = document.createElement("span");
    box.className = "crowd";
    box.style.background = "conic-gradient(" + ring.join(", ") + ")";
    var count = document.createElement("span");
    count.textContent = String(children.length);
    box.appendChild(count);
    return L.divIcon({ className: "crowd-box", html: box, iconSize: [size, size] });
  }

  function colour(tone) {
    return window.getComputedStyle(document.documentElement).getPropertyValue("--" + tone).trim() || "#888888";
  }

  // `told`: faces (our own markup), tones (a token of each face), points [lat, lon, face, label, detail].
  function crowd(map, told) {
    var colours = told.tones.map(colour);
    var icons = told.faces.map(function (face) {
      return L.divIcon({ className: "pin-box", html: face, iconSize: [44, 44], popupAnchor: [0, -16] });
    });
    var group = L.markerClusterGroup({
      chunkedLoading: true,
      maxClusterRadius: 56,
      disableClusteringAtZoom: 18,
      spiderfyOnMaxZoom: true,
      showCoverageOnHover: false,
      iconCreateFunction: gathered
    });
    group.addLayers(told.points.map(function (point) {
      var marker = L.marker([point[0], point[1]], {
        icon: icons[point[2]], title: point[3], tone: colours[point[2]], keyboard: false
      });
      return marker.bindPopup(function () { return card(point[3], point[4]); });
    }));
    map.addLayer(group);
    return group;
  }

  window.Ronda = window.Ronda || {};
  window.Ronda.crowd = crowd;
})();
