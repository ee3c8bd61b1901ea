// The editor's preview above the chat, only under `serve --watch`: what answers, and what is wrong with what was saved.

import { h, icon } from "./dom.js";

const texts = JSON.parse(document.getElementById("preview-texts").textContent);
const place = document.getElementById("preview");
const EVERY_MS = 500;

const status = h("strong", {});
const more = h("span", { class: "preview-more" });
const checked = h("span", { class: "preview-checked" });
const line = h("p", { class: "preview-line", role: "status" }, icon("note"), h("span", { class: "preview-title" }, texts.title), status, more, checked);
const report = h("div", { class: "preview-report", tabindex: "0", role: "region", "aria-label": texts.title, hidden: true });
place.append(line, report);

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const files = (names) => (names.length > 2 ? `${names[0]} +${names.length - 1}` : names.join(", "));
const list = (lines) => h("ul", {}, ...lines.map((one) => h("li", {}, one)));
let shown = "";
let before = null;

function show(told) {
  const key = JSON.stringify(told);
  if (key === shown) return;
  shown = key;
  const { phase, build, published, changed, seconds, errors, advice } = told;
  place.dataset.state = errors.length ? "error" : published ? "published" : "draft";
  if (!build) status.textContent = texts.none;
  else status.textContent = published ? texts.published : fill(texts.draft, { build });
  if (phase === "updating") more.textContent = texts.updating;
  else if (!changed.length || errors.length) more.textContent = "";
  else more.textContent = fill(build === before ? texts.unchanged : texts.took, { files: files(changed), seconds: seconds.toFixed(1) });
  if (phase === "resting") before = build;
  checked.textContent = "";
  if (phase === "checking") checked.textContent = texts.checking;
  else if (phase === "resting" && !errors.length) checked.textContent = advice.length ? fill(texts.advice, { n: advice.length + told.more }) : texts.clean;
  const lines = errors.length ? errors : advice;
  report.hidden = !lines.length;
  report.replaceChildren(
    ...(errors.length ? [h("p", {}, icon("alert"), h("span", {}, texts.errors))] : []),
    list(lines),
    ...(told.more ? [h("p", {}, fill(texts.more, { n: told.more }))] : []),
  );
}

async function look() {
  try {
    const response = await fetch("v1/watch", { cache: "no-store" });
    if (response.ok) show(await response.json());
  } catch {
    shown = "";
    more.textContent = texts.away;
    checked.textContent = "";
  }
  setTimeout(look, EVERY_MS);
}

look();
