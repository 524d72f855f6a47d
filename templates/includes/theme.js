(function () {
  var root = document.documentElement;
  try { var kept = localStorage.getItem("theme"); if (kept === "light" || kept === "dark") root.dataset.theme = kept; } catch (_) { /* storage refused: the system's theme holds */ }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-toggle-theme]");
    if (!button) return;
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (_) { /* lasts as long as the page */ }
  });
})();
