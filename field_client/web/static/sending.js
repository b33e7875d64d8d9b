// Shows how the exchange goes without the collector waiting for it, and leaves a laptop that locked itself.
// Every page also works, by reloading it, without this.
(function () {
  "use strict";

  var button = document.querySelector("[data-sending]");
  if (!button) { return; }
  var seen = Number(button.dataset.number);
  var busy = button.dataset.working === "true";

  function show(told) {
    var label = button.querySelector("[data-sending-label]");
    if (label.textContent !== told.label) { label.textContent = told.label; }
    button.classList.toggle("is-waiting", told.waiting && !told.working);
    button.classList.toggle("is-working", told.working);
  }

  function step(told) {
    if (told.locked) { window.location.assign(button.dataset.locked); return; }
    show(told);
    // A form half written is never taken from under the collector's hands.
    if (!told.working && told.number > seen && document.querySelector("[data-reload]")) {
      window.location.reload();
      return;
    }
    seen = told.working ? seen : told.number;
    busy = told.working;
    window.setTimeout(ask, busy ? 700 : 10000);
  }

  function ask() {
    fetch(button.dataset.url, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (reply) { return reply.json(); })
      .then(step)
      .catch(function () { window.setTimeout(ask, 10000); });
  }

  window.setTimeout(ask, busy ? 400 : 10000);
})();
