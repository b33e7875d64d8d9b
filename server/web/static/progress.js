// Asks how far a job is and reloads the page when it is done. Without scripts its button does the same.
(function () {
  "use strict";
  var box = document.querySelector("[data-job]");
  if (!box) { return; }
  var step = box.querySelector("[data-step]");
  var bar = box.querySelector("progress");
  function ask() {
    fetch(box.getAttribute("data-job"), { credentials: "same-origin" }).then(function (reply) {
      return reply.ok ? reply.json() : { done: true };
    }).then(function (told) {
      if (told.done) { window.location.reload(); return; }
      if (told.step) { step.textContent = told.step; }
      if (bar && told.share !== undefined) { bar.value = told.share; }
      window.setTimeout(ask, 700);
    }, function () { window.setTimeout(ask, 3000); });
  }
  window.setTimeout(ask, 500);
})();
