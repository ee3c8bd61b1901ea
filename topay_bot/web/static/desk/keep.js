// What the browser keeps for an agent: drafts, what is not sent yet, what was seen, and small choices.
// It is kept for each agent apart, for desks where several share a computer. Without storage only this is lost.

const SEEN_KEPT = 500; // conversations
const known = new Map(); // what was read, since lists ask for it row by row
let owner = "";

/** Everything below belongs to this agent from now on. */
export function keepFor(agentId) {
  owner = agentId;
  known.clear();
}
window.addEventListener("storage", () => known.clear()); // another tab wrote

const key = (name) => `topay.desk.${owner}.${name}`;

function read(name, otherwise) {
  if (!known.has(name)) {
    try {
      known.set(name, JSON.parse(localStorage.getItem(key(name))));
    } catch {
      known.set(name, null);
    }
  }
  return known.get(name) ?? otherwise;
}

function write(name, value) {
  known.set(name, value);
  try {
    localStorage.setItem(key(name), JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the console works on without it.
  }
}

/** A choice such as {muted: true}, with its default. */
export const choice = (name, otherwise) => read(`choice.${name}`, otherwise);
export const keepChoice = (name, value) => write(`choice.${name}`, value);

const EMPTY = { reply: "", note: "", mode: "reply", article: null };

/** The draft of a conversation: {reply, note, mode, article}. */
export const draft = (id) => ({ ...EMPTY, ...read("drafts", {})[id] });
export const hasDraft = (id) => Boolean(draft(id).reply.trim() || draft(id).note.trim());

export function keepDraft(id, value) {
  const all = read("drafts", {});
  if (value.reply || value.note) all[id] = value;
  else delete all[id];
  write("drafts", all);
}

export const outbox = () => read("outbox", []);
export const keepOutbox = (items) => write("outbox", items);

/** The newest message that this agent has seen of a conversation. */
export const seen = (id) => read("seen", {})[id] ?? 0;

export function keepSeen(id, seq) {
  const all = read("seen", {});
  if ((all[id] ?? 0) >= seq) return;
  delete all[id]; // back in as the newest
  all[id] = seq;
  write("seen", Object.fromEntries(Object.entries(all).slice(-SEEN_KEPT)));
}
