// Shows how far the first download is. The page also works, by reloading it, without this.
(function () {
  "use strict";

  var box = document.querySelector("[data-first]");
  if (!box) { return; }
  var bar = box.querySelector("[data-first-bar]");
  var sentence = box.querySelector("[data-first-sentence]");
  var go = box.querySelector("[data-first-go]");

  function step(told) {
    bar.value = told.percent;
    if (sentence.textContent !== told.sentence) { sentence.textContent = told.sentence; }
    go.classList.toggle("button-quiet", told.percent < 100);
    if (!told.done) { window.setTimeout(ask, told.failed ? 5000 : 700); }
  }

  function ask() {
    fetch(box.dataset.first, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (reply) { return reply.json(); })
      .then(step)
      .catch(function () { window.setTimeout(ask, 3000); });
  }

  window.setTimeout(ask, 400);
})();
