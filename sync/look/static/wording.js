// Says under a field, while it is typed, what of its words may not be used and offers another wording.
// Every form also works without it: the same rules judge what is saved.
(function () {
  "use strict";
  var WAIT_MS = 600;
  var SHORTEST = 4;

  function watch(field) {
    var kind = field.getAttribute("data-wording") || "note";
    if (kind === "off") { return; }
    var box = document.createElement("div");
    box.className = "wording";
    box.setAttribute("role", "status");
    field.insertAdjacentElement("afterend", box);
    var timer = 0;
    var asked = 0;

    function ask() {
      var text = field.value;
      var number = (asked += 1);
      if (text.trim().length < SHORTEST) { box.replaceChildren(); return; }
      var meta = document.querySelector('meta[name="csrf-token"]');
      var body = new URLSearchParams({ text: text, kind: kind, pack: field.getAttribute("data-pack") || "" });
      fetch("/look/wording", {
        method: "POST",
        credentials: "same-origin",
        headers: meta ? { "X-CSRFToken": meta.content } : {},
        body: body
      }).then(function (reply) {
        return reply.ok ? reply.json() : null;
      }).then(function (answer) {
        if (answer && number === asked) { show(answer); }
      }).catch(function () { box.replaceChildren(); });
    }

    function line(text, className) {
      var made = document.createElement("p");
      made.textContent = text;
      if (className) { made.className = className; }
      return made;
    }

    function show(answer) {
      box.replaceChildren();
      if (answer.verdict === "allow") { return; }
      var note = document.createElement("div");
      note.className = "notice notice-" + (answer.verdict === "block" ? "bad" : "warn");
      var inside = document.createElement("div");
      inside.append(line(answer.said));
      answer.why.forEach(function (reason) { inside.append(line(reason)); });
      if (answer.neutral) {
        inside.append(line(answer.neutral_said, "small"));
        inside.append(line(answer.neutral, "wording-neutral"));
        var use = document.createElement("button");
        use.type = "button";
        use.className = "button button-quiet";
        use.textContent = answer.use;
        use.addEventListener("click", function () {
          field.value = answer.neutral;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.focus();
        });
        inside.append(use);
      }
      note.append(inside);
      box.append(note);
    }

    field.addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, WAIT_MS);
    });
    if (field.value.trim()) { ask(); }
  }

  document.querySelectorAll("textarea, input[data-wording]").forEach(watch);
}());
