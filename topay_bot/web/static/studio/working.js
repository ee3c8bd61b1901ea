// While the server works on something that the page waits for, look again now and then; without this there is a link.

const EVERY_MS = 1500;

async function look() {
  const shown = document.querySelector("[data-working]");
  if (!shown) return;
  let page = null;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (response.ok) page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    // The server may be starting again.
  }
  const now = page?.querySelector("[data-working]");
  if (page && !now) {
    location.reload();
    return;
  }
  // A bar moves on; words stay as they are, so that screen readers don't repeat them.
  const [from, to] = [now?.querySelector("progress"), shown.querySelector("progress")];
  if (from && to && from.hasAttribute("value")) to.value = from.value;
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
