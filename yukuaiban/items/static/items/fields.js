// What is answered while a screen is being drawn again must not be lost: it is carried over into the new one.
(function () {
  "use strict";

  var sent = {}; // the answers as they were when the screen was asked for
  var later = {}; // what was answered since

  function ticked(control) {
    return control.type === "radio" || control.type === "checkbox";
  }

  function answers(screen) {
    var found = {};
    screen.querySelectorAll("input:not([type=hidden]), select, textarea").forEach(function (control) {
      found[control.name + (ticked(control) ? "=" + control.value : "")] = ticked(control) ? control.checked : control.value;
    });
    return found;
  }

  function screenOf(event) {
    var target = event.detail.target;
    return target && target.classList && target.classList.contains("form-screen") ? target : null;
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    var screen = screenOf(event);
    if (screen) sent = answers(screen);
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    var screen = screenOf(event);
    if (!screen) return;
    var now = answers(screen);
    later = {};
    Object.keys(now).forEach(function (key) {
      if (now[key] !== sent[key]) later[key] = now[key];
    });
  });

  document.addEventListener("htmx:afterSettle", function () {
    document.querySelectorAll(".form-screen input, .form-screen select, .form-screen textarea").forEach(function (control) {
      var key = control.name + (ticked(control) ? "=" + control.value : "");
      if (!Object.prototype.hasOwnProperty.call(later, key)) return;
      if (ticked(control)) control.checked = later[key];
      else control.value = later[key];
    });
    later = {};
  });
})();
