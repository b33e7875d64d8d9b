// Makes forms quicker where scripts run: fields that depend on an answer, keys 1–9, 0, Q … for choices, the
// way to what is still missing, the error summary's focus and the draft's autosave. Every form also works, and is checked, without it.
(function () {
  "use strict";

  function current(form, name) {
    var checked = form.querySelectorAll('[name="' + CSS.escape(name) + '"]');
    for (var i = 0; i < checked.length; i += 1) {
      var control = checked[i];
      if (control.type === "radio" || control.type === "checkbox") {
        if (control.checked) { return control.value; }
      } else if (!control.disabled) {
        return control.value;
      }
    }
    return "";
  }

  function wanted(form, rule) {
    // "result=PTP,PPL" and, joined by " & ", several such conditions that must all hold.
    return rule.split("&").every(function (part) {
      var cut = part.indexOf("=");
      var values = part.slice(cut + 1).trim().split(",");
      return values.indexOf(current(form, part.slice(0, cut).trim())) >= 0;
    });
  }

  function show(form) {
    form.querySelectorAll("[data-shown-when]").forEach(function (box) {
      var shown = wanted(form, box.getAttribute("data-shown-when"));
      box.hidden = !shown;
      box.querySelectorAll("input, select, textarea").forEach(function (control) {
        if (control.required) { control.setAttribute("data-required", ""); }
        var inside = control.closest("[data-shown-when][hidden]");
        control.required = control.hasAttribute("data-required") && !inside;
        control.disabled = Boolean(inside);
      });
    });
  }

  var MARKS = "1234567890qwertyuiop";

  function keys(group) {
    var radios = group.querySelectorAll('input[type="radio"]');
    group.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) { return; }
      var chosen = radios[MARKS.indexOf(event.key.toLowerCase())];
      if (!chosen) { return; }
      event.preventDefault();
      chosen.checked = true;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
      // Who chooses by its key is taken on; who walks with the arrows or the mouse stays.
      var form = group.closest("form[data-advance]");
      if (form) { (missing(form) || save(form)).focus(); }
    });
  }

  // The first control, in reading order, of what must be answered and is not. In such a form these are the
  // groups of keys and what stands in [data-needed] (its value, if any, says when) or has `required`.
  function missing(form) {
    var asked = form.querySelectorAll('fieldset[data-keys], [data-needed], .input[required]');
    for (var i = 0; i < asked.length; i += 1) {
      var box = asked[i];
      var needed = box.closest("[data-needed]");
      var rule = needed && needed.getAttribute("data-needed");
      if (rule && !wanted(form, rule)) { continue; }
      if (!needed && box.matches("fieldset") && box.closest(".ask")) { continue; }
      var control = Array.prototype.find.call(
        box.matches(".input") ? [box] : box.querySelectorAll("input:not([type=hidden]), select, textarea"),
        function (one) { return !one.disabled && one.offsetParent !== null; }
      );
      if (control && !current(form, control.name)) { return control; }
    }
    return null;
  }

  function save(form) {
    return form.querySelector("[data-save]") || form.querySelector("button");
  }

  // Enter in a line of such a form goes on to what is missing, and sends only what is whole.
  function advance(form) {
    form.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) { return; }
      var next = missing(form);
      if (!next) { return; }
      event.preventDefault();
      next.focus();
    });
  }

  function answers(form) {
    var out = {};
    new FormData(form).forEach(function (value, name) {
      if (typeof value !== "string" || name === "csrf_token") { return; }
      if (Object.prototype.hasOwnProperty.call(out, name)) {
        out[name] = [].concat(out[name], value);
      } else {
        out[name] = value;
      }
    });
    return out;
  }

  function autosave(form) {
    var changes = 0;
    var sending = false;
    var leaving = false;
    var status = form.querySelector("[data-autosave-status]");
    var meta = document.querySelector('meta[name="csrf-token"]');
    function say(key) {
      // The words come from the page, in its language: data-saving, data-saved, data-failed.
      var text = status ? status.getAttribute("data-" + key) || "" : "";
      if (status && status.textContent !== text) { status.textContent = text; }
    }
    function keep() {
      if (sending) { return; } // one at a time, or an older draft could arrive after a newer one
      var told = changes;
      sending = true;
      fetch(form.getAttribute("data-autosave-url"), {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": meta ? meta.content : "" },
        body: JSON.stringify(answers(form))
      }).then(function (reply) { done(reply.ok, told); }, function () { done(false, told); });
    }
    function done(kept, told) {
      sending = false;
      // "Saved" is said of all that was typed, or not yet.
      if (changes === told) { say(kept ? "saved" : "failed"); } else if (!leaving) { keep(); }
    }
    function later() {
      changes += 1;
      say("saving");
      keep(); // at every stroke: the battery warns nobody
    }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", function () { leaving = true; });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form").forEach(function (form) {
      if (form.querySelector("[data-shown-when]")) {
        show(form);
        form.addEventListener("change", function () { show(form); });
      }
      if (form.hasAttribute("data-autosave-url")) { autosave(form); }
      if (form.hasAttribute("data-advance")) { advance(form); }
    });
    document.querySelectorAll("[data-keys]").forEach(keys);
    document.querySelectorAll("[data-print]").forEach(function (button) {
      button.addEventListener("click", function () { window.print(); });
    });
    var summary = document.querySelector("[data-error-summary]");
    if (summary) { summary.focus(); }
  });
})();
