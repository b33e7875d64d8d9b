// Lets the stops of a route be dragged by their handle, or moved with the arrows while it has the focus. What the
// order would do is asked of the office at once and shown before it is kept. The buttons work without scripts.
(function () {
  "use strict";

  var list = document.querySelector("ol[data-order]");
  var form = document.getElementById("orden");
  if (!list || !form) { return; }
  var effect = form.querySelector("[data-effect]");
  var keep = form.querySelector("button[type=submit], button:not([type=button])");
  var stops = Array.prototype.slice.call(list.querySelectorAll("li[data-stop]"));
  var lunches = Array.prototype.slice.call(list.querySelectorAll(".stop-lunch"));
  var saved = stops.map(function (one) { return one.getAttribute("data-stop"); });
  var past = [];
  var asked = 0;
  var dragged = null;
  var clocks = {};
  stops.forEach(function (one) { clocks[one.getAttribute("data-stop")] = one.querySelector(".stop-side strong").textContent; });

  function now() {
    return Array.prototype.map.call(list.querySelectorAll("li[data-stop]"), function (one) {
      return one.getAttribute("data-stop");
    });
  }

  function put(order) {
    order.forEach(function (id) {
      list.appendChild(stops.find(function (one) { return one.getAttribute("data-stop") === id; }));
    });
  }

  function number() {
    var order = now();
    var changed = order.join() !== saved.join();
    list.querySelectorAll("li[data-stop]").forEach(function (one, place) {
      var id = one.getAttribute("data-stop");
      one.querySelector(".stop-seq").textContent = String(place + 1);
      one.classList.toggle("is-moved", saved[place] !== id);
      if (!changed) { one.querySelector(".stop-side strong").textContent = clocks[id]; }
    });
    // Where lunch falls is for the office to say once the order is kept.
    lunches.forEach(function (one) { one.hidden = changed; });
    form.hidden = !changed;
    form.querySelector("[data-undo]").disabled = past.length === 0;
    return changed;
  }

  function look() {
    if (!number()) { return; }
    var mine = ++asked;
    var body = new FormData();
    body.append("csrf_token", form.querySelector('[name="csrf_token"]').value);
    now().forEach(function (id) { body.append("stop", id); });
    effect.setAttribute("aria-busy", "true");
    fetch(list.getAttribute("data-look"), { method: "POST", body: body, credentials: "same-origin" })
      .then(function (reply) {
        if (!reply.ok) { throw new Error(String(reply.status)); }
        return reply.text();
      }).then(function (html) {
        if (mine !== asked) { return; } // another order was asked meanwhile
        // The part comes from this office, escaped there as every page is.
        effect.innerHTML = html;
        effect.removeAttribute("aria-busy");
        var told = effect.querySelectorAll("[data-stop]");
        told.forEach(function (row) {
          var stop = list.querySelector('li[data-stop="' + CSS.escape(row.getAttribute("data-stop")) + '"]');
          if (stop) { stop.querySelector(".stop-side strong").textContent = row.getAttribute("data-clock"); }
        });
        keep.disabled = told.length === 0 || effect.querySelector(".notice-bad") !== null;
      }).catch(function () {
        if (mine !== asked) { return; }
        effect.removeAttribute("aria-busy");
        effect.textContent = effect.getAttribute("data-failed");
        keep.disabled = true;
      });
  }

  function change(work) {
    var before = now();
    work();
    if (before.join() === now().join()) { return; }
    past.push(before);
    look();
  }

  stops.forEach(function (stop) {
    var handle = stop.querySelector(".handle");
    handle.hidden = false;
    handle.addEventListener("mousedown", function () { stop.draggable = true; });
    handle.addEventListener("mouseup", function () { stop.draggable = false; });
    handle.addEventListener("keydown", function (event) {
      var up = event.key === "ArrowUp";
      if (!up && event.key !== "ArrowDown") { return; }
      event.preventDefault();
      change(function () {
        var order = now();
        var place = order.indexOf(stop.getAttribute("data-stop"));
        var other = up ? place - 1 : place + 1;
        if (other < 0 || other >= order.length) { return; }
        order.splice(other, 0, order.splice(place, 1)[0]);
        put(order);
      });
      handle.focus();
    });
    stop.addEventListener("dragstart", function (event) {
      if (!stop.draggable) { return; }
      dragged = stop;
      stop.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "ronda");
    });
    stop.addEventListener("dragend", function () {
      stop.classList.remove("is-dragged");
      stop.draggable = false;
      dragged = null;
    });
    stop.addEventListener("dragover", function (event) {
      if (dragged) { event.preventDefault(); }
    });
    stop.addEventListener("drop", function (event) {
      if (!dragged || dragged === stop) { return; }
      event.preventDefault();
      var moving = dragged;
      var half = stop.getBoundingClientRect();
      var below = event.clientY > half.top + half.height / 2;
      change(function () { list.insertBefore(moving, below ? stop.nextSibling : stop); });
    });
  });

  form.querySelector("[data-undo]").addEventListener("click", function () {
    if (past.length) { put(past.pop()); }
    look();
  });
  form.querySelector("[data-reset]").addEventListener("click", function () {
    past = [];
    put(saved);
    look();
  });
  form.addEventListener("submit", function () {
    form.querySelectorAll('[name="stop"]').forEach(function (one) { one.remove(); });
    now().forEach(function (id) {
      var input = document.createElement("input");
      input.type = "hidden";
      input.name = "stop";
      input.value = id;
      form.appendChild(input);
    });
  });
})();
