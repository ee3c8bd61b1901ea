// What agents wrote and the server has not taken yet. An item has a client id of its own and is sent again with that
// same id until it is taken or refused for good; it outlives a reload.

import { Pace } from "../chat/pace.js";
import * as api from "./api.js";
import * as keep from "./keep.js";

// Not crypto.randomUUID: a page without https does not have it.
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

export class Outbox {
  #items = keep.outbox();
  #sending = false;
  #pace = new Pace(1000, 10_000);
  #listener;

  /**
   * `listener` is told: changed(conversation), sent(item, answer), refused(item, error), up() and down(error).
   */
  constructor(listener) {
    this.#listener = listener;
    window.addEventListener("online", () => this.hurry());
  }

  /** What is unsent in a conversation, in order: {key, kind, text, article, at, refused, late}. */
  of(conversation) {
    return this.#items.filter((item) => item.conversation === conversation);
  }

  /** `kind` is "reply" or "note". */
  add(conversation, kind, text, article = null) {
    const at = new Date().toISOString();
    this.#items.push({ key: newKey(), conversation, kind, text, article, at, refused: null, late: false });
    this.#changed(conversation);
    this.send();
  }

  /** Take an item out, to be written anew or given up. */
  withdraw(key) {
    const item = this.#items.find((one) => one.key === key);
    this.#items = this.#items.filter((one) => one.key !== key);
    this.#changed(item?.conversation);
    return item;
  }

  hurry() {
    this.#pace.reset();
    this.#pace.hurry();
    this.send();
  }

  /** One loop at a time sends what is not refused, oldest first. */
  async send() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let item = this.#next(); item; item = this.#next()) {
        if (await this.#attempt(item)) this.#pace.reset();
        else await this.#pace.wait();
      }
    } finally {
      this.#sending = false;
    }
  }

  #next() {
    return this.#items.find((item) => !item.refused);
  }

  async #attempt(item) {
    try {
      const send = item.kind === "note" ? api.note : api.reply;
      const answer = await send(item.conversation, { text: item.text, client_id: item.key, article: item.article });
      this.withdraw(item.key);
      this.#listener.up();
      this.#listener.sent(item, answer);
      return true;
    } catch (error) {
      if (error instanceof api.Problem && error.final && error.status !== 401) {
        item.refused = error.code;
        this.#changed(item.conversation);
        this.#listener.refused(item, error);
        return true;
      }
      item.late = true;
      this.#changed(item.conversation);
      this.#listener.down(error);
      return false;
    }
  }

  #changed(conversation) {
    keep.keepOutbox(this.#items);
    this.#listener.changed(conversation);
  }
}
