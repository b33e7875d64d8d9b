// Draws how many there are in each cell of a map that holds too many to draw one by one.
(function () {
  "use strict";

  // `told`: look (the classes of a number), cells [lat, lon, count, size].
  function cells(map, told) {
    told.cells.forEach(function (cell) {
      var face = document.createElement("span");
      var count = document.createElement("span");
      face.className = told.look;
      count.textContent = String(cell[2]);
      face.appendChild(count);
      var icon = L.divIcon({ className: "crowd-box", html: face, iconSize: [cell[3], cell[3]] });
      L.marker([cell[0], cell[1]], { icon: icon, keyboard: false, interactive: false }).addTo(map);
    });
  }

  window.Ronda = window.Ronda || {};
  window.Ronda.cells = cells;
})();
