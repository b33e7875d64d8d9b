// The visit form and the quick outcomes of Today where scripts run: likely days and amounts go straight into
// their field, the place of payment follows how it is paid, and N, C, P open an outcome. All works without it.
(function () {
  "use strict";

  function tell(control, value) {
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function put(button) {
    button.addEventListener("click", function (event) {
      var cut = button.value.indexOf("=");
      var fields = button.form.querySelectorAll('[name="' + CSS.escape(button.value.slice(0, cut)) + '"]');
      var control = Array.prototype.find.call(fields, function (one) { return !one.disabled; });
      if (!control) { return; }
      event.preventDefault();
      tell(control, button.value.slice(cut + 1));
      control.focus();
    });
  }

  // Where it will be paid is mostly said by how: an empty place takes the words of the chosen way.
  function like(control) {
    var told = "";
    control.form.addEventListener("change", function (event) {
      var way = event.target;
      if (way.name !== control.getAttribute("data-like") || !way.checked) { return; }
      if (control.value && control.value !== told) { return; }
      var text = way.closest("label").querySelector(".choice-text").cloneNode(true);
      text.querySelectorAll("kbd, .hint").forEach(function (part) { part.remove(); });
      told = text.textContent.trim();
      tell(control, told);
    });
  }

  // Only while the focus is inside: a key pressed anywhere else on the page means nothing.
  function hot(box) {
    box.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) { return; }
      var found = box.querySelector('details[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
      if (!found) { return; }
      event.preventDefault();
      box.querySelectorAll("details[data-key][open]").forEach(function (other) { other.open = false; });
      found.open = true;
      found.querySelector("button").focus({ preventScroll: true }); // a map still being drawn is very wide
      found.scrollIntoView({ block: "nearest" });
    });
  }

  // A question that a result only wants stays folded until somebody opens it.
  function fold(box) {
    var cut = box.getAttribute("data-open-when").split("=");
    var form = box.closest("form");
    function look() {
      var chosen = form.querySelector('[name="' + CSS.escape(cut[0]) + '"]:checked:not(:disabled)');
      box.open = Boolean(chosen && cut[1].split(",").indexOf(chosen.value) >= 0) || Boolean(box.querySelector(":checked"));
    }
    form.addEventListener("change", function (event) { if (event.target.name === cut[0]) { look(); } });
    look();
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("details[data-open-when]").forEach(fold);
    document.querySelectorAll("button[data-put]").forEach(put);
    document.querySelectorAll("input[data-like]").forEach(like);
    document.querySelectorAll("[data-hot]").forEach(hot);
  });
})();
