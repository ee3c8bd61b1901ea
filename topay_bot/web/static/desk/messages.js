// One message, note or event of a transcript as elements.

import { h, icon, languageOf, tag } from "../chat/dom.js";
import { page, say } from "./page.js";
import { clockTime, fullTime } from "./time.js";

const SHORT = 220; // characters of an article shown before it is unfolded

const timeOf = (at) => h("time", { datetime: at, title: fullTime(at) }, clockTime(at));
const languageTag = (text) => {
  const language = languageOf(text);
  return language === page.language ? null : tag(language);
};
const nameOf = (writer, agent) => (writer.id === agent.id ? say("you") : writer.name);
const percent = (confidence) => Math.round(100 * confidence);

/** `question` is the customer's message that a message of the bot answers, `label` what was said of it. */
export function messageOf(message, { question, label }, agent, actions, old) {
  const { author } = message;
  const name = author === "agent" ? nameOf(message.agent, agent) : say(author);
  return h(
    "div",
    { class: `message from-${author}`, "data-id": message.id, "data-seq": message.seq },
    h("p", { class: "name" }, name, " ", timeOf(message.created_at)),
    message.kind === "answer" ? article(message) : h("div", { class: "bubble words", lang: languageTag(message.text) }, message.text),
    message.choices?.length ? choices(message) : null,
    helpfulness(message),
    author === "bot" && message.candidates ? thoughts(message, question, label, actions, old) : null,
    author === "customer" && label ? labelled(label) : null,
  );
}

/** An article that the bot gave: short, and whole when unfolded. */
function article(message) {
  const body = h("div", { class: "body", lang: tag(message.answer_language ?? message.language) });
  // The one place where markup is taken in: the server made it from an article and sanitised it.
  body.innerHTML = message.html;
  for (const link of body.querySelectorAll("a[href^='http']")) link.target = "_blank";
  const long = message.text.length > SHORT;
  return h(
    "div",
    { class: "bubble answer" },
    h("p", { class: "answer-title" }, icon("article"), message.title),
    long
      ? h("details", { class: "whole" }, h("summary", {}, h("span", { class: "short" }, `${message.text.slice(0, 90)}… `), h("span", { class: "link" }, say("whole_article"))), body)
      : body,
  );
}

const choices = (message) =>
  h("ul", { class: "choices" }, ...message.choices.map((choice) => h("li", {}, choice.title)));

function helpfulness({ helpful }) {
  if (helpful === null || helpful === undefined) return null;
  return h(
    "p",
    { class: `helpful ${helpful ? "good" : "bad"}` },
    icon(helpful ? "up-thumb" : "down-thumb"),
    say(helpful ? "helpful_yes" : "helpful_no"),
  );
}

/** The candidates with their confidence, and a click to say which one was right. */
function thoughts(message, question, label, actions, old) {
  const candidates = message.candidates.toSorted((one, other) => other[2] - one[2]);
  const [best] = candidates;
  const summary = best ? say("thought_short", { title: best[1] ?? best[0], n: percent(best[2]) }) : say("thought_none");
  return h(
    "details",
    { class: "thoughts", open: Boolean(old?.querySelector("details.thoughts")?.open) },
    h("summary", {}, icon(label ? "check" : "assistant"), h("span", {}, say("thought")), h("span", { class: "soft" }, summary)),
    h(
      "ul",
      {},
      ...candidates.map(([id, title, confidence]) =>
        h(
          "li",
          {},
          h("span", { class: "candidate" }, title ?? id),
          h("meter", { min: 0, max: 100, value: percent(confidence), "aria-label": `${percent(confidence)}%` }),
          h("span", { class: "percent" }, `${percent(confidence)}%`),
          question ? rightOne(question, id, label, actions) : null,
        ),
      ),
    ),
  );
}

/** The button that says which article was right for a message of the customer; pressed once it has been said. */
export function rightOne(message, id, label, actions) {
  const on = label?.article === id;
  return h(
    "button",
    {
      type: "button",
      class: "button small right",
      "aria-pressed": String(on),
      "data-part": `right-${id}`,
      onclick: () => on || actions.label(message, id),
    },
    icon("check"),
    say(on ? "was_right" : "this_was_right"),
  );
}

const labelled = (label) =>
  h("p", { class: "labelled" }, icon("check"), say("labelled_by", { title: label.article_title ?? label.article, name: label.agent.name }));

export const eventOf = (message) =>
  h(
    "p",
    { class: "event", "data-id": message.id, "data-seq": message.seq },
    h("span", { lang: languageTag(message.text) }, message.text),
    " ",
    timeOf(message.created_at),
  );

export const noteOf = (note, agent) =>
  h(
    "div",
    { class: "message note", "data-note": note.id },
    h(
      "p",
      { class: "name" },
      icon("note"),
      note.agent.id === agent.id ? say("note_mine") : say("note_by", { name: note.agent.name }),
      " ",
      timeOf(note.created_at),
    ),
    h("div", { class: "bubble words", lang: languageTag(note.text) }, note.text),
  );

/** Something on its way, late, or refused and to be changed. */
export function unsentOf(item, actions) {
  const state = item.refused ? say("not_sent") : say(item.late ? "unsent" : "sending");
  return h(
    "div",
    { class: `message unsent-item ${item.kind === "note" ? "note" : "from-agent"}${item.refused ? " refused" : ""}` },
    h("div", { class: "bubble words" }, item.text),
    h(
      "p",
      { class: "delivery" },
      item.refused ? icon("alert") : icon("clock"),
      state,
      item.refused ? h("button", { type: "button", class: "link", onclick: () => actions.edit(item) }, say("edit")) : null,
      item.refused ? h("button", { type: "button", class: "link", onclick: () => actions.discard(item) }, say("discard")) : null,
    ),
  );
}
