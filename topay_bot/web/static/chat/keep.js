// What outlives a reload. The conversation is shared by the browser's tabs and forgotten a day after its last use;
// what is not sent yet, and the draft in the input, belong to their tab.
//
// Everything lies under names of its own for each proven customer (belongTo), so that nobody is shown another's. In a
// frame whose storage is forbidden the page around it keeps things (elsewhere); where nothing may be kept (nowhere),
// or can be, only this is lost.

const CONVERSATION = "topay.conversation";
const SEEN = "topay.seen"; // up to which message the customer has looked
const OUTBOX = "topay.outbox";
const DRAFT = "topay.draft";
const SPOKE = "topay.spoke"; // something was said in this tab
const RATED = "topay.rated"; // the stars that were given lately
const ALL = { local: [CONVERSATION, SEEN, RATED], session: [OUTBOX, DRAFT, SPOKE] };
const KEPT_MS = 24 * 60 * 60 * 1000;

const browser = {
  get: (area, key) => window[`${area}Storage`].getItem(key),
  set: (area, key, value) => window[`${area}Storage`].setItem(key, value),
  remove: (area, key) => window[`${area}Storage`].removeItem(key),
};
let place = browser;
const listeners = []; // [key, callback] of what other tabs change
let suffix = "";

function read(area, key) {
  try {
    return JSON.parse(place.get(area, key + suffix));
  } catch {
    return null;
  }
}

function write(area, key, value) {
  try {
    if (value === null) place.remove(area, key + suffix);
    else place.set(area, key + suffix, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works on without it.
  }
}

/** Whether this browser keeps anything here. */
export function works() {
  try {
    browser.set("local", "topay.works", "1");
    browser.remove("local", "topay.works");
    return true;
  } catch {
    return false;
  }
}

/** Keep things in memory that begins as `kept`, {local: {key: text}, session: ...}; `tell` hears of every change. */
export function elsewhere(kept, tell) {
  const memory = { local: { ...kept?.local }, session: { ...kept?.session } };
  place = {
    memory,
    get: (area, key) => memory[area][key] ?? null,
    set: (area, key, value) => tell(area, key, (memory[area][key] = value)),
    remove: (area, key) => {
      delete memory[area][key];
      tell(area, key, null);
    },
  };
}

/** Another tab changed what is kept elsewhere. */
export function changedElsewhere(key, value) {
  if (!place.memory) return;
  if (value === null) delete place.memory.local[key];
  else place.memory.local[key] = value;
  changed(key);
}

/** Keep nothing beyond this page, and show nothing that was kept. */
export const nowhere = () => elsewhere({}, () => {});

const values = () => Object.entries(ALL).flatMap(([area, keys]) => keys.map((key) => [area, key, read(area, key)]));

/** From now on everything is this customer's. What they said in this tab before they were known comes with them. */
export function belongTo(scope) {
  const before = read("session", SPOKE) ? values() : null;
  const own = `@${scope}`;
  suffix = own;
  if (before === null || read("local", CONVERSATION)) return;
  suffix = "";
  forgetAll();
  suffix = own;
  for (const [area, key, value] of before) write(area, key, value);
}

export function forgetAll() {
  for (const [area, key] of values()) write(area, key, null);
}

/** {id, token, seq} of the conversation, or null. */
export function conversation() {
  const kept = read("local", CONVERSATION);
  const fresh = typeof kept?.id === "string" && typeof kept?.token === "string" && Date.now() - kept.at < KEPT_MS;
  return fresh ? kept : null;
}

export const keepConversation = ({ id, token, seq }) => write("local", CONVERSATION, { id, token, seq, at: Date.now() });
export const forgetConversation = () => write("local", CONVERSATION, null);

function changed(key) {
  for (const [name, callback] of listeners) if (key === name + suffix || key === null) callback();
}
window.addEventListener("storage", (event) => {
  if (place === browser) changed(event.key);
});

/** Calls back when another tab changed the conversation. */
export const onConversationElsewhere = (callback) => listeners.push([CONVERSATION, () => callback(conversation())]);

/** {id, seq}: the newest message that the customer had before their eyes, in any tab; or null. */
export const seen = () => read("local", SEEN);
export const keepSeen = ({ id, seq }) => {
  const before = seen();
  if (before?.id !== id || before.seq < seq) write("local", SEEN, { id, seq });
};
export const onSeenElsewhere = (callback) => listeners.push([SEEN, callback]);

const RATINGS_KEPT = 20;
/** The stars given to what has that name; 0 when none were. */
export const rated = (name) => (read("local", RATED) ?? []).find((one) => one.name === name)?.stars ?? 0;
export const keepRated = (name, stars) => {
  const others = (read("local", RATED) ?? []).filter((one) => one.name !== name);
  write("local", RATED, [...others, { name, stars }].slice(-RATINGS_KEPT));
};

export function outbox() {
  const kept = read("session", OUTBOX);
  return Array.isArray(kept) ? kept.filter((item) => typeof item?.key === "string") : [];
}
export function keepOutbox(items) {
  write("session", OUTBOX, items.length ? items : null);
  if (items.length) write("session", SPOKE, true);
}

export const draft = () => read("session", DRAFT) ?? "";
export const keepDraft = (text) => write("session", DRAFT, text || null);
