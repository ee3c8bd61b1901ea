// The widget: a launcher on a shop's page, and the chat behind it. docs/widget.md is for site owners.
//
//   <script async src="https://desk.example/widget.js"></script>
//
// This file only makes `$topay` and waits until the page is done and idle. Then it asks the desk, and if the desk
// answers, loads the launcher (widget/panel.js). The page may be hostile without meaning to: its styles do not reach
// into the shadow root, and its scripts may have changed built-in objects, so that nothing here iterates with `for in`
// or serialises arrays. The chat itself is a frame of the desk's own origin; neither side reads the other's document.

(() => {
  "use strict";
  const waiting = window.$topay;
  if (waiting && waiting.loaded) return; // the tag stands twice on the page

  const script = document.currentScript;
  const settings = { ...(script && script.dataset), ...window.topaySettings };
  const base = new URL(settings.server ? `${settings.server}/` : ".", script ? script.src : location.href);
  const RETRIES_MS = [15_000, 60_000, 240_000]; // when the desk does not answer; then this page is left alone
  const AREAS = { local: "localStorage", session: "sessionStorage" };
  const KEPT = "topay.kept."; // what the frame may not keep itself

  // Storage of the page's own origin. Where it is forbidden, things merely last as long as the page.
  const memory = {
    read(area, key) {
      try {
        return window[AREAS[area]].getItem(`topay.${key}`);
      } catch {
        return null;
      }
    },
    write(area, key, value) {
      try {
        if (value === null) window[AREAS[area]].removeItem(`topay.${key}`);
        else window[AREAS[area]].setItem(`topay.${key}`, value);
      } catch {
        // Forbidden or full.
      }
    },
    kept(area) {
      const found = {};
      try {
        const all = window[AREAS[area]];
        for (let at = 0; at < all.length; at++) {
          const key = all.key(at);
          if (key.indexOf(KEPT) === 0) found[key.slice(KEPT.length)] = all.getItem(key);
        }
      } catch {
        // Forbidden.
      }
      return found;
    },
  };

  let locale = settings.locale || document.documentElement.lang || "";
  // What a customer chose in the chat holds on pages in the language in which they chose it.
  const [onPagesIn, chosen] = (memory.read("local", "locale") || "").split(">");
  if (chosen && onPagesIn === locale) locale = chosen;
  let user = settings.user ? claim(settings.user.id, settings.user) : null;
  let panel = null; // once the desk has answered
  let wanted = memory.read("session", "open") ? { focus: false } : null; // to be opened as soon as there is a panel

  function claim(id, proof) {
    return { id: String(id), identifier_hash: String((proof && proof.identifier_hash) || "") };
  }

  // -- What pages call

  const api = {
    loaded: true,
    open() {
      if (panel) panel.open({ focus: true });
      else wanted = { focus: true };
    },
    close() {
      if (panel) panel.close();
      else wanted = null;
    },
    toggle() {
      if (panel) panel.toggle();
      else wanted = wanted ? null : { focus: true };
    },
    setLocale(wish) {
      locale = String(wish);
      // Unanswered, the words stay as they are; the chat says itself that the desk is away.
      if (panel) ask().then((told) => panel.translate(told), () => {});
    },
    setUser(id, proof) {
      const before = user;
      user = claim(id, proof);
      const same = before && before.id === user.id && before.identifier_hash === user.identifier_hash;
      if (panel && !same) panel.renew();
    },
    reset() {
      user = null;
      wanted = null;
      memory.write("session", "open", null);
      memory.write("local", "started", null);
      memory.write("local", "forget", "1"); // until the frame says that it has
      for (const area of ["local", "session"]) {
        for (const key of Object.keys(memory.kept(area))) memory.write(area, `kept.${key}`, null);
      }
      if (panel) panel.reset();
    },
    /** So that $topay.push(["open"]) works before and after this script has come. */
    push(command) {
      const method = api[command[0]];
      if (typeof method === "function" && command[0] !== "push") method(command[1], command[2]);
      else console.warn(`topay: there is no command ${command[0]}`);
    },
  };
  window.$topay = api;
  if (waiting) for (let at = 0; at < waiting.length; at++) api.push(waiting[at]);
  whenIdle(() => boot(0));

  function tell(name, detail) {
    window.dispatchEvent(new CustomEvent(`topay:${name}`, { detail }));
  }

  /** Not before the page has loaded and has nothing to do; a page that never ends to load gets six seconds. */
  function whenIdle(work) {
    let due = true;
    const once = () => {
      if (!due) return;
      due = false;
      if (window.requestIdleCallback) window.requestIdleCallback(work, { timeout: 3000 });
      else setTimeout(work, 200);
    };
    if (document.readyState === "complete") once();
    else {
      window.addEventListener("load", once);
      setTimeout(once, 6000);
    }
  }

  async function ask() {
    const url = new URL("widget/boot", base);
    url.searchParams.set("site", location.origin);
    if (locale) url.searchParams.set("lang", locale.slice(0, 2).toLowerCase());
    const answer = await fetch(url.href, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function boot(tries) {
    try {
      const told = await ask();
      const { Panel } = await import(new URL("widget/panel.js", base).href);
      panel = new Panel(told, { base, settings, tell, ...forPanel });
      if (wanted) panel.open(wanted);
      else if (memory.read("local", "started") || memory.read("local", "forget")) panel.load();
      tell("ready", { language: told.language });
    } catch {
      // A browser does not say whether the desk is away or has this site not on its list.
      if (tries < RETRIES_MS.length) setTimeout(() => boot(tries + 1), RETRIES_MS[tries]);
      else console.info(`topay: no answer for ${location.origin}: is the desk running, and is this site on its list?`);
    }
  }

  // -- What the panel does through this script

  const forPanel = {
    choseLocale(wish) {
      memory.write("local", "locale", `${settings.locale || document.documentElement.lang || ""}>${wish}`);
      api.setLocale(wish);
    },
    keepOpen: (on) => memory.write("session", "open", on ? "1" : null),
    keepStarted: (on) => memory.write("local", "started", on ? "1" : null),
    forgotten: () => memory.write("local", "forget", null),
    keptKey: (key) => (key && key.indexOf(KEPT) === 0 ? key.slice(KEPT.length) : null),
    keep({ area, key, value }) {
      if (AREAS[area] && String(key).indexOf("topay.") === 0) memory.write(area, `kept.${key}`, value);
    },
    hello: () => ({
      user,
      forget: memory.read("local", "forget") !== null,
      kept: { local: memory.kept("local"), session: memory.kept("session") },
    }),
  };
})();
