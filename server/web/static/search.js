// Offers debtors while their name, account or document is typed, as a combobox of the WAI-ARIA practices: the
// focus stays in the field, the arrows walk the list. "/" goes to the field. Without scripts it is a form.
(function () {
  "use strict";

  var form = document.querySelector("form[data-search]");
  if (!form) { return; }
  var input = form.querySelector("input"), list = form.querySelector("[role=listbox]");
  var told = form.querySelector("[role=status]");
  var wait = null, asking = null, chosen = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function options() { return Array.from(list.querySelectorAll("[role=option]")); }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    chosen = -1;
  }

  function choose(place) {
    var all = options();
    all.forEach(function (one) { one.setAttribute("aria-selected", "false"); });
    chosen = all.length ? (place + all.length) % all.length : -1;
    if (chosen < 0) { input.removeAttribute("aria-activedescendant"); return; }
    all[chosen].setAttribute("aria-selected", "true");
    all[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[chosen].id);
  }

  function show(found) {
    list.replaceChildren.apply(list, found.map(function (one, place) {
      var option = document.createElement("li"), name = document.createElement("strong");
      var under = document.createElement("span");
      option.id = list.id + "-" + place;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.setAttribute("data-href", one.href);
      name.textContent = one.name;
      under.className = "under";
      under.textContent = one.under;
      option.append(name, under);
      return option;
    }));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", found.length ? "true" : "false");
    var words = found.length === 1 ? form.getAttribute("data-one") : form.getAttribute("data-many");
    told.textContent = found.length ? words.replace("{n}", found.length) : form.getAttribute("data-none");
  }

  function ask() {
    var text = input.value.trim();
    if (asking) { asking.abort(); }
    if (text.length < 2) { close(); told.textContent = ""; return; }
    asking = new AbortController();
    fetch(form.getAttribute("data-search") + "?q=" + encodeURIComponent(text), {
      credentials: "same-origin", signal: asking.signal,
    }).then(function (reply) { return reply.ok ? reply.json() : { found: [] }; }).then(function (reply) {
      if (document.activeElement === input) { show(reply.found); }
    }, function () { /* A newer question has taken its place, or there is no network: Enter still works. */ });
  }

  function go(option) { window.location.assign(option.getAttribute("data-href")); }

  input.addEventListener("input", function () { window.clearTimeout(wait); wait = window.setTimeout(ask, 150); });
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { ask(); return; }
      choose(event.key === "ArrowDown" ? chosen + 1 : (chosen < 0 ? -1 : chosen - 1));
    } else if (event.key === "Escape") {
      if (list.hidden) { input.value = ""; } else { event.preventDefault(); close(); }
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      go(options()[chosen]);
    } else if (event.key === "Home" || event.key === "End") {
      choose(-1);
      chosen = -1;
    }
  });
  // Before the field loses the focus and the list with it.
  list.addEventListener("mousedown", function (event) {
    var option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); go(option); }
  });
  input.addEventListener("blur", function () { close(); });
  input.addEventListener("focus", function () { if (input.value.trim().length >= 2) { ask(); } });

  document.addEventListener("keydown", function (event) {
    var inside = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || inside || event.ctrlKey || event.metaKey || event.altKey) { return; }
    event.preventDefault();
    input.focus();
    input.select();
  });
})();
