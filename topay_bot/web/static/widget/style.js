// How launcher and panel look. Sizes are in pixels: the root's font size is the page's own affair.
//
// `all: initial !important` keeps what the page says of every element away from the host element; inside the shadow
// root none of the page's selectors reach. Texts have a contrast of at least 4.5:1 on their ground, in light and dark.

/** The chat takes the whole window. */
export const COVERS = matchMedia("(max-width: 479px), (max-height: 519px)");
const DARK = `--ground: #151c29; --ink: #e7ecf5; --soft: #a6b2c6; --line: #2b3648; --link: #94b8ff; --brand: #2563d9;
  --hover: #3a73e0; color-scheme: dark;`;
export const STYLE = `
:host { all: initial !important; position: fixed !important; inset: auto 0 0 auto !important; width: 0 !important;
  height: 0 !important; overflow: visible !important; z-index: 2147483647 !important; display: block !important;
  direction: ltr !important; visibility: visible !important; --ground: #fff; --ink: #152238; --soft: #56627a;
  --line: #dde3ec; --link: #0b4ab5; --brand: #0b4fc4; --hover: #093f9e; color-scheme: light; }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([theme="dark"]) { ${DARK} }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.dock { color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", "Noto Sans SC", sans-serif; text-align: start; }
.launcher, .panel { position: fixed; right: max(20px, env(safe-area-inset-right)); z-index: 2147483647; }
.left .launcher, .left .panel { right: auto; left: max(20px, env(safe-area-inset-left)); }
.launcher { bottom: max(20px, env(safe-area-inset-bottom)); display: flex; align-items: center; justify-content: center;
  gap: 8px; min-width: 56px; height: 56px; margin: 0; padding: 0 15px; border: 2px solid transparent; border-radius: 28px;
  background: var(--brand); background-clip: padding-box; color: #fff; font: inherit; font-size: 16px; font-weight: 600;
  line-height: 1; cursor: pointer; box-shadow: 0 0 0 1px rgb(255 255 255 / 75%), 0 4px 18px rgb(10 20 40 / 32%);
  -webkit-tap-highlight-color: transparent; }
.launcher:hover { background-color: var(--hover); }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; }
.launcher:focus-visible { outline-color: #fff; box-shadow: 0 0 0 7px #0b3a91; }
svg { flex: none; width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round;
  stroke-linejoin: round; }
.cross, .opened .talk { display: none; }
.opened .cross { display: block; }
.opened .label { display: none; }
.opened .launcher { padding: 0; }
.badge { position: absolute; top: -7px; right: -5px; display: grid; place-items: center; min-width: 24px; height: 24px;
  padding: 0 6px; border: 2px solid #fff; border-radius: 12px; background: #b3261e; color: #fff; font-size: 13px;
  font-weight: 700; line-height: 1; }
.panel { bottom: calc(max(20px, env(safe-area-inset-bottom)) + 70px); display: flex; width: min(400px, 100vw - 40px);
  height: min(700px, 100vh - 116px); height: min(700px, 100dvh - 116px); border-radius: 18px; background: var(--ground);
  box-shadow: 0 0 0 1px var(--line), 0 12px 48px rgb(10 20 40 / 28%); overflow: hidden; visibility: hidden; opacity: 0; }
.panel.open { visibility: visible; opacity: 1; }
iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; opacity: 0; color-scheme: light dark; }
:host([theme="light"]) iframe { color-scheme: light; }
:host([theme="dark"]) iframe { color-scheme: dark; }
.ready iframe { opacity: 1; }
.notice { margin: auto; padding: 28px; text-align: center; overflow-wrap: anywhere; }
.ready .notice { display: none; }
p, ul { margin: 0; padding: 0; }
.notice p:first-child { font-size: 17px; font-weight: 600; }
.notice p + p { margin-top: 6px; color: var(--soft); }
ul { margin: 14px 0 18px; list-style: none; }
li { min-height: 32px; color: var(--soft); }
a { color: var(--link); font-weight: 600; }
.notice button { min-height: 44px; margin: 4px; padding: 8px 18px; border: 1px solid var(--soft); border-radius: 999px;
  background: none; color: var(--ink); font: inherit; font-weight: 600; cursor: pointer; }
.unseen { position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 599px) { .launcher { padding: 0; } .label { display: none; } }
@media (max-width: 479px), (max-height: 519px) {
  .panel, .left .panel { inset: 0; width: auto; height: auto; border-radius: 0; }
  .opened .launcher { visibility: hidden; }
}
@media (prefers-reduced-motion: no-preference) {
  .panel { transform: translateY(12px); transition: opacity 140ms, transform 140ms, visibility 0s 140ms; }
  .panel.open { transform: none; transition-delay: 0s; }
}
@media (forced-colors: active) { .panel { border: 1px solid; } .launcher { border-color: currentColor; } }
@media print { .dock { display: none; } }
`;
