// News of a conversation over a WebSocket, for as long as one works. Knows nothing of what the news mean.
//
// What the customer says goes by POST (conversation.js), and what was missed is read on from the last `seq`: a socket
// that breaks, or never comes about, loses nothing.

import { Pace } from "./pace.js";

const CONNECT_MS = 10_000;
const SILENT_MS = 60_000; // the server says something every 25 s: after this the connection is dead
const TYPING_GAP_MS = 3000;
const REFUSED = [4400, 4401, 4404]; // coming back would not help

export class Live {
  /** Whether news come at once: the server has told all that there was, and the socket is open. */
  connected = false;
  #listener;
  #session = null;
  #socket = null;
  #pace = new Pace(1000, 30_000, 2, 0.5); // out of step: after a restart everybody comes back
  #patience;
  #lastTyping = 0;
  #seen = 0;

  /** `listener` is told: heard(session, frame), connected(yes), refused(session) when the server closes for good. */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Hear of this session from now on, {id, token, seq}, or of none. */
  follow(session) {
    if (session === this.#session) return;
    this.#session = session;
    this.#close();
    this.#pace.reset();
    if (session) this.#keepUp(session);
  }

  /** Try again now, if we wait to do so. */
  hurry() {
    this.#pace.hurry();
  }

  /** The customer is writing; said every few seconds at most. */
  typing() {
    if (Date.now() - this.#lastTyping < TYPING_GAP_MS) return;
    this.#lastTyping = Date.now();
    this.#send({ type: "typing" });
  }

  /** The customer has the messages up to `seq` before their eyes. */
  seen(seq) {
    if (!this.connected || seq <= this.#seen) return;
    this.#seen = seq;
    this.#send({ type: "seen", seq });
  }

  async #keepUp(session) {
    while (session === this.#session) {
      const code = await this.#connection(session);
      if (session !== this.#session) return;
      if (REFUSED.includes(code)) {
        this.#session = null;
        this.#listener.refused(session);
        return;
      }
      await this.#pace.wait();
    }
  }

  /** One socket from its beginning to its end; gives the code that it was closed with. */
  #connection(session) {
    const url = new URL(`v1/conversations/${encodeURIComponent(session.id)}/events?after=${session.seq}`, document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    return new Promise((resolve) => {
      const socket = (this.#socket = new WebSocket(url));
      const patient = (milliseconds) => {
        clearTimeout(this.#patience);
        this.#patience = setTimeout(() => end(1006), milliseconds);
      };
      const end = (code) => {
        if (this.#socket !== socket) return resolve(code); // closed by us, for another
        this.#close();
        resolve(code);
      };
      socket.onopen = () => socket.send(JSON.stringify({ token: session.token }));
      socket.onclose = ({ code }) => end(code);
      socket.onmessage = ({ data }) => {
        if (this.#socket !== socket) return;
        patient(SILENT_MS);
        const frame = JSON.parse(data);
        this.#listener.heard(session, frame);
        if (frame.type === "state") this.#up();
      };
      patient(CONNECT_MS);
    });
  }

  #up() {
    if (this.connected) return;
    this.connected = true;
    this.#seen = 0;
    this.#pace.reset();
    this.#listener.connected(true);
  }

  #close() {
    clearTimeout(this.#patience);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (!this.connected) return;
    this.connected = false;
    this.#listener.connected(false);
  }

  #send(frame) {
    if (this.connected) this.#socket.send(JSON.stringify(frame));
  }
}
