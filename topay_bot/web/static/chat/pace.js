// How long to wait before trying again.

/** Waits that grow by `factor` from `first` to `most` milliseconds; `hurry()` ends the present one. */
export class Pace {
  #hurry = () => {};

  constructor(first, most, factor = 2) {
    Object.assign(this, { first, most, factor, next: first });
  }

  reset() {
    this.next = this.first;
  }

  hurry() {
    this.#hurry();
  }

  /** Resolves after the present wait, or at once when hurried. A tenth of chance keeps clients out of step. */
  async wait() {
    const length = this.next * (0.9 + 0.2 * Math.random());
    this.next = Math.min(this.most, this.next * this.factor);
    let timer;
    await new Promise((resolve) => {
      this.#hurry = resolve;
      timer = setTimeout(resolve, length);
    });
    clearTimeout(timer);
    this.#hurry = () => {};
  }
}
