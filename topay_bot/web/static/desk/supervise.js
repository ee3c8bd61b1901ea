// The supervisors' page: cases with their state and answer, low ratings to follow up.

import { h } from "../chat/dom.js";

const page = JSON.parse(document.getElementById("page-data").textContent);
const { texts, language } = page;
const $ = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
let csrf = null;

class Refused extends Error {}

async function call(method, path, body) {
  const response = await fetch(`../v1/desk/${path}`, {
    method,
    headers: { ...(body ? { "Content-Type": "application/json" } : {}), ...(csrf ? { "X-CSRF-Token": csrf } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    cache: "no-store",
    credentials: "same-origin",
  });
  if (response.status === 401) location.assign("sign-in");
  if (!response.ok) throw new Refused(String(response.status));
  return response.json();
}

const SVG = "http://www.w3.org/2000/svg";

function icon(name) {
  const [svg, use] = [document.createElementNS(SVG, "svg"), document.createElementNS(SVG, "use")];
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `../static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Does something and tells how it went. */
async function attempt(work, done) {
  try {
    await work();
    $("told").textContent = done;
  } catch {
    $("told").textContent = texts.failed;
  }
}

const link = (conversation) => h("a", { class: "button", href: `../desk#${conversation}` }, texts.open);
const time = (at) => h("time", { datetime: at, class: "soft" }, clock.format(new Date(at)));

function caseItem(one) {
  const { reference, kind, state, received_at, text, answer, conversation } = one;
  const set = (body) => attempt(async () => {
    await call("POST", `cases/${encodeURIComponent(reference)}`, body);
    await loadCases();
  }, texts.saved);
  const contacts = h("p", { class: "soft" });
  const show = h("button", { type: "button", class: "button", onclick: async () => {
    const found = await call("GET", `conversations/${encodeURIComponent(conversation)}/contacts`).catch(() => []);
    contacts.textContent = found.length ? `${texts.contacts}: ${found.map((each) => each.contact).join(" · ")}` : texts.no_contacts;
    show.remove();
  } }, texts.show_contacts);
  const words = h("textarea", { class: "input", id: `answer-${reference}`, rows: 3, maxlength: page.maxChars });
  words.value = answer ?? "";
  const missing = h("p", { class: "bad", role: "alert" });
  const send = (event) => {
    event.preventDefault();
    missing.textContent = words.value.trim() ? "" : texts.answer_missing;
    if (words.value.trim()) set({ state: "answered", answer: words.value.trim() });
  };
  return h(
    "li",
    { class: "paper", "data-reference": reference },
    h("p", { class: "paper-head" }, h("strong", {}, reference), h("span", { class: "mark" }, texts[kind]), h("span", { class: `mark ${state}` }, texts[state]), time(received_at)),
    h("p", { class: "words" }, text),
    contacts,
    h(
      "div",
      { class: "paper-acts" },
      state === "received" ? h("button", { type: "button", class: "button primary", onclick: () => set({ state: "in_progress" }) }, texts.begin) : null,
      link(conversation),
      show,
    ),
    h(
      "form",
      { onsubmit: send, novalidate: true },
      h("label", { for: words.id }, texts.answer),
      words,
      missing,
      h("button", { type: "submit", class: "button" }, texts.send_answer),
    ),
  );
}

function ratingItem(one) {
  const done = () => attempt(async () => {
    await call("POST", `ratings/${encodeURIComponent(one.id)}/followed-up`);
    await loadRatings();
  }, texts.followed_done);
  const stars = h("span", { class: "rated", role: "img", "aria-label": texts.stars.replace("{n}", one.stars) });
  for (let place = 1; place <= 5; place++) stars.append(icon(place <= one.stars ? "star-full" : "star"));
  return h(
    "li",
    { class: "paper", "data-rating": one.id },
    h("p", { class: "paper-head" }, stars, one.about === "bot" ? texts.about_bot : texts.about_agent.replace("{name}", one.agent ?? ""), time(one.created_at)),
    one.comment ? h("p", { class: "words" }, one.comment) : null,
    // Agents see no conversation that no person had.
    h("div", { class: "paper-acts" }, one.about === "agent" ? link(one.conversation) : null, h("button", { type: "button", class: "button primary", onclick: done }, icon("check"), texts.followed)),
  );
}

const fill = (list, items, none) => list.replaceChildren(...(items.length ? items : [h("li", { class: "soft" }, none)]));

let wanted = "received";
async function loadCases() {
  const found = await call("GET", `cases${wanted ? `?state=${wanted}` : ""}`);
  fill($("cases"), found.map(caseItem), texts.no_cases);
}

async function loadRatings() {
  fill($("ratings"), (await call("GET", "ratings")).map(ratingItem), texts.no_ratings);
}

$("filters").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  wanted = button.dataset.state;
  for (const each of $("filters").children) each.setAttribute("aria-pressed", String(each === button));
  loadCases().catch(() => ($("told").textContent = texts.failed));
});

const { agent, csrf: token } = await call("GET", "session");
csrf = token;
if (agent.roles.some((role) => ["agent", "operator"].includes(role))) await loadCases();
else $("told").textContent = texts.only_operators;
if (agent.roles.includes("operator")) await loadRatings();
else fill($("ratings"), [], texts.not_supervisor);
