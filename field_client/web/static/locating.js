// Fills the form's coordinates: from the browser, from the laptop's receiver, from what was pasted, or from the
// map. The form works without it: coordinates can be typed, and what was pasted is read when it is saved.
(function () {
  "use strict";

  function fill(form, name, value) {
    var control = form.querySelector('[name="' + name + '"]');
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function say(form, text) { form.querySelector("[data-locate-status]").textContent = text; }

  function take(form, lat, lon, accuracy, done) {
    fill(form, "lat", Number(lat).toFixed(6));
    fill(form, "lon", Number(lon).toFixed(6));
    fill(form, "accuracy", accuracy === null ? "" : String(Math.round(accuracy)));
    say(form, done && accuracy !== null ? done + " " + Math.round(accuracy) + " m" : lat.toFixed(5) + ", " + lon.toFixed(5));
  }

  function ofTheBrowser(button) {
    var form = button.closest("form");
    if (!navigator.geolocation) { say(form, button.dataset.failed); return; }
    say(form, button.dataset.wait);
    navigator.geolocation.getCurrentPosition(function (fix) {
      take(form, fix.coords.latitude, fix.coords.longitude, fix.coords.accuracy, button.dataset.done);
    }, function () { say(form, button.dataset.failed); }, { enableHighAccuracy: true, timeout: 15000 });
  }

  function ofTheLaptop(button) {
    var form = button.closest("form");
    var sent = new URLSearchParams();
    (button.dataset.send || "").split(",").forEach(function (name) {
      if (name) { sent.append(name === "pasted" ? "text" : name, form.querySelector('[name="' + name + '"]').value); }
    });
    var token = document.querySelector('meta[name="csrf-token"]');
    say(form, button.dataset.wait);
    button.disabled = true;
    fetch(button.dataset.ask, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": token ? token.content : "" },
      body: sent
    }).then(function (reply) { return reply.json(); }).then(function (found) {
      if (found.why) { say(form, found.why); } else { take(form, found.lat, found.lon, found.accuracy, button.dataset.done); }
    }, function () { say(form, ""); }).then(function () { button.disabled = false; });
  }

  function onTheMap(picker) {
    var form = picker.closest("form");
    var box = picker.querySelector("#map");
    var centre = picker.querySelector("[data-pick-centre]");
    box.addEventListener("ronda:picked", function (event) {
      take(form, event.detail.lat, event.detail.lon, null, "");
    });
    centre.addEventListener("click", function () { box.dispatchEvent(new Event("ronda:pick-centre")); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-locate]").forEach(function (button) {
      button.addEventListener("click", function () { ofTheBrowser(button); });
    });
    document.querySelectorAll("[data-ask]").forEach(function (button) {
      button.addEventListener("click", function () { ofTheLaptop(button); });
    });
    document.querySelectorAll("[data-map-picker]").forEach(onTheMap);
  });
})();
