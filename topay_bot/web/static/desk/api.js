// The agents' API over fetch. The session is a cookie; what changes something carries the CSRF token beside it.

import { clock } from "./time.js";

const PATIENCE_MS = 15_000;
const UNSAFE = new Set(["POST", "PUT", "DELETE"]);

/** The server's answer was an error: RFC 9457, with a stable `code`; `body` is all of it. */
export class Problem extends Error {
  constructor(status, body) {
    super(`${status} ${body.code}: ${body.detail}`);
    this.status = status;
    this.code = body.code;
    this.body = body;
  }

  /** Asking the very same again cannot help. */
  get final() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** No answer came: no connection, the server is down, or it took too long. */
export class Unreachable extends Error {}

let csrf = null;

/** One call. `root` is where the application lies, seen from the page. */
async function call(method, path, { body, signal, root = "" } = {}) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (UNSAFE.has(method) && csrf) headers["X-CSRF-Token"] = csrf;
  try {
    const response = await fetch(`${root}v1/desk/${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      cache: "no-store",
      credentials: "same-origin",
    });
    clock.set(response.headers.get("date"));
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer;
    throw new Problem(response.status, { code: "unknown", detail: "", ...answer, retryAfter: response.headers.get("retry-after") });
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (signal?.aborted) throw new DOMException("stopped", "AbortError");
    throw new Unreachable(String(error));
  }
}

const at = (id) => `conversations/${encodeURIComponent(id)}`;

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(given).toString();
}

export const signIn = (name, password) => call("POST", "session", { body: { name, password }, root: "../" });

export async function session() {
  const found = await call("GET", "session");
  csrf = found.csrf;
  return found;
}
export const signOut = () => call("DELETE", "session");
export const presence = (status) => call("PUT", "presence", { body: { status } });
export const agents = () => call("GET", "agents");
export const replies = (lang) => call("GET", `replies?${query({ lang })}`);

export const conversations = (wish, signal) => call("GET", `conversations?${query(wish)}`, { signal });
export const conversation = (id, signal) => call("GET", at(id), { signal });
export const suggestions = (id, signal) => call("GET", `${at(id)}/suggestions`, { signal });

export const contacts = (id, signal) => call("GET", `${at(id)}/contacts`, { signal });

/** Complaints and suggestions of one state, `received`, `in_progress` or `answered`. */
export const cases = (state) => call("GET", `cases?${query({ state })}`);
/** Low ratings that nobody has followed up; for operators. */
export const ratings = () => call("GET", "ratings");

export const claim = (id) => call("POST", `${at(id)}/claim`);
export const giveBack = (id) => call("POST", `${at(id)}/give-back`);
export const resolve = (id) => call("POST", `${at(id)}/resolve`);
export const reopen = (id) => call("POST", `${at(id)}/reopen`);
export const transfer = (id, to) => call("POST", `${at(id)}/transfer`, { body: to });
export const label = (id, message, article) => call("POST", `${at(id)}/labels`, { body: { message, article } });

/** The same `client_id` again changes nothing. */
export const reply = (id, { text, client_id, article }) =>
  call("POST", `${at(id)}/messages`, { body: { text, client_id, ...(article ? { article } : {}) } });
export const note = (id, { text, client_id }) => call("POST", `${at(id)}/notes`, { body: { text, client_id } });
