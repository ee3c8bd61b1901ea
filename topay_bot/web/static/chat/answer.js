// What is inside a bubble: answers as cards, choices, the offer of a person, the notice of a hand-off.
//
// `actions` is what the customer can do from inside a message: ask(title, article), person(), feedback(id, helpful).

import { formButton, steps } from "./case.js";
import { contactForm } from "./contact.js";
import { h, icon, languageOf, tag } from "./dom.js";
import { ratingCard } from "./rating.js";

/** The content of a message, by its kind. `page` is the page's data. */
export function content(message, page, actions) {
  if (message.author === "bot") {
    if (message.kind === "answer") return answer(message, page, actions);
    if (message.kind === "clarify") return clarification(message, page, actions);
    if (message.kind === "offer") return offer(message, page, actions);
    if (message.kind === "case") return record(message, page);
  }
  if (message.author === "system") return notice(message, page, actions);
  return [h("div", { class: "bubble words" }, ...linked(message.text, message.author === "agent" ? page : null))];
}

function answer(message, page, actions) {
  const { texts } = page;
  const language = tag(message.answer_language ?? message.language);
  const body = h("div", { class: "body" });
  // The one place where markup is taken in: the server made it from an article and sanitised it.
  body.innerHTML = message.html;
  for (const link of body.querySelectorAll("a[href^='http']")) link.target = "_blank";
  linkWithin(body, page);
  for (const table of body.querySelectorAll("table")) {
    const frame = h("div", { class: "table-frame", tabindex: "0", role: "group" });
    table.replaceWith(frame);
    frame.append(table);
  }
  // Small talk is said, not looked up: no title, nothing to rate.
  if (message.article.startsWith("smalltalk-")) {
    body.className = "bubble body";
    body.lang = language;
    return [body];
  }
  const urgent = message.reason === "urgent";
  return [
    h(
      "article",
      { class: urgent ? "card urgent" : "card" },
      message.note ? h("p", { class: "note" }, message.note) : null,
      h("h3", { class: "card-title", lang: language }, urgent ? icon("alert") : null, message.title),
      Object.assign(body, { lang: language }),
      message.form ? formButton(message.form, page, actions) : null,
      rating(message, texts, actions),
    ),
    relatedTo(message, texts, language, actions),
  ];
}

/** Articles to go on with; folded away in an emergency, where the hand-off that follows must be seen. */
function relatedTo(message, texts, language, actions) {
  if (!message.related?.length) return null;
  const buttons = message.related.map((item) => pick(item, language, actions));
  return message.reason === "urgent"
    ? h("details", { class: "related" }, h("summary", {}, texts.related), ...buttons)
    : h(
        "nav",
        { class: "related", "aria-label": texts.related },
        h("p", { class: "related-title" }, texts.related),
        ...buttons,
      );
}

/** A button that asks for an article by its title. */
function pick({ article, title }, language, actions) {
  const onclick = () => actions.ask(title, article);
  return h(
    "button",
    { type: "button", class: "question", "data-article": article, lang: language, onclick },
    h("span", {}, title),
    icon("chevron"),
  );
}

function rating(message, texts, actions) {
  const result = h("div", { class: "rating-result", role: "status" });
  const buttons = [true, false].map((helpful) =>
    h(
      "button",
      {
        type: "button",
        class: "rate",
        "data-helpful": String(helpful),
        "aria-pressed": String(message.helpful === helpful),
        onclick: () => rate(helpful),
      },
      icon(helpful ? "up-thumb" : "down-thumb"),
      helpful ? texts.yes : texts.no,
    ),
  );
  const show = (helpful) => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.helpful === String(helpful)));
    }
  };
  let latest = 0;
  async function rate(helpful) {
    const mine = ++latest;
    show(helpful);
    try {
      await actions.feedback(message.id, helpful);
      if (mine !== latest) return;
      if (helpful) result.replaceChildren(texts.thanks);
      else result.replaceChildren(h("span", {}, texts.sorry), personButton(texts, actions));
    } catch {
      if (mine !== latest) return;
      show(null);
      result.replaceChildren(texts.not_saved);
    }
  }
  return h(
    "footer",
    { class: "rating" },
    h("span", { class: "rating-ask", id: `rate-${message.id}` }, texts.helpful),
    h("div", { class: "rating-buttons", role: "group", "aria-labelledby": `rate-${message.id}` }, ...buttons),
    result,
  );
}

