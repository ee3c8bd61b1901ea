// The API over fetch. Every failure becomes one of two errors: the server refused (Problem), or could not be asked.

const PATIENCE_MS = 15_000;

/** The server's answer was an error: RFC 9457, with a stable `code`. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(`${status} ${code}: ${detail}`);
    this.status = status;
    this.code = code;
  }

  /** The conversation is not there any more, or its token no longer opens it. */
  get lost() {
    return this.status === 401 || this.status === 404;
  }

  /** Asking the very same again cannot help. */
  get final() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** No answer came: no connection, the server is down, or it took too long. */
export class Unreachable extends Error {}

/** One call. `signal` stops it from outside; it then rejects with that signal's AbortError. */
async function call(method, path, { token, body, signal } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  const forward = () => stop.abort();
  if (signal?.aborted) forward();
  signal?.addEventListener("abort", forward);
  try {
    const response = await fetch(`v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop.signal,
      cache: "no-store",
      credentials: "omit",
    });
    const answer = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer;
    throw new Problem(response.status, answer?.code ?? "unknown", answer?.detail ?? "");
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (signal?.aborted) throw new DOMException("stopped", "AbortError");
    throw new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forward);
  }
}

const at = (id) => encodeURIComponent(id);

let customer; // { id, identifier_hash }, once the server took it for proven

export const start = (lang, signal) => call("POST", "conversations", { body: { lang, customer }, signal });

/** Questions that begin like what was typed. */
export const suggest = (typed, lang, signal) =>
  call("GET", `suggest?${new URLSearchParams({ q: typed, lang })}`, { signal });

/** The name under which a customer's conversation is kept; refused unless the site's signature proves who it is. */
export async function identity({ id, identifier_hash }) {
  const { scope } = await call("POST", "identity", { body: { id, identifier_hash } });
  customer = { id, identifier_hash };
  return scope;
}

export const post = ({ id, token }, message, signal) =>
  call("POST", `conversations/${at(id)}/messages`, { token, body: message, signal });

export const messages = ({ id, token }, after, signal) =>
  call("GET", `conversations/${at(id)}/messages?after=${after}`, { token, signal });

export const handoff = ({ id, token }, signal) => call("POST", `conversations/${at(id)}/handoff`, { token, signal });

/** What a customer tells besides questions: `what` is "case" or "contact". */
export const tell = ({ id, token }, what, body, signal) =>
  call("POST", `conversations/${at(id)}/${what}`, { token, body, signal });

export const rate = ({ id, token }, body) => call("POST", `conversations/${at(id)}/rating`, { token, body });

export const waiting = ({ id, token }) => call("GET", `conversations/${at(id)}/waiting`, { token });

/** How far a complaint or a suggestion is. */
export const caseOf = (reference) => call("GET", `cases/${at(reference)}`);

export const feedback = ({ token }, messageId, helpful) =>
  call("POST", `messages/${at(messageId)}/feedback`, { token, body: { helpful } });
