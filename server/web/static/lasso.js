// Draws a ring on a map, by dragging or with keys, and tells the page around the map its corners.
// With keys: the arrows move the map under a cross, Enter sets a corner there, and the button closes the ring.
(function () {
  "use strict";

  var MOST = 300; // corners that are sent
  var NEAR = 8; // pixels between two corners of a line drawn by hand
  var STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function lasso(map, told) {
    var words = told.words;
    var corners = [];
    var shape = null;
    var drawing = false; // the mouse draws
    var aiming = false; // keys set corners
    var bar = L.DomUtil.create("div", "lasso-bar leaflet-control");
    var cross = L.DomUtil.create("div", "lasso-cross", map.getContainer());
    cross.hidden = true;

    function button(text, work) {
      var made = L.DomUtil.create("button", "", bar);
      made.type = "button";
      made.textContent = text;
      made.addEventListener("click", work);
      return made;
    }

    var draw = button(words.draw, function () { begin(!drawing, false); });
    var aim = button(words.aim, function () { begin(false, !aiming); });
    var corner = button(words.corner, put);
    var close = button(words.close, finish);
    var clear = button(words.clear, function () { begin(false, false); wipe(); tell(null); say(words.cleared); });
    var status = L.DomUtil.create("p", "", bar);
    status.setAttribute("role", "status");

    var Control = L.Control.extend({ options: { position: "topright" }, onAdd: function () { return bar; } });
    map.addControl(new Control());
    L.DomEvent.disableClickPropagation(bar);
    L.DomEvent.disableScrollPropagation(bar);

    function say(text) { status.textContent = text; }

    function tell(ring) {
      // This document has no origin of its own; the page around it checks who speaks.
      window.parent.postMessage({ ronda: "lasso", ring: ring }, "*");
    }

    function wipe() {
      if (shape) { map.removeLayer(shape); shape = null; }
      corners = [];
      show();
    }

    function show() {
      draw.setAttribute("aria-pressed", String(drawing));
      aim.setAttribute("aria-pressed", String(aiming));
      corner.hidden = !aiming;
      close.hidden = !aiming || corners.length < 3;
      clear.hidden = !shape;
      cross.hidden = !aiming;
      map.getContainer().classList.toggle("lassoing", drawing);
    }

    function begin(byMouse, byKeys) {
      drawing = byMouse;
      aiming = byKeys;
      if (byMouse || byKeys) { wipe(); }
      map.dragging[byMouse ? "disable" : "enable"]();
      say(byMouse ? words.how_draw : byKeys ? words.how_aim : "");
      show();
      if (byKeys) { map.getContainer().focus(); }
    }

    function line(closed) {
      if (shape) { map.removeLayer(shape); }
      var Kind = closed ? L.polygon : L.polyline;
      shape = Kind(corners, { className: "lasso-line", interactive: false }).addTo(map);
    }

    function put() {
      corners.push(map.getCenter());
      line(false);
      say(words.corners.replace("{count}", String(corners.length)));
      show();
    }

    function finish() {
      if (corners.length < 3) { say(words.few); return; }
      var step = Math.max(1, Math.ceil(corners.length / MOST));
      var ring = corners.filter(function (_, place) { return place % step === 0; });
      line(true);
      drawing = aiming = false;
      map.dragging.enable();
      show();
      say(words.closed);
      tell(ring.map(function (at) { return [at.lat, at.lng]; }));
    }

    var last = null;
    map.on("mousedown", function (event) {
      if (!drawing) { return; }
      wipe();
      drawing = true;
      last = event.containerPoint;
      corners = [event.latlng];
    });
    map.on("mousemove", function (event) {
      if (!drawing || !last || event.containerPoint.distanceTo(last) < NEAR) { return; }
      last = event.containerPoint;
      corners.push(event.latlng);
      line(false);
    });
    function up() {
      if (!drawing || !last) { return; }
      last = null;
      finish();
    }
    map.on("mouseup", up);
    document.addEventListener("mouseup", up);
    map.getContainer().addEventListener("keydown", function (event) {
      if (event.target !== map.getContainer()) { return; }
      if (aiming && STEPS[event.key]) {
        // At once, where the map's own keys glide and drop what is pressed meanwhile.
        event.preventDefault();
        event.stopPropagation();
        map.panBy(L.point(STEPS[event.key]).multiplyBy(event.shiftKey ? 10 : 40), { animate: false });
      }
      if (aiming && event.key === "Enter") { event.preventDefault(); put(); }
      if (aiming && event.key === "Backspace" && corners.length) {
        event.preventDefault();
        corners.pop();
        line(false);
        say(words.corners.replace("{count}", String(corners.length)));
        show();
      }
      if (event.key === "Escape" && (aiming || drawing)) { begin(false, false); wipe(); }
    });
    show();
  }

  window.Ronda = window.Ronda || {};
  window.Ronda.lasso = lasso;
})();
