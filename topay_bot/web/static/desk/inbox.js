// The lists: which one is shown, what is in it, and what has newly arrived. Knows nothing of the page.

import * as api from "./api.js";
import * as keep from "./keep.js";

const PAGE = 50;
const MOST = 200; // asked for at once
const GAP_MS = 700; // at least, between two looks

export class Inbox {
  view = "waiting";
  search = null; // {q, since, until} while a search is shown
  items = [];
  mine = [];
  counts = null; // before the first look
  cursor = null;
  loaded = false;
  #wanted = PAGE; // how many to have in the list
  #waiting = null; // ids known to wait, or null before the first look
  #mineSeqs = null; // id -> seq of the customer's newest message in conversations of ours
  #fresh = null; // a summary newer than the lists
  #looking = null; // AbortController of the look on its way
  #timer = null;
  #lastLook = 0;
  #listener;

  /**
   * `listener` is told: changed(), arrived(summaries, urgent), wrote(summary), given(summary), and of each look
   * whether it went well: up() or down(error).
   */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Show another list; the shown rows go at once, so that nobody acts on a row of the old one. */
  show(view) {
    this.view = view;
    this.search = null;
    this.#renew();
  }

  /** Search in all conversations; null ends the search. */
  find(search) {
    this.search = search;
    this.#renew();
  }

  #renew() {
    this.#waiting = null; // what came meanwhile is told by the counts
    this.items = [];
    this.cursor = null;
    this.loaded = false;
    this.#wanted = PAGE;
    this.#looking?.abort();
    this.#listener.changed();
    this.refresh();
  }

  more() {
    this.#wanted += PAGE;
    return this.refresh();
  }

  /** What the server has just said of a conversation: it holds until the next look. */
  put(summary) {
    this.#fresh = summary;
  }

  get(id) {
    if (this.#fresh?.id === id) return this.#fresh;
    return this.items.find((item) => item.id === id) ?? this.mine.find((item) => item.id === id) ?? null;
  }

  /** This one is ours by our own doing: nothing to be told of. */
  own(id) {
    this.#mineSeqs?.set(id, Infinity);
  }

  /** Conversations of ours where the customer wrote something that we have not seen. */
  get unread() {
    return this.mine.filter(unread).length;
  }

  /** Look again soon; many calls make one look. */
  refreshSoon() {
    this.#timer ??= setTimeout(() => this.refresh(), Math.max(50, this.#lastLook + GAP_MS - Date.now()));
  }

  /** Look again now. What is on its way is dropped: it may be older than what we know. */
  async refresh() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#lastLook = Date.now();
    this.#looking?.abort();
    const looking = (this.#looking = new AbortController());
    try {
      const [list, mine] = await Promise.all([
        this.#list(looking.signal),
        this.view === "mine" && !this.search ? null : api.conversations({ view: "mine", limit: PAGE }, looking.signal),
      ]);
      if (looking.signal.aborted) return;
      this.#take(list, mine);
      this.#listener.up();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#listener.down(error);
    }
  }

  /** As many of the list as are wanted, page by page. */
  async #list(signal) {
    const { search } = this;
    const wish = search ? { ...search, view: "all" } : { view: this.view };
    const items = [];
    let page = null;
    do {
      const limit = Math.min(MOST, this.#wanted - items.length);
      page = await api.conversations({ ...wish, limit, cursor: page?.cursor }, signal);
      items.push(...page.items);
    } while (page.cursor && items.length < this.#wanted);
    return { ...page, items };
  }

  #take(list, mine) {
    const before = this.counts;
    this.#fresh = null;
    this.items = list.items;
    this.cursor = list.cursor ?? null;
    this.counts = list.counts;
    this.mine = mine ? mine.items : list.items;
    this.loaded = true;
    this.#tellArrivals(before);
    this.#tellMine();
    this.#listener.changed();
  }

  /** New in the queue: by the count, and by id where the queue is shown. */
  #tellArrivals(before) {
    const shown = this.view === "waiting" && !this.search;
    const fresh = shown && this.#waiting ? this.items.filter((item) => !this.#waiting.has(item.id)) : [];
    if (shown) this.#waiting = new Set([...(this.#waiting ?? []), ...this.items.map((item) => item.id)]);
    if (before === null) return;
    const more = this.counts.waiting > before.waiting;
    const urgent = this.counts.urgent > before.urgent || fresh.some((item) => item.priority === "urgent");
    // Without more in all, new rows are those of the next page, unless another was taken at the same moment.
    if (more || (fresh.length && urgent)) this.#listener.arrived(fresh, urgent);
  }

  #tellMine() {
    const seqs = new Map(this.mine.map((item) => [item.id, customerSeq(item)]));
    for (const item of this.#mineSeqs ? this.mine : []) {
      if (!this.#mineSeqs.has(item.id)) this.#listener.given(item);
      else if (seqs.get(item.id) > this.#mineSeqs.get(item.id)) this.#listener.wrote(item);
    }
    this.#mineSeqs = seqs;
  }
}

const customerSeq = ({ last_message: last }) => (last?.author === "customer" ? last.seq : 0);

/** Whether the customer wrote something that this agent has not seen. */
export const unread = (summary) => customerSeq(summary) > keep.seen(summary.id);
