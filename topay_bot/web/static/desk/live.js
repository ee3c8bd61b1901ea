// News from the server: over a WebSocket where there is one, else by looking every few seconds. What is sent goes
// through the API, so that a socket that breaks loses nothing.

import { Pace } from "../chat/pace.js";

const SILENT_MS = 60_000; // the server says something every 25 s
const TYPING_GAP_MS = 3000;
const SIGN_IN_NEEDED = 4401;

export class Live {
  connected = false;
  #socket = null;
  #pace = new Pace(1000, 20_000);
  #watched = null;
  #silence;
  #lastTyping = 0;
  #listener;

  /** `listener` is told: news(event), connected(boolean), signedOut(). */
  constructor(listener) {
    this.#listener = listener;
  }

  async run() {
    for (;;) {
      const code = await this.#connection();
      if (code === SIGN_IN_NEEDED) {
        this.#listener.signedOut();
        return;
      }
      await this.#pace.wait();
    }
  }

  /** Try to connect now, if we wait to do so. */
  hurry() {
    this.#pace.reset();
    this.#pace.hurry();
  }

  /** One socket from its beginning to its end; gives the code it was closed with. */
  #connection() {
    const url = new URL("v1/desk/events", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    return new Promise((resolve) => {
      const socket = (this.#socket = new WebSocket(url));
      socket.onmessage = ({ data }) => {
        this.#listen();
        this.#take(JSON.parse(data));
      };
      socket.onclose = ({ code }) => {
        clearTimeout(this.#silence);
        this.#socket = null;
        if (this.connected) {
          this.connected = false;
          this.#listener.connected(false);
        }
        resolve(code);
      };
      this.#listen();
    });
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.close(), SILENT_MS);
  }

  #take(event) {
    if (event.type === "ready") {
      this.connected = true;
      this.#pace.reset();
      if (this.#watched) this.watch(this.#watched);
      this.#listener.connected(true);
    } else if (event.type !== "ping") {
      this.#listener.news(event);
    }
  }

  /** Be told of typing and the like in this conversation. */
  watch(conversation) {
    this.#watched = conversation;
    if (conversation) this.#send({ type: "watch", conversation });
  }

  /** The agent is writing; said every few seconds at most. */
  typing(conversation) {
    if (Date.now() - this.#lastTyping < TYPING_GAP_MS) return;
    this.#lastTyping = Date.now();
    this.#send({ type: "typing", conversation });
  }

  /** The agent has the messages up to `seq` before their eyes. */
  seen(conversation, seq) {
    this.#send({ type: "seen", conversation, seq });
  }

  #send(frame) {
    if (this.connected && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
