// Saved replies: found by a word, chosen by arrow keys and Enter or a click. The keyboard stays in the search field.

import { h, tag } from "../chat/dom.js";
import * as api from "./api.js";
import { $, page, say } from "./page.js";

const OTHER = { zh: "en", en: "zh" };

export class Picker {
  #dialog = $("picker");
  #words = $("picker-words");
  #replies = {}; // language -> promise of the list
  #language = page.language;
  #shown = [];
  #at = 0;
  #choose = () => {};

  constructor() {
    this.#words.addEventListener("input", () => this.#draw());
    this.#words.addEventListener("keydown", (event) => this.#key(event));
    $("picker-language").addEventListener("click", () => {
      this.#speak(OTHER[this.#language]);
      this.#words.focus();
    });
  }

  /** Let the agent choose a reply in a language of their choice, first the customer's; `choose` gets {id, title, text}. */
  open(language, choose) {
    this.#choose = choose;
    this.#words.value = "";
    this.#dialog.showModal();
    this.#words.focus();
    this.#speak(language);
  }

  #speak(language) {
    this.#language = language;
    $("picker-language").textContent = say(`language_${OTHER[language]}`);
    this.#draw();
  }

  #load(language) {
    this.#replies[language] ??= api.replies(language).catch((error) => {
      delete this.#replies[language];
      throw error;
    });
    return this.#replies[language];
  }

  async #draw() {
    const language = this.#language;
    let all;
    try {
      all = await this.#load(language);
    } catch {
      $("picker-none").textContent = say("replies_away");
      return;
    }
    if (language !== this.#language) return;
    const words = this.#words.value.trim().toLowerCase().split(/\s+/);
    const text = (reply) => `${reply.title} ${reply.id} ${reply.text}`.toLowerCase();
    this.#shown = all.filter((reply) => words.every((word) => text(reply).includes(word)));
    // A title that has the words comes before a text that has them.
    const inTitle = (reply) => Number(words.every((word) => reply.title.toLowerCase().includes(word)));
    this.#shown.sort((one, other) => inTitle(other) - inTitle(one));
    this.#at = 0;
    $("picker-list").replaceChildren(...this.#shown.map((reply, place) => this.#option(reply, place, language)));
    $("picker-list").scrollTop = 0;
    $("picker-none").textContent = this.#shown.length ? "" : say("replies_none");
    this.#mark();
  }

  #option(reply, place, language) {
    return h(
      "li",
      { role: "option", id: `reply-${place}`, class: "option", lang: tag(language), onclick: () => this.#chosen(place) },
      h("strong", {}, reply.title),
      h("span", {}, reply.text),
    );
  }

  #key(event) {
    if (event.isComposing) return;
    const to = { ArrowDown: this.#at + 1, ArrowUp: this.#at - 1 }[event.key];
    if (to !== undefined && this.#shown.length) {
      event.preventDefault();
      this.#at = (to + this.#shown.length) % this.#shown.length;
      this.#mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#chosen(this.#at);
    }
  }

  #mark() {
    [...$("picker-list").children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === this.#at));
      if (place === this.#at) option.scrollIntoView({ block: "nearest" });
    });
    if (this.#shown.length) this.#words.setAttribute("aria-activedescendant", `reply-${this.#at}`);
    else this.#words.removeAttribute("aria-activedescendant");
  }

  #chosen(place) {
    const reply = this.#shown[place];
    if (!reply) return;
    this.#dialog.close();
    this.#choose(reply);
  }
}

/** A saved reply with the agent's name and the reference number put in. */
export const filled = (reply, agent, summary) =>
  reply.text.replaceAll("{agent}", agent.name).replaceAll("{reference}", summary.reference ?? "");
