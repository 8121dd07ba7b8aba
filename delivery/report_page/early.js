// Before anything is painted: that there is a script, and which theme was chosen.
(() => {
  const root = document.documentElement;
  root.dataset.script = "";
  try {
    const theme = localStorage.getItem("slipway-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // A page from a file may have no storage.
  }
})();
