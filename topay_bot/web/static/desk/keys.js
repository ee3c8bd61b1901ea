// Single-key shortcuts. They rest while somebody types, while a dialog is open, and when they are turned off
// (WCAG 2.2, 2.1.4).

import { dialogOpen } from "./dialogs.js";
import * as keep from "./keep.js";
import { $ } from "./page.js";

const typing = (element) =>
  element.matches("textarea, select, [contenteditable]") ||
  (element.matches("input") && !["radio", "checkbox"].includes(element.type));

/** `actions` is a table from a key to what it does; `escape()` leaves wherever the agent is. */
export function shortcuts(actions, escape) {
  const on = $("keys-on");
  on.checked = keep.choice("keys", true);
  on.addEventListener("change", () => keep.keepChoice("keys", on.checked));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || dialogOpen()) return;
    if (event.key === "Escape") {
      escape(event.target);
      return;
    }
    if (!on.checked || typing(event.target)) return;
    // Elsewhere the arrows scroll.
    if (event.key.startsWith("Arrow") && event.target !== document.body && !event.target.closest("#rows")) return;
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
