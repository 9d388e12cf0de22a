// What is typed while a screen is being drawn again must not be lost: it is carried over into the new one.
(function () {
  "use strict";

  var TYPED = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea";
  var sent = null;
  var later = null;

  function typed(screen) {
    var found = {};
    screen.querySelectorAll(TYPED).forEach(function (field) { found[field.name] = field.value; });
    return found;
  }

  function screenOf(event) {
    var target = event.detail.target;
    return target && target.classList && target.classList.contains("form-screen") ? target : null;
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    var screen = screenOf(event);
    if (screen) sent = typed(screen);
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    var screen = screenOf(event);
    later = {};
    if (!screen || !sent) return;
    var now = typed(screen);
    Object.keys(now).forEach(function (name) {
      if (now[name] !== sent[name]) later[name] = now[name];
    });
  });

  document.addEventListener("htmx:afterSettle", function () {
    if (!later) return;
    document.querySelectorAll(".form-screen").forEach(function (screen) {
      screen.querySelectorAll(TYPED).forEach(function (field) {
        if (Object.prototype.hasOwnProperty.call(later, field.name)) field.value = later[field.name];
      });
    });
    later = null;
  });
})();
