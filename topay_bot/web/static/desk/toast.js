// What is told in passing, below the page: read aloud, gone after a while, kept while it is pointed at or focused.

import { h } from "../chat/dom.js";
import { $, say } from "./page.js";

const SHOWN_MS = 5000;
const WITH_ACTION_MS = 10_000;
const MOST = 3;

/** `action` is {words, run}; it can be done once. `kind`: "", "bad" or "urgent". `about`: the conversation. */
export function toast(text, { action = null, kind = "", about = null } = {}) {
  const element = h("div", { class: `toast ${kind}`, "data-about": about }, h("span", {}, text));
  if (action) {
    const run = () => {
      element.remove();
      action.run();
    };
    element.append(h("button", { type: "button", class: "link", onclick: run }, action.words));
  }
  const frame = $("toasts");
  while (frame.childElementCount >= MOST) frame.firstElementChild.remove();
  frame.append(element);
  const length = action ? WITH_ACTION_MS : SHOWN_MS;
  const leave = () => {
    if (element.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else element.remove();
  };
  setTimeout(leave, length);
}

/** What was told of this conversation is no news any more: it is open. */
export function forget(id) {
  for (const element of $("toasts").children) if (id && element.dataset.about === id) element.remove();
}

export const undoable = (text, run) => toast(text, { action: { words: say("undo"), run } });
