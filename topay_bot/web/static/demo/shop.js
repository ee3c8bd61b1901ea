// The shop's own button opens the widget, as docs/widget.md shows.

for (const button of document.querySelectorAll("[data-help]")) {
  button.addEventListener("click", () => window.$topay.push(["open"]));
}
