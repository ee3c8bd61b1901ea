// What the server put into the page: its language, its words, the names of the categories.

export const page = JSON.parse(document.getElementById("page-data").textContent);

export const $ = (id) => document.getElementById(id);

/** A text of the page, with {name} filled in. */
export function say(key, values = {}) {
  const text = page.texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The text for a value that the server may have more of than we know, such as a reason: itself where unknown. */
export const sayOf = (kind, value) => page.texts[`${kind}_${value}`] ?? value;

/** "refund-zh" as people say it. */
export function queueName(queue) {
  const [, category, language] = /^(.*)-(zh|en)$/.exec(queue ?? "") ?? [null, queue ?? "", null];
  const name = page.categories[category] ?? category;
  return language ? `${name} · ${sayOf("language", language)}` : name;
}

/** What a conversation is about, in a line. */
export const topicOf = (summary) => summary.article_title || say("no_topic");
