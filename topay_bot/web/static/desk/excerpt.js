// What an agent sends of an article: its answer as plain text, without the folded sections below it.

/** `html` is an article as the server made it: the sections after the answer are in <details>. */
export function excerpt(html) {
  const body = document.createElement("template");
  body.innerHTML = html; // inert: nothing in a template is loaded or run
  const lines = [];
  for (const part of body.content.children) {
    if (part.matches("details")) break;
    if (part.matches("ol, ul")) lines.push(...items(part));
    else lines.push(part.textContent.trim());
  }
  return lines.filter(Boolean).join("\n");
}

const items = (list) =>
  [...list.children].map((item, place) => `${list.matches("ol") ? `${place + 1}.` : "•"} ${item.textContent.trim()}`);
