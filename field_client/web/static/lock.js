// Alt + B locks the laptop from any page, whatever has the focus.
(function () {
  "use strict";

  var form = document.querySelector("[data-lock]");
  if (!form) { return; }
  document.addEventListener("keydown", function (event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.code !== "KeyB") { return; }
    event.preventDefault();
    form.requestSubmit();
  });
})();
