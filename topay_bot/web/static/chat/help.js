// Beside the conversation: the questions to begin with, as tabs, and the panel with the ways to reach us.

/** Tabs by the keyboard: arrows, Home and End move, one tab is in the tab order. */
export function tabs(list) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const select = (chosen) => {
    for (const tab of all) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
    }
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = all[(to + all.length) % all.length];
    select(tab);
    tab.focus();
  });
}

/** The panel, which a narrow page opens over the conversation. Gives a function that closes it. */
export function panel() {
  const help = document.getElementById("help");
  const opener = document.getElementById("help-open");
  const closer = document.getElementById("help-close");
  const show = (open) => {
    if (help.classList.contains("open") === open) return;
    help.classList.toggle("open", open);
    opener.setAttribute("aria-expanded", String(open));
    (open ? closer : opener).focus();
  };
  opener.addEventListener("click", () => show(!help.classList.contains("open")));
  closer.addEventListener("click", () => show(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!help.contains(event.target) && !opener.contains(event.target)) show(false);
  });
  return () => show(false);
}
