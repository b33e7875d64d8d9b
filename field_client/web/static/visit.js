// Asks the browser where it is when the collector presses the button. The form works without it.
(function () {
  "use strict";

  function fill(form, name, value) {
    var control = form.querySelector('[name="' + name + '"]');
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function locate(button) {
    var form = button.closest("form");
    var status = form.querySelector("[data-locate-status]");
    if (!navigator.geolocation) { status.textContent = button.dataset.failed; return; }
    status.textContent = button.dataset.wait;
    navigator.geolocation.getCurrentPosition(function (fix) {
      fill(form, "lat", fix.coords.latitude.toFixed(6));
      fill(form, "lon", fix.coords.longitude.toFixed(6));
      fill(form, "accuracy", String(Math.round(fix.coords.accuracy)));
      status.textContent = button.dataset.done + " " + Math.round(fix.coords.accuracy) + " m";
    }, function () { status.textContent = button.dataset.failed; }, { enableHighAccuracy: true, timeout: 15000 });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-locate]").forEach(function (button) {
      button.addEventListener("click", function () { locate(button); });
    });
  });
})();
