// How long to wait before trying again.

/**
 * Waits that grow by `factor` from `first` to `most` milliseconds; `hurry()` ends the present one. Each is longer or
 * shorter by at most the share `chance`, which keeps clients out of step.
 */
export class Pace {
  #hurry = () => {};

  constructor(first, most, factor = 2, chance = 0.1) {
    Object.assign(this, { first, most, factor, chance, next: first });
  }

  reset() {
    this.next = this.first;
  }

  hurry() {
    this.#hurry();
  }

  /** Resolves after the present wait, or at once when hurried. */
  async wait() {
    const length = this.next * (1 + this.chance * (2 * Math.random() - 1));
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
