// Moves through the queue of visits by keys and brings the chosen one beside its decision. Keys act only while
// the focus is in the list; without scripts each row is a link and the decision a form.
(function () {
  "use strict";

  var box = document.querySelector("[data-review]");
  if (!box) { return; }
  var rows = Array.prototype.slice.call(box.querySelectorAll("tr[data-visit]"));
  var panel = box.querySelector("[data-panel]");
  var form = panel.querySelector("[data-decide]");
  var details = panel.querySelector("[data-details]");
  var name = panel.querySelector("[data-name]");

  function link(row) { return row.querySelector("[data-choose]"); }

  function choose(row) {
    rows.forEach(function (other) {
      var here = other === row;
      other.classList.toggle("is-chosen", here);
      if (here) { link(other).setAttribute("aria-current", "true"); } else { link(other).removeAttribute("aria-current"); }
    });
    name.textContent = row.getAttribute("data-name");
    details.replaceChildren(row.querySelector("template").content.cloneNode(true));
    if (form && form.action !== new URL(row.getAttribute("data-action"), window.location.href).href) {
      form.action = row.getAttribute("data-action");
      form.querySelectorAll('[name="decision"]').forEach(function (radio) { radio.checked = false; });
      form.elements.why.value = "";
    }
    var next = rows[rows.indexOf(row) + 1];
    if (form) { form.elements.next.value = next ? next.getAttribute("data-visit") : ""; }
  }

  function chosen() {
    return rows.find(function (row) { return row.classList.contains("is-chosen"); }) || rows[0];
  }

  function go(step) {
    var to = rows[rows.indexOf(chosen()) + step];
    if (to) { link(to).focus(); }
  }

  function decide(value) {
    var radio = form && form.querySelector('[name="decision"][value="' + value + '"]');
    if (!radio) { return; }
    radio.checked = true;
    form.elements.why.focus();
  }

  var acts = {
    j: function () { go(1); },
    ArrowDown: function () { go(1); },
    k: function () { go(-1); },
    ArrowUp: function () { go(-1); },
    1: function () { decide("approve"); },
    2: function () { decide("return"); },
    3: function () { decide("hold"); },
    o: function () { details.querySelector("[data-open]").click(); },
    x: function () {
      var mark = chosen().querySelector('[name="marked"]');
      if (mark) { mark.checked = !mark.checked; }
    }
  };

  rows.forEach(function (row) {
    link(row).addEventListener("focus", function () { choose(row); });
    link(row).addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      event.preventDefault();
      choose(row);
      link(row).focus();
    });
  });
  box.querySelector("#cola").addEventListener("keydown", function (event) {
    var act = acts[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) { return; }
    event.preventDefault();
    act();
  });
  if (form) {
    form.elements.why.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.ctrlKey) { form.requestSubmit(); }
      if (event.key === "Escape") { link(chosen()).focus(); }
    });
  }
  // After a decision the next visit has the focus already: the hands stay where they are.
  if (box.hasAttribute("data-decided")) { link(chosen()).focus(); }
})();
