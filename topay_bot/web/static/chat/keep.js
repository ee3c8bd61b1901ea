// What outlives a reload. The conversation is shared by the browser's tabs and forgotten a day after its last use;
// what is not sent yet, and the draft in the input, belong to their tab. Where storage is forbidden only this is lost.

const CONVERSATION = "topay.conversation";
const OUTBOX = "topay.outbox";
const DRAFT = "topay.draft";
const KEPT_MS = 24 * 60 * 60 * 1000;

function read(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

function write(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works on without it.
  }
}

/** {id, token, seq} of the conversation, or null. */
export function conversation() {
  const kept = read("localStorage", CONVERSATION);
  const fresh = typeof kept?.id === "string" && typeof kept?.token === "string" && Date.now() - kept.at < KEPT_MS;
  return fresh ? kept : null;
}

export const keepConversation = ({ id, token, seq }) =>
  write("localStorage", CONVERSATION, { id, token, seq, at: Date.now() });
export const forgetConversation = () => write("localStorage", CONVERSATION, null);

/** Calls back when another tab changed the conversation. */
export const onConversationElsewhere = (callback) =>
  window.addEventListener("storage", (event) => {
    if (event.key === CONVERSATION || event.key === null) callback(conversation());
  });

export function outbox() {
  const kept = read("sessionStorage", OUTBOX);
  return Array.isArray(kept) ? kept.filter((item) => typeof item?.key === "string") : [];
}
export const keepOutbox = (items) => write("sessionStorage", OUTBOX, items.length ? items : null);

export const draft = () => read("sessionStorage", DRAFT) ?? "";
export const keepDraft = (text) => write("sessionStorage", DRAFT, text || null);
