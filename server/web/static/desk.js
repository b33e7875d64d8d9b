// The assignment desk: a ring drawn on the map, rows marked with shift, rows dropped on an agent, and the effect
// of a move shown before it is made. Without scripts every move is made with the marks, the list and the buttons.
(function () {
  "use strict";

  var form = document.getElementById("mover");
  if (!form) { return; }
  var frame = document.querySelector("iframe.map");
  var ring = form.querySelector('[name="ring"]');
  var to = form.querySelector('[name="to"]');
  var told = document.getElementById("cuantos");
  var effect = document.getElementById("efecto");
  var boxes = Array.prototype.slice.call(form.querySelectorAll('[name="debtor"]'));
  var whole = document.getElementById("todos");
  var last = null;

  function which(value) {
    var radio = form.querySelector('[name="which"][value="' + value + '"]');
    if (radio) { radio.disabled = false; radio.checked = true; }
  }

  function count() {
    var marked = boxes.filter(function (box) { return box.checked; }).length;
    if (told) { told.textContent = marked ? told.getAttribute("data-marked").replace("{count}", String(marked)) : ""; }
    if (whole) {
      whole.checked = marked > 0 && marked === boxes.length;
      whole.indeterminate = marked > 0 && marked < boxes.length;
    }
    if (marked) { which("marked"); }
  }

  boxes.forEach(function (box, place) {
    box.addEventListener("click", function (event) {
      if (event.shiftKey && last !== null) {
        for (var i = Math.min(last, place); i <= Math.max(last, place); i += 1) { boxes[i].checked = box.checked; }
      }
      last = place;
      count();
    });
    var row = box.closest("tr");
    row.draggable = true;
    row.addEventListener("dragstart", function (event) {
      if (!box.checked) { box.checked = true; count(); }
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "ronda");
    });
  });
  if (whole) {
    whole.hidden = false;
    whole.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = whole.checked; });
      count();
    });
  }

  document.querySelectorAll("tr[data-agent]").forEach(function (row) {
    row.addEventListener("dragover", function (event) {
      event.preventDefault();
      row.classList.add("is-target");
    });
    row.addEventListener("dragleave", function () { row.classList.remove("is-target"); });
    row.addEventListener("drop", function (event) {
      event.preventDefault();
      row.classList.remove("is-target");
      to.value = row.getAttribute("data-agent");
      look();
    });
  });

  function look() {
    var body = new FormData(form);
    effect.setAttribute("aria-busy", "true");
    fetch(form.getAttribute("data-effect"), {
      method: "POST", body: body, credentials: "same-origin", headers: { "X-Ronda-Part": "effect" }
    }).then(function (reply) { return reply.text(); }).then(function (html) {
      // The part comes from this office, escaped there as every page is.
      effect.innerHTML = html;
      effect.removeAttribute("aria-busy");
      effect.scrollIntoView({ block: "nearest" });
      effect.focus();
    }, function () {
      effect.removeAttribute("aria-busy");
      effect.textContent = effect.getAttribute("data-failed");
    });
  }

  form.addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.hasAttribute("data-look")) {
      event.preventDefault();
      look();
    }
  });

  window.addEventListener("message", function (event) {
    if (!frame || event.source !== frame.contentWindow || !event.data || event.data.ronda !== "lasso") { return; }
    var corners = Array.isArray(event.data.ring) ? event.data.ring : null;
    var fine = corners && corners.every(function (one) {
      return Array.isArray(one) && one.length === 2 && one.every(Number.isFinite);
    });
    ring.value = fine ? JSON.stringify(corners.map(function (one) { return one.map(function (x) { return +x.toFixed(6); }); })) : "";
    var radio = form.querySelector('[name="which"][value="ring"]');
    if (!fine) {
      radio.disabled = true;
      which("marked");
      count();
      return;
    }
    which("ring");
    look();
  });

  count();
})();
