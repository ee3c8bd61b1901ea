// Questions that are asked before something is done.

import { h } from "../chat/dom.js";
import * as api from "./api.js";
import { $, page, queueName, say, sayOf } from "./page.js";

/** Let every button with data-close close its dialog, and a click beside a dialog too. */
export function closers() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]") || (event.target === dialog && beside(dialog, event))) dialog.close("");
    });
  }
}

function beside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/** Whether a dialog is open: then the page's keys rest. */
export const dialogOpen = () => document.querySelector("dialog[open]") !== null;

function answered(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }),
  );
}

/** Ask for a yes; `yes` names the button. */
export function confirmed(title, text, yes) {
  $("confirm-title").textContent = title;
  $("confirm-text").textContent = text;
  $("confirm-yes").textContent = yes;
  return answered($("confirm"));
}

/** To whom a conversation is to go: {to: {agent} or {queue}, note, name}, or null. */
export async function transferTarget(detail, agent) {
  const has = detail.agent?.id ?? agent.id; // an operator may take a colleague's conversation this way
  const colleagues = (await api.agents()).filter((one) => one.id !== has);
  const option = (value, words) => h("option", { value }, words);
  const queues = Object.keys(page.categories).map((category) => `${category}-${detail.language}`);
  $("transfer-to").replaceChildren(
    h(
      "optgroup",
      { label: say("transfer_agent") },
      ...colleagues.map((one) => option(`agent ${one.id}`, `${one.name} · ${say(one.presence === "online" ? "online" : "away")}${languages(one)}`)),
      ...(colleagues.length ? [] : [h("option", { disabled: true }, say("transfer_nobody"))]),
    ),
    h("optgroup", { label: say("transfer_queue") }, ...queues.map((queue) => option(`queue ${queue}`, queueName(queue)))),
  );
  $("transfer-to").value = colleagues.length ? `agent ${colleagues[0].id}` : `queue ${detail.queue}`;
  $("transfer-note").value = "";
  if (!(await answered($("transfer-dialog")))) return null;
  const [kind, value] = $("transfer-to").value.split(" ");
  const note = $("transfer-note").value.trim();
  const name = kind === "agent" ? colleagues.find((one) => one.id === value)?.name : null;
  return { to: { [kind]: value, ...(note ? { note } : {}) }, name };
}

const languages = ({ languages: spoken = [] }) =>
  spoken.length ? ` · ${spoken.map((one) => sayOf("language", one)).join(" / ")}` : "";
