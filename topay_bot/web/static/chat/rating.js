// How it went, from one star to five. A star counts at once; words may follow.

import { h, icon, tag } from "./dom.js";
import * as keep from "./keep.js";

const QUIET_MS = 20_000; // after an answer that helped: done, most likely
const DONE = /^smalltalk-(thanks|goodbye)$/; // what the bot answers to somebody who has what they came for

/**
 * The question with its stars. `about` is "agent" or "bot"; `name` is under what the browser remembers the stars.
 * `actions.rate(about, stars, comment)` rejects when it could not be kept.
 */
export function ratingCard(about, name, page, actions) {
  const { texts } = page;
  const result = h("p", { class: "stars-result", role: "status" });
  const more = h("div", { class: "stars-more" });
  const label = `stars-${name}`;
  const buttons = [1, 2, 3, 4, 5].map((stars) =>
    h(
      "button",
      {
        type: "button",
        class: "star",
        "aria-pressed": "false",
        "aria-label": texts.rate_star.replace("{n}", stars),
        onclick: () => give(stars),
      },
      icon("star"),
      icon("star-full"),
    ),
  );
  const show = (stars) =>
    buttons.forEach((button, place) => {
      button.classList.toggle("lit", place < stars);
      button.setAttribute("aria-pressed", String(place + 1 === stars));
    });
  let latest = 0;
  async function give(stars, comment = null) {
    const mine = ++latest;
    show(stars);
    try {
      await actions.rate(about, stars, comment);
      if (mine !== latest) return;
      keep.keepRated(name, stars);
      result.textContent = stars <= 2 ? texts.rate_sorry : texts.rate_thanks;
      if (comment === null) askMore(stars);
      else more.replaceChildren();
    } catch {
      if (mine !== latest) return;
      show(keep.rated(name));
      result.textContent = texts.not_saved;
    }
  }
  function askMore(stars) {
    const before = more.querySelector("textarea")?.value ?? "";
    const words = h("textarea", { id: `${label}-words`, rows: 2, maxlength: 1000 });
    words.value = before;
    const send = () => words.value.trim() && give(stars, words.value.trim());
    more.replaceChildren(
      h("label", { for: `${label}-words` }, texts.rate_comment),
      words,
      h("button", { type: "button", class: "button small", onclick: send }, texts.rate_send),
    );
    more.scrollIntoView({ block: "nearest" });
  }
  const card = h(
    "section",
    { class: "stars", lang: tag(page.language), "data-about": about },
    h("p", { id: label }, texts[`rate_${about}`]),
    h("div", { class: "stars-row", role: "group", "aria-labelledby": label }, ...buttons),
    result,
    more,
  );
  show(keep.rated(name));
  return card;
}

/** Asks about the bot, once in a conversation and at its end: when the customer says so, or is quiet after help. */
export class BotRating {
  #page;
  #actions;
  #place;
  #timer;

  /** `place` is the element after which the question stands. */
  constructor(page, actions, place) {
    this.#page = page;
    this.#actions = actions;
    this.#place = h("div", { class: "rate-bot" });
    place.after(this.#place);
  }

  /** Messages were shown; `ours`: they answer what was just said on this page. */
  said(messages, ours) {
    clearTimeout(this.#timer);
    const last = messages.at(-1);
    if (!last) return;
    this.#place.replaceChildren();
    if (last.author === "bot" && ours && DONE.test(last.article ?? "")) this.#ask();
  }

  /** An answer helped. */
  helped() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), QUIET_MS);
  }

  cleared() {
    clearTimeout(this.#timer);
    this.#place.replaceChildren();
  }

  #ask() {
    const name = this.#actions.conversation();
    if (!name || keep.rated(name) || this.#actions.withPerson()) return;
    const card = ratingCard("bot", name, this.#page, this.#actions);
    const close = () => {
      keep.keepRated(name, -1); // asked, and not to be asked again
      this.#place.replaceChildren();
    };
    const { rate_close } = this.#page.texts;
    card.append(h("button", { type: "button", class: "tool stars-close", "aria-label": rate_close, title: rate_close, onclick: close }, icon("close")));
    this.#place.replaceChildren(card);
    this.#place.scrollIntoView({ block: "nearest" });
  }
}
