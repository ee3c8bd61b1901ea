// What a colleague wrote while the customer looked at another tab is counted in the title of this one.

export class Title {
  #plain = document.title;
  #unread = 0;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#show(0));
  }

  /** Messages were added to the log. */
  said(messages) {
    if (document.visibilityState === "visible") return;
    this.#show(this.#unread + messages.filter((message) => message.author === "agent").length);
  }

  #show(unread) {
    this.#unread = unread;
    document.title = unread ? `(${unread}) ${this.#plain}` : this.#plain;
  }
}
