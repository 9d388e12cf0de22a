// Small helps on top of pages that work without them. Each is switched on by a data attribute and does nothing elsewhere.
(function () {
  "use strict";

  function each(selector, act, root) {
    (root || document).querySelectorAll(selector).forEach(act);
  }

  // --- say something once: ykb.say("已复制") ----------------------------------------------------------------------------
  function say(text, kind) {
    var region = document.getElementById("toasts");
    if (!region) return;
    var line = document.createElement("p");
    line.className = "toast toast-" + (kind || "info");
    line.textContent = text;
    region.append(line);
    window.setTimeout(function () { line.remove(); }, 6000);
  }
  // The server may have it said, too: HX-Trigger: {"ykb:say": {"text": "...", "kind": "error"}}
  document.addEventListener("ykb:say", function (event) { say(event.detail.text, event.detail.kind); });

  // --- htmx: our token on every request that changes something ------------------------------------------------------------
  function csrfToken() {
    var found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (found) return found[1];
    var field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  }
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  // A refusal (409, 422, ...) comes as a fragment that says why: show it like any other answer.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status >= 400 && status < 500 && event.detail.xhr.getResponseHeader("Content-Type").indexOf("text/html") === 0) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // --- copy, print, close ---------------------------------------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.getAttribute("data-copy")).then(function () {
        say(copy.getAttribute("data-copied"), "success");
      });
      return;
    }
    if (event.target.closest("[data-print]")) {
      window.print();
      return;
    }
    var close = event.target.closest("dialog [data-close]");
    if (close) {
      event.preventDefault();
      close.closest("dialog").close();
    }
  });

  // --- a menu closes when one looks elsewhere -------------------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    each("details[data-menu][open]", function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    each("details[data-menu][open]", function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // --- confirm: the page that names the consequence, opened as a dialog ------------------------------------------------------
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-confirm]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
    event.preventDefault();
    fetch(link.href, { credentials: "same-origin", headers: { "X-Requested-With": "dialog" } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (text) {
        var section = new DOMParser().parseFromString(text, "text/html").getElementById("confirm");
        if (!section) throw new Error("no #confirm");
        var dialog = document.createElement("dialog");
        dialog.setAttribute("aria-labelledby", "confirm-title");
        dialog.append(document.importNode(section, true));
        dialog.addEventListener("close", function () { dialog.remove(); link.focus(); });
        document.body.append(dialog);
        if (window.htmx) window.htmx.process(dialog);
        dialog.showModal();
      })
      .catch(function () { window.location.assign(link.href); });
  });

  // --- a form is sent once -----------------------------------------------------------------------------------------------------
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "");
    window.setTimeout(function () { form.removeAttribute("data-sent"); }, 8000);
  });
  window.addEventListener("pageshow", function () {
    each("form[data-sent]", function (form) { form.removeAttribute("data-sent"); });
  });

  // --- autosave: <form data-autosave="URL"> posts itself after a pause; [data-saved] says how it went -----------------------------
  each("form[data-autosave]", function (form) {
    var state = document.querySelector("[data-saved]");
    var waiting = 0;
    function show(name) {
      if (!state) return;
      state.setAttribute("data-state", name);
      state.querySelector("[data-saved-text]").textContent = state.getAttribute("data-" + name);
    }
    function save(leaving) {
      waiting = 0;
      show("saving");
      var body = new FormData(form);
      each("input[type=file]", function (field) { body.delete(field.name); }, form);
      fetch(form.getAttribute("data-autosave"), {
        method: "POST",
        body: body,
        credentials: "same-origin",
        keepalive: leaving === true,  // only then: a browser gives it room for 64 KB
        headers: { "X-CSRFToken": csrfToken(), "X-Autosave": "1" },
      }).then(function (answer) { show(answer.ok ? "done" : "failed"); }, function () { show("failed"); });
    }
    form.addEventListener("input", function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(save, 1200, false);
    });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden" && waiting) { window.clearTimeout(waiting); save(true); }
    });
    form.addEventListener("submit", function () { window.clearTimeout(waiting); waiting = 0; });
  });

  // --- the same page in the other language, larger or darker: what was typed and not yet sent is there again ----------------------
  // Kept in this tab, for the next page only; nothing secret, no files.
  var KEPT = "ykb-typed";
  function where() { return window.location.pathname.replace(/^\/[a-z]{2}\//, "/"); }
  function typed() {
    return Array.from(document.querySelectorAll("main form")).flatMap(function (form, number) {
      return Array.from(form.elements).filter(function (field) {
        return field.name && field.autocomplete !== "one-time-code"
          && !/^(hidden|password|file|submit|button|fieldset|output)$/.test(field.type);
      }).map(function (field) {
        var choice = field.type === "radio" || field.type === "checkbox";
        return { field: field, choice: choice, key: [number, field.name, choice ? field.value : ""].join("\n") };
      });
    });
  }
  function keep() {
    var changed = typed().filter(function (one) {
      var field = one.field;
      if (one.choice) return field.checked !== field.defaultChecked;
      if (field.options) return !Array.from(field.selectedOptions).every(function (o) { return o.defaultSelected; });
      return field.value !== field.defaultValue;
    }).map(function (one) { return [one.key, one.choice ? one.field.checked : one.field.value]; });
    if (changed.length) window.sessionStorage.setItem(KEPT, JSON.stringify({ where: where(), changed: changed }));
  }
  document.addEventListener("click", function (event) { if (event.target.closest("a[hreflang]")) keep(); });
  document.addEventListener("submit", function (event) {
    if (event.target.querySelector("button[name=type], button[name=theme]")) keep();
  });
  document.addEventListener("DOMContentLoaded", function () {  // after htmx, which asks for what a choice shows
    var kept = window.sessionStorage.getItem(KEPT);
    if (!kept) return;
    window.sessionStorage.removeItem(KEPT);
    kept = JSON.parse(kept);
    if (kept.where !== where()) return;
    var values = new Map(kept.changed);
    typed().forEach(function (one) {
      if (!values.has(one.key)) return;
      one.field[one.choice ? "checked" : "value"] = values.get(one.key);
      ["input", "change"].forEach(function (name) { one.field.dispatchEvent(new Event(name, { bubbles: true })); });
    });
  });

  // --- [data-pick-all]: one box ticks every [data-pick] of the page --------------------------------------------------------
  function pickAll() {
    each("[data-pick-all]", function (holder) {
      holder.hidden = false;
      holder.querySelector("input").onchange = function (event) {
        each("[data-pick]", function (box) { box.checked = event.target.checked; });
      };
    });
  }
  pickAll();

  // --- keyboard: an element with data-key="a" is clicked by that key; j/k walk the rows of [data-rows] --------------------------
  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }
  function walk(step) {
    var rows = Array.prototype.slice.call(document.querySelectorAll("[data-rows] a[data-row]"));
    if (!rows.length) return;
    var here = rows.indexOf(document.activeElement);
    if (here < 0) here = rows.findIndex(function (row) { return row.hasAttribute("aria-current"); });
    var next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j" || event.key === "k") {
      if (document.querySelector("[data-rows]")) { event.preventDefault(); walk(event.key === "j" ? 1 : -1); }
      return;
    }
    if (event.key === "/") {
      var search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    var found = document.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (found) { event.preventDefault(); found.click(); }
  });

  // --- the first thing to read after a refusal -------------------------------------------------------------------------------------
  var summary = document.querySelector("main [data-focus]");
  if (summary && !summary.closest(".gallery")) summary.focus();

  // --- without a network: the page that says so (sw.js) ------------------------------------------------------------------------------
  var worker = document.documentElement.getAttribute("data-worker");
  if (worker && "serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register(worker).catch(function () { /* private windows may refuse: nothing is lost */ });
  }

  window.ykb = { say: say, csrfToken: csrfToken };

  // --- what is found while one types: the arrows walk it, Escape puts it away ------------------------------------------------
  document.addEventListener("keydown", function (event) {
    var box = event.target.closest && event.target.closest(".search-box");
    var found = box && box.querySelector("[data-found]");
    if (!found) return;
    if (event.key === "Escape") {
      found.replaceChildren();
      box.querySelector("input").focus();
      return;
    }
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    var stops = [box.querySelector("input")].concat(Array.from(found.querySelectorAll("a")));
    var next = stops[stops.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  document.addEventListener("click", function (event) {
    each("[data-found]", function (found) {
      if (!found.parentElement.contains(event.target)) found.replaceChildren();
    });
  });

})();
