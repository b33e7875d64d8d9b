// A day by its time: the slider goes through it, the arrow keys from one event to the next, and the map beside it
// shows what was known by then. Without scripts the table, in order of time, says the same.
(function () {
  "use strict";

  var box = document.querySelector("[data-replay]");
  if (!box) { return; }
  var slider = box.querySelector("[data-slider]");
  var said = box.querySelector("[data-said]");
  var frame = box.querySelector("iframe");
  var rows = Array.prototype.slice.call(box.querySelectorAll("tr[data-minute]"));
  if (!rows.length) { return; }
  box.querySelector("[data-controls]").hidden = false;

  function minute(row) { return Number(row.getAttribute("data-minute")); }

  function clock(at) {
    var from = Number(slider.getAttribute("data-midnight")) + at;
    var day = ((from % 1440) + 1440) % 1440;
    return ("0" + Math.floor(day / 60)).slice(-2) + ":" + ("0" + day % 60).slice(-2);
  }

  function current(at) {
    var found = null;
    rows.forEach(function (row) { if (minute(row) <= at) { found = row; } });
    return found;
  }

  var chosen = null;

  function show(at, row) {
    chosen = row || current(at);
    slider.value = at;
    var words = clock(at) + (chosen ? ": " + chosen.getAttribute("data-words") : "");
    slider.setAttribute("aria-valuetext", words);
    said.textContent = words;
    rows.forEach(function (one) {
      one.classList.toggle("is-coming", minute(one) > at);
      if (one === chosen) { one.setAttribute("aria-current", "true"); } else { one.removeAttribute("aria-current"); }
    });
    tell();
  }

  function tell() {
    if (!frame || !frame.contentWindow) { return; }
    var visit = chosen ? chosen.getAttribute("data-visit") || "" : "";
    // The map has no origin of its own; it listens to this page alone.
    frame.contentWindow.postMessage({ ronda: "minute", minute: Number(slider.value), current: visit }, "*");
  }

  function step(by) {
    var place = rows.indexOf(chosen) + by;
    var to = rows[Math.max(0, Math.min(rows.length - 1, place))];
    show(minute(to), to);
    to.scrollIntoView({ block: "nearest" });
  }

  slider.addEventListener("input", function () { show(Number(slider.value)); });
  slider.addEventListener("keydown", function (event) {
    var by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!by) { return; }
    event.preventDefault();
    step(by);
  });
  box.querySelector("[data-before]").addEventListener("click", function () { step(-1); });
  box.querySelector("[data-next]").addEventListener("click", function () { step(1); });
  if (frame) { frame.addEventListener("load", tell); }
  var first = rows.find(function (row) { return row.hasAttribute("data-first"); });
  if (first) { show(minute(first), first); } else { show(Number(slider.max), rows[rows.length - 1]); }
})();
