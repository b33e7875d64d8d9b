// Drops a file on the form, and reads a waiting file again as soon as somebody says how. Without scripts the
// file's button and "Volver a leer" do the same.
(function () {
  "use strict";

  var drop = document.querySelector("[data-drop]");
  if (drop) {
    var input = drop.querySelector('input[type="file"]');
    ["dragenter", "dragover"].forEach(function (name) {
      drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("is-over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      drop.addEventListener(name, function () { drop.classList.remove("is-over"); });
    });
    drop.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; input.focus(); }
    });
  }

  var busy = false, again = false;

  function put(form, text, focused) {
    var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("review");
    if (!fresh) { window.location.reload(); return; }
    form.replaceChildren.apply(form, Array.from(fresh.childNodes));
    var before = focused && document.getElementById(focused);
    if (before) { before.focus(); }
    var told = form.querySelector("[data-told]"), words = told && told.textContent;
    // Changed after it is in the page, so that it is read out.
    if (told) { told.textContent = ""; window.setTimeout(function () { told.textContent = words; }, 50); }
  }

  // One at a time, so that the last word said is the one that stands.
  function reread(form) {
    if (busy) { again = true; return; }
    busy = true;
    form.setAttribute("aria-busy", "true");
    fetch(form.getAttribute("data-reread"), {
      method: "POST", body: new FormData(form), credentials: "same-origin",
    }).then(function (reply) { return reply.text(); }).then(function (text) {
      busy = false;
      if (again) { again = false; reread(form); return; }
      form.removeAttribute("aria-busy");
      put(form, text, document.activeElement && document.activeElement.id);
    }, function () { busy = false; again = false; form.removeAttribute("aria-busy"); });
  }

  var review = document.getElementById("review");
  if (review) {
    review.addEventListener("change", function (event) {
      if (event.target.matches("select, #header_line")) { reread(review); }
    });
  }
})();
