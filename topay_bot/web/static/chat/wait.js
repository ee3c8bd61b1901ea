// While the customer waits for a person: the place among those who wait, and about how long.

const EVERY_MS = 20_000;

export class Wait {
  #texts;
  #ask;
  #show;
  #timer = null;

  /** `ask()` gives what the server tells, `show(words)` shows it; no words once nobody waits. */
  constructor(texts, ask, show) {
    this.#texts = texts;
    this.#ask = ask;
    this.#show = show;
  }

  /** Whether somebody waits for a person who has not come yet. */
  set(waits) {
    if (waits === (this.#timer !== null)) return;
    clearInterval(this.#timer);
    this.#timer = waits ? setInterval(() => this.#look(), EVERY_MS) : null;
    if (waits) this.#look();
    else this.#show("");
  }

  async #look() {
    if (document.visibilityState !== "visible") return;
    const told = await this.#ask().catch(() => null);
    if (told && this.#timer !== null) this.#show(this.#say(told));
  }

  #say({ position, estimate_seconds, open, agents_online }) {
    const { wait_next, wait_place, wait_minutes, wait_soon, wait_nobody, wait_closed } = this.#texts;
    if (!open) return wait_closed;
    if (agents_online === 0) return wait_nobody;
    if (position === null) return "";
    const place = position === 1 ? wait_next : wait_place.replace("{n}", position - 1);
    if (estimate_seconds === null) return place;
    const minutes = Math.ceil(estimate_seconds / 60);
    return `${place} · ${estimate_seconds < 60 ? wait_soon : wait_minutes.replace("{m}", minutes)}`;
  }
}
