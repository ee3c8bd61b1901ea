// Lists that are drawn anew only where they changed.

const drawn = new WeakMap(); // parent -> Map of key -> {sign, element}

/**
 * Make the children of `parent` those of `entries`, {key, sign, make(old)}: what has another `sign` than before is made
 * anew, the rest is only moved. The focus stays where it was: on the part with the same `data-part`, else the first.
 */
export function keyed(parent, entries) {
  const before = drawn.get(parent) ?? new Map();
  const after = new Map();
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let focus = focused;
  for (const { key, sign, make } of entries) {
    const old = before.get(key);
    if (old?.sign === sign) {
      after.set(key, old);
      continue;
    }
    const element = make(old?.element ?? null);
    if (focused && old?.element.contains(focused)) focus = samePart(element, focused);
    old?.element.replaceWith(element);
    after.set(key, { sign, element });
  }
  for (const [key, { element }] of before) if (!after.has(key)) element.remove();
  let next = parent.firstElementChild;
  for (const { element } of after.values()) {
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  drawn.set(parent, after);
  if (focus && focus !== document.activeElement && focus.isConnected) focus.focus({ preventScroll: true });
}

const samePart = (element, focused) =>
  (focused.dataset.part && element.querySelector(`[data-part="${focused.dataset.part}"]`)) ||
  element.querySelector("a, button");
