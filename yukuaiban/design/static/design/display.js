// Runs before the first paint: puts the person's choice of type size and theme on <html>. The choice lives in a cookie, so
// that pages are the same bytes for all; without scripts a small stylesheet reads the same cookie (display.css).
(function () {
  "use strict";
  var root = document.documentElement;
  function choice(name) {
    var found = document.cookie.match(new RegExp("(?:^|; )ykb_" + name + "=([a-z]+)"));
    return found ? found[1] : "";
  }
  function apply() {
    ["type", "theme"].forEach(function (name) {
      var value = choice(name);
      if (value) root.setAttribute("data-" + name, value);
      else root.removeAttribute("data-" + name);
    });
  }
  root.classList.add("scripts");
  apply();
  // A page taken from the back/forward cache may carry an older choice.
  window.addEventListener("pageshow", apply);
})();
