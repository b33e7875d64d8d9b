// Lets a finger, a pen or a mouse sign. The form also takes a photo of the signature or a typed name.
(function () {
  "use strict";

  function start(box) {
    var canvas = box.querySelector("canvas");
    var field = box.querySelector('input[name="signature"]');
    var clear = box.querySelector("[data-sign-clear]");
    var pen = canvas.getContext("2d");
    var drawing = false;

    function wipe() {
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.strokeStyle = "#101820";
      pen.lineWidth = 4;
      pen.lineCap = "round";
      pen.lineJoin = "round";
    }

    function keep(value) {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function at(event) {
      var frame = canvas.getBoundingClientRect();
      return [
        (event.clientX - frame.left) * canvas.width / frame.width,
        (event.clientY - frame.top) * canvas.height / frame.height
      ];
    }

    canvas.addEventListener("pointerdown", function (event) {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo.apply(pen, at(event));
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!drawing) { return; }
      pen.lineTo.apply(pen, at(event));
      pen.stroke();
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function () {
        if (!drawing) { return; }
        drawing = false;
        keep(canvas.toDataURL("image/png"));
      });
    });
    clear.addEventListener("click", function () { wipe(); keep(""); });

    wipe();
    if (field.value) {
      var before = new Image();
      before.onload = function () { pen.drawImage(before, 0, 0); };
      before.src = field.value;
    }
    box.hidden = false;
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-sign]").forEach(start);
  });
})();
