// The open conversation: loaded, kept fresh, acted on. Knows nothing of the page.

import * as api from "./api.js";

export class Talk {
  id = null;
  detail = null; // the summary with messages, notes and labels
  #loading = null; // AbortController of the load on its way
  #again = false;
  #listener;

  /** `listener` is told: opened(id or null), loaded(detail, first), up(), down(error), lost(). */
  constructor(listener) {
    this.#listener = listener;
  }

  open(id) {
    if (id === this.id) return;
    this.#loading?.abort();
    this.#loading = null;
    this.id = id;
    this.detail = null;
    this.#listener.opened(id);
    if (id) this.refresh();
  }

  /** Load it anew; one load at a time, and one more after it where that was wished meanwhile. */
  async refresh() {
    if (!this.id) return;
    if (this.#loading) {
      this.#again = true;
      return;
    }
    const { id } = this;
    const loading = (this.#loading = new AbortController());
    try {
      const detail = await api.conversation(id, loading.signal);
      if (id !== this.id) return;
      const first = this.detail === null;
      this.detail = detail;
      this.#listener.up();
      this.#listener.loaded(detail, first);
    } catch (error) {
      if (error.name === "AbortError" || id !== this.id) return;
      if (error instanceof api.Problem && error.status === 404) this.#listener.lost();
      else this.#listener.down(error);
    } finally {
      if (this.#loading === loading) {
        this.#loading = null;
        if (this.#again) {
          this.#again = false;
          this.refresh();
        }
      }
    }
  }

  /** The newest message of the customer, or null. */
  get latestQuestion() {
    return this.detail?.messages.findLast((message) => message.author === "customer") ?? null;
  }

  get lastSeq() {
    return this.detail?.messages.at(-1)?.seq ?? 0;
  }
}

/**
 * What this agent may do with a conversation: `reply` is "yes", "takes" (sending takes it), or why not: "other", "bot",
 * "resolved".
 */
export function rights(summary, { id, roles }) {
  const { state, agent } = summary;
  const mine = agent?.id === id;
  const other = state === "open" && agent !== null && agent !== undefined && !mine;
  const reply = state === "resolved" ? "resolved" : state === "pending" ? "bot" : other ? "other" : mine ? "yes" : "takes";
  return {
    mine,
    reply,
    claim: state === "pending" || (state === "open" && !agent),
    resolve: state === "open" && !other,
    reopen: state === "resolved",
    transfer: state === "open" && (!other || roles.includes("operator")),
    giveBack: state === "open" && !other,
  };
}
