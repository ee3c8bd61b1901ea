// Beside the conversation: suggested articles for the customer's latest message, and the facts of the case.

import { h, icon, tag } from "../chat/dom.js";
import * as api from "./api.js";
import { keyed } from "./keyed.js";
import { rightOne } from "./messages.js";
import { $, say, sayOf, queueName } from "./page.js";
import { fullTime, showTimer } from "./time.js";

const KEYS = 3; // suggestions that a key inserts
const UNLIKELY = 0.02; // what is no likelier is only shown where it is the best

const likeliest = (found) =>
  found
    .toSorted((one, other) => other.confidence - one.confidence)
    .filter(({ confidence }, place) => place === 0 || confidence > UNLIKELY);

export class Aside {
  #actions;
  #id = null;
  #asked = null; // the message that the suggestions are for
  #found = null; // null while it is on its way
  #detail = null;
  #contacts = []; // where the customer wants to be reached
  #loading = null;

  /** `actions`: insert(suggestion), label(message, article). */
  constructor(actions) {
    this.#actions = actions;
    const show = (open) => this.show(open);
    $("details-open").addEventListener("click", () => show(!this.#open));
    $("suggestions-open").addEventListener("click", () => show(true));
    $("details-close").addEventListener("click", () => show(false));
  }

  get #open() {
    return document.body.classList.contains("with-details");
  }

  /** Whether it lies over the conversation, as it does on a narrow page; on a wide one it stands beside it. */
  get over() {
    return this.#open && getComputedStyle($("details-close")).display !== "none";
  }

  show(open = !this.#open) {
    if (open === this.#open) return;
    const was = this.over;
    document.body.classList.toggle("with-details", open);
    $("details-open").setAttribute("aria-expanded", String(open));
    if (this.over) $("details-close").focus();
    else if (was) $("details-open").focus();
  }

  opened(id) {
    this.#loading?.abort();
    this.#id = id;
    this.#asked = null;
    this.#found = null;
    this.#contacts = [];
    keyed($("suggestions"), []);
    keyed($("about"), []);
  }

  /** The facts as they are, and suggestions where the customer wrote something new. */
  draw(detail, question) {
    this.#detail = detail;
    this.#facts(detail);
    if (question && question.id !== this.#asked) this.#suggest(question);
    else this.#drawSuggestions(detail);
  }

  async #suggest(question) {
    const id = this.#id;
    this.#asked = question.id;
    this.#found = null;
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    try {
      const [found, contacts] = await Promise.all([
        api.suggestions(id, loading.signal),
        api.contacts(id, loading.signal),
      ]);
      if (id !== this.#id) return;
      this.#found = likeliest(found);
      this.#drawSuggestions();
      this.#contacts = contacts;
      this.#facts(this.#detail);
    } catch (error) {
      if (error.name === "AbortError" || id !== this.#id) return;
      this.#asked = null; // the next look tries again
      this.#say(say("suggestions_away"));
    }
  }

  #label = null;

  #drawSuggestions(detail) {
    if (detail) this.#label = detail.labels.find((label) => label.message === this.#asked) ?? null;
    if (!this.#asked || !this.#found) return; // nothing is asked, or the answer is on its way
    if (!this.#found.length) {
      this.#say(say("suggestions_none"));
      return;
    }
    keyed(
      $("suggestions"),
      this.#found.map((one, place) => ({
        key: `${this.#asked} ${one.article}`,
        sign: String(this.#label?.article === one.article),
        make: (old) => this.#suggestion(one, place, old),
      })),
    );
  }

  #say(words) {
    keyed($("suggestions"), [{ key: words, sign: "", make: () => h("p", { class: "soft" }, words) }]);
  }

  #suggestion(one, place, old) {
    const body = h("div", { class: "body", lang: one.language ? tag(one.language) : null });
    body.innerHTML = one.html; // sanitised by the server, as in messages.js
    for (const link of body.querySelectorAll("a[href^='http']")) link.target = "_blank";
    const number = Math.round(100 * one.confidence);
    return h(
      "div",
      { class: "suggestion" },
      h(
        "p",
        { class: "suggestion-title" },
        place < KEYS ? h("kbd", {}, String(place + 1)) : null,
        h("span", {}, one.title),
        h("span", { class: "percent" }, `${number}%`),
      ),
      h(
        "div",
        { class: "suggestion-buttons" },
        h("button", { type: "button", class: "button small", "data-part": `insert-${one.article}`, onclick: () => this.#actions.insert(one) }, say("insert")),
        rightOne(this.#asked, one.article, this.#label, this.#actions),
      ),
      h("details", { open: Boolean(old?.querySelector("details")?.open) }, h("summary", {}, say("preview")), body),
    );
  }

  /** The suggestion with this number, from 1. */
  suggestion(number) {
    return this.#found?.[number - 1] ?? null;
  }

  #facts(detail) {
    const waiting = detail.state === "open" && detail.waiting_since;
    const facts = [
      ["customer_id", detail.customer],
      ["reference", detail.reference ? this.#reference(detail.reference) : null],
      ["owner", detail.state === "open" ? (detail.agent?.name ?? say("nobody")) : sayOf("state", detail.state)],
      ["reason", detail.reason ? sayOf("reason", detail.reason) : null],
      ["priority", detail.priority ? sayOf("priority", detail.priority) : null],
      ["topic", detail.article_title ?? null],
      ["queue", detail.queue ? queueName(detail.queue) : null],
      ["language", sayOf("language", detail.language)],
      ["since_when", waiting ? fullTime(detail.waiting_since) : null],
      ["due", waiting && detail.due_at && !detail.agent ? fullTime(detail.due_at) : null],
      ["messages_count", detail.customer_messages ? String(detail.customer_messages) : null],
      ...this.#contacts.map(({ contact }) => ["contact", contact]),
    ].filter(([, value]) => value !== null);
    keyed(
      $("about"),
      facts.map(([name, value]) => ({
        key: name === "contact" ? `contact ${value}` : name,
        sign: typeof value === "string" ? value : detail.reference,
        make: () => h("div", {}, h("dt", {}, say(name)), h("dd", {}, value)),
      })),
    );
  }

  #reference(reference) {
    const label = h("span", {}, say("copy"));
    const copy = async () => {
      await navigator.clipboard.writeText(reference).catch(() => {});
      label.textContent = say("copied");
      setTimeout(() => (label.textContent = say("copy")), 2000);
    };
    // The clipboard is only given to pages over https.
    const button = navigator.clipboard ? h("button", { type: "button", class: "link", onclick: copy }, label) : null;
    return h("span", { class: "reference" }, reference, " ", button);
  }
}

/** The line below the title of a conversation; `here` says whether its customer is, null where it is not known. */
export function factsLine(detail, agent, here) {
  const owner = detail.agent?.id === agent.id ? say("by_me") : detail.agent?.name;
  const timer = detail.state === "open" && detail.waiting_since ? h("time", { "data-since": detail.waiting_since, "data-due": detail.due_at }) : null;
  if (timer) showTimer(timer);
  return [
    ["urgent", "high"].includes(detail.priority) ? h("span", { class: `tag ${detail.priority}` }, sayOf("priority", detail.priority)) : null,
    detail.reference ? h("span", { class: "reference" }, detail.reference) : null,
    detail.reason ? h("span", {}, sayOf("reason", detail.reason)) : null,
    h("span", {}, detail.state === "open" ? (owner ?? say("nobody")) : sayOf("state", detail.state)),
    timer ? h("span", { class: "waited" }, icon("clock"), timer) : null,
    here === null || detail.state !== "open" ? null : h("span", { class: here ? "here" : "gone" }, say(here ? "customer_here" : "customer_gone")),
  ].filter(Boolean);
}
