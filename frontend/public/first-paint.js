// Before anything is painted: the theme and the language that were chosen, else the system's.
(function () {
  function kept(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }
  var scheme = kept("roost-theme");
  if (scheme !== "light" && scheme !== "dark") {
    scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
  var language = kept("roost-language") || navigator.language || "en";
  document.documentElement.lang = /^zh/i.test(language) ? "zh-CN" : "en";
})();
