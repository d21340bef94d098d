/**
 * The theme: as the system has it, unless the visitor chose the other one.
 *
 * Loaded in the head, before the page is painted, so that a chosen theme does not flash.
 */
(() => {
  const KEY = "theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemTheme = () => (system.matches ? "dark" : "light");

  // Storage can be forbidden; then the choice lasts for this page.
  const load = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const save = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {}
  };

  const show = (chosen) => {
    const root = document.documentElement;
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
    else delete root.dataset.theme;
    const isDark = (root.dataset.theme ?? systemTheme()) === "dark";
    document.querySelector("[data-theme-toggle]")?.setAttribute("aria-pressed", String(isDark));
  };

  const toggle = (event) => {
    const wanted = event.currentTarget.getAttribute("aria-pressed") === "true" ? "light" : "dark";
    const chosen = wanted === systemTheme() ? null : wanted;
    save(chosen);
    show(chosen);
  };

  const wire = () => {
    const button = document.querySelector("[data-theme-toggle]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", toggle);
    show(load());
  };

  show(load());
  document.addEventListener("DOMContentLoaded", wire);
  system.addEventListener("change", () => show(document.documentElement.dataset.theme));
  addEventListener("storage", () => show(load()));
})();