const personButton = (texts, actions) =>
  h("button", { type: "button", class: "button small", onclick: () => actions.person() }, icon("person"), texts.person);

function clarification(message, page, actions) {
  const { texts } = page;
  return [
    h("div", { class: "bubble words" }, message.text),
    h(
      "div",
      { class: "choices", role: "group", "aria-label": texts.choices },
      ...(message.choices ?? []).map((choice) => pick(choice, tag(message.language), actions)),
    ),
    h(
      "p",
      { class: "aside", lang: tag(page.language) },
      `${texts.none_fits} `,
      h("button", { type: "button", class: "link", onclick: () => actions.person() }, texts.person),
    ),
  ];
}

function offer(message, page, actions) {
  return [
    h(
      "div",
      { class: "bubble" },
      h("p", { class: "words" }, message.text),
      h(
        "button",
        { type: "button", class: "button primary small", lang: tag(page.language), onclick: () => actions.person() },
        icon("person"),
        page.texts.person,
      ),
    ),
  ];
}

/** How far a complaint or a suggestion is. */
function record(message, page) {
  const { texts, language } = page;
  const words = h("p", { class: "words" }, ...linked(message.text, page, message.reference));
  if (!message.case) return [h("div", { class: "bubble" }, words)];
  const { kind, state } = message.case;
  return [
    h(
      "section",
      { class: "handoff record", tabindex: "-1" },
      h("h3", { lang: tag(language) }, icon("note"), texts[`${kind}_${state === "received" && message.author === "system" ? "done" : "progress"}`]),
      h("div", { lang: tag(language) }, steps(state, texts)),
      words,
      copyButton(message.reference, page),
    ),
  ];
}

function notice(message, page, actions) {
  const { texts } = page;
  if (message.case) return [...record(message, page), message.away ? contactForm(message, page, actions) : null];
  if (message.kind !== "handoff") {
    const symbol = icon(message.kind === "masked" ? "shield" : "check");
    const event = h("p", { class: "event words" }, symbol, h("span", {}, message.text));
    return [event, message.kind === "resolved" ? ratingCard("agent", message.id, page, actions) : null];
  }
  const urgent = message.reason === "urgent";
  return [
    h(
      "section",
      { class: urgent ? "handoff urgent" : "handoff", tabindex: "-1" },
      h(
        "h3",
        { lang: tag(page.language) },
        icon(urgent ? "alert" : "person"),
        urgent ? texts.urgent : message.away ? texts.handoff_away : texts.with_person,
      ),
      h("p", { class: "words" }, ...linked(message.text, page, message.reference)),
      message.reason === "complaint" ? formButton("complaint", page, actions) : null,
      copyButton(message.reference, page),
      message.away ? contactForm(message, page, actions) : null,
    ),
  ];
}

function copyButton(reference, page) {
  const { texts } = page;
  if (!navigator.clipboard) return null; // only given to pages over https
  const label = h("span", { role: "status" }, texts.copy);
  return h(
    "button",
    {
      type: "button",
      class: "button small",
      lang: tag(page.language),
      onclick: async () => {
        await navigator.clipboard.writeText(reference).catch(() => {});
        label.textContent = texts.copied;
        setTimeout(() => (label.textContent = texts.copy), 2000);
      },
    },
    icon("copy"),
    label,
  );
}

/** The text as nodes: our telephone and e-mail become links, the reference stands out. Nothing else is touched. */
export function linked(text, page, reference = null) {
  const marks = new Map();
  if (reference) marks.set(reference, () => h("strong", { class: "reference" }, reference));
  const { phone, email } = page?.contacts ?? {};
  if (phone) marks.set(phone, () => h("a", { href: `tel:${phone.replaceAll(" ", "")}` }, phone));
  if (email) marks.set(email, () => h("a", { href: `mailto:${email}` }, email));
  let nodes = [text];
  for (const [mark, make] of marks) {
    nodes = nodes.flatMap((node) =>
      typeof node === "string" ? node.split(mark).flatMap((part, place) => (place ? [make(), part] : [part])) : [node],
    );
  }
  return nodes;
}

/** Our telephone and e-mail in an article's own text. */
function linkWithin(body, page) {
  const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (!texts.currentNode.parentElement.closest("a")) found.push(texts.currentNode);
  for (const text of found) {
    const nodes = linked(text.data, page);
    if (nodes.length > 1) text.replaceWith(...nodes);
  }
}

/** The language of a message that says none. */
export const messageLanguage = (message) => message.language ?? languageOf(message.text);
