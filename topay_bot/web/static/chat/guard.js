// Stops a message that holds a secret before it leaves the browser. It goes out masked, or is changed first.

import { h } from "./dom.js";
import { find, mask } from "./secrets.js";

/** The customer's choice about a text: what to send, or null to go on writing. Asks only when there is a secret. */
export async function guard(text, page) {
  const kinds = [...new Set(find(text).map((one) => one.kind))];
  if (!kinds.length) return text;
  const { texts } = page;
  const dialog = document.getElementById("guard");
  const names = kinds.map((kind) => texts[`secret_${kind}`]).join(texts.list_joint);
  dialog.querySelector("#guard-title").textContent = texts.guard_title.replace("{what}", names);
  const masked = mask(text);
  dialog.querySelector("blockquote").replaceChildren(
    ...masked
      .split(/\[(card|id|code|password|cvv)\]/)
      .map((part, place) => (place % 2 ? h("mark", {}, texts[`hidden_${part}`]) : part)),
  );
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelector("[value=send]").focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "send" ? masked : null;
}
