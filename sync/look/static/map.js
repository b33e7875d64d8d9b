// Draws the laptop's map from the JSON block #map-data: points, the route's line and, if given, the streets:
// those of a city's tiles (streets.js) or plain lines.
// Loads nothing from anywhere. What people typed enters the page as text, never as markup.
(function () {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";

  function sign(icons, state) {
    var svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon icon-" + state);
    svg.setAttribute("aria-hidden", "true");
    var use = document.createElementNS(SVG, "use");
    use.setAttribute("href", icons + "#" + state);
    svg.appendChild(use);
    return svg;
  }

  function face(icons, point) {
    var box = document.createElement("span");
    box.className = "pin";
    box.appendChild(sign(icons, point.state));
    if (point.seq !== undefined && point.seq !== null) {
      var number = document.createElement("span");
      number.className = "pin-seq";
      number.textContent = String(point.seq);
      box.appendChild(number);
    }
    return box;
  }

  function own(href) {
    // Only addresses of this program: data never decides where a click goes.
    return typeof href === "string" && /^(\/(?![\/\\])|#)/.test(href) ? href : null;
  }

  function card(point) {
    var box = document.createElement("div");
    var href = own(point.href);
    var title = document.createElement(href ? "a" : "strong");
    title.textContent = point.label || "";
    if (href) { title.setAttribute("href", href); }
    box.appendChild(title);
    if (point.detail) {
      var detail = document.createElement("p");
      detail.textContent = point.detail;
      box.appendChild(detail);
    }
    return box;
  }

  function mark(map, icons, point) {
    var label = (point.seq !== undefined && point.seq !== null ? point.seq + ". " : "") + (point.label || "");
    var marker = L.marker([point.lat, point.lon], {
      icon: L.divIcon({
        className: "pin-box",
        html: face(icons, point),
        iconSize: [44, 44],
        popupAnchor: [0, -16]
      }),
      // Stops lie on one another, so no marker can be a target of its own; the page's list holds the same
      // links for the keyboard, and the mouse still opens the card.
      keyboard: false,
      riseOnHover: true,
      zIndexOffset: point.seq ? -10 * point.seq : -10000
    });
    marker.bindPopup(card(point));
    marker.addTo(map);
    marker.getElement().setAttribute("role", "img");
    marker.getElement().setAttribute("aria-label", label);
    return marker;
  }

  function draw(box, data) {
    var map = L.map(box, { attributionControl: false, zoomSnap: 0.25 });
    var points = (data.points || []).filter(function (point) {
      return Number.isFinite(point.lat) && Number.isFinite(point.lon);
    });
    var line = data.line || [];
    // The view comes first: Leaflet makes no marker before it.
    var all = points.map(function (point) { return [point.lat, point.lon]; }).concat(line);
    function fit() {
      if (all.length) {
        map.fitBounds(L.latLngBounds(all), { padding: [40, 40], maxZoom: 17, animate: false });
      } else {
        map.setView([0, 0], 2);
      }
    }
    fit();
    window.addEventListener("beforeprint", function () {
      // Paper has another width than the screen.
      map.invalidateSize({ animate: false });
      fit();
    });
    L.control.scale({ imperial: false }).addTo(map);
    if (data.city && window.Ronda && window.Ronda.streets) {
      window.Ronda.streets(map, data.city);
    } else if (data.streets) {
      L.geoJSON(data.streets, {
        interactive: false,
        style: function () { return { className: "map-street", weight: 3, fill: false }; },
        pointToLayer: function (feature, at) { return L.circleMarker(at, { radius: 2 }); }
      }).addTo(map);
    }
    if (line.length > 1) {
      L.polyline(line, { className: "map-route-edge", weight: 8, interactive: false }).addTo(map);
      L.polyline(line, { className: "map-route", weight: 4, interactive: false }).addTo(map);
    }
    var icons = box.getAttribute("data-icons") || "/look/icons.svg";
    points.forEach(function (point) { mark(map, icons, point); });
    var folded = box.closest("details");
    if (folded) {
      // Unfolded, the map has a size for the first time.
      folded.addEventListener("toggle", function () {
        map.invalidateSize({ animate: false });
        fit();
      });
    }
    if (box.hasAttribute("data-pick")) { pick(box, map, icons); }
    box.classList.add("is-drawn");
  }

  function pick(box, map, icons) {
    var here = null;
    function take(at) {
      if (here) { here.remove(); }
      here = mark(map, icons, { lat: at.lat, lon: at.lng, state: "agendada", label: "" });
      box.dispatchEvent(new CustomEvent("ronda:picked", { detail: { lat: at.lat, lon: at.lng } }));
    }
    map.on("click", function (event) { take(event.latlng); });
    box.addEventListener("ronda:pick-centre", function () { take(map.getCenter()); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var box = document.getElementById("map");
    var block = document.getElementById("map-data");
    if (box && block && window.L) { draw(box, JSON.parse(block.textContent)); }
  });
})();
