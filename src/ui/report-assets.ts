/** The looks of the HTML report: light or dark as the reader's system is, narrow or wide. No address of anything. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --fg: #1b1f24; --quiet: #57606a; --bg: #fff; --card: #f6f8fa; --line: #d0d7de; --link: #0550ae;
  --good: #116329; --warn: #7d4e00; --bad: #a40e26; --good-bg: #dafbe1; --warn-bg: #fff1c2; --bad-bg: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --quiet: #9da7b1; --bg: #0d1117; --card: #161b22; --line: #30363d; --link: #79c0ff;
  --good: #7ee787; --warn: #f2cc60; --bad: #ffa198; --good-bg: #12301b; --warn-bg: #3a2e0b; --bad-bg: #42161a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg); }
a { color: var(--link); }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 1rem 0; list-style: none; }
button { font: inherit; color: var(--fg); background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .3rem .7rem; cursor: pointer; }
button[aria-pressed=true] { outline: 3px solid var(--link); }
button b { font-size: 1.2rem; margin-right: .3rem; }
.good { color: var(--good); background: var(--good-bg); } .warn { color: var(--warn); background: var(--warn-bg); } .bad { color: var(--bad); background: var(--bad-bg); }
.tag { border-radius: .3rem; padding: 0 .4rem; white-space: nowrap; }
label { display: block; margin: 1rem 0 .5rem; }
input { font: inherit; width: 100%; padding: .4rem; color: var(--fg); background: var(--bg); border: 1px solid var(--quiet); border-radius: .4rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .3rem 0; padding: .3rem .7rem; background: var(--card); }
summary { cursor: pointer; overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .5rem; overflow-x: auto; background: var(--bg); border: 1px solid var(--line); border-radius: .3rem; font-size: .85rem; }
ol, ul { padding-left: 1.5rem; } li { overflow-wrap: anywhere; }
.wide { overflow-x: auto; } svg { width: 100%; min-width: 36rem; height: auto; } svg text { fill: var(--fg); font: 12px system-ui, sans-serif; }
rect.wave { fill: var(--line); } rect.wait { fill: none; stroke: var(--quiet); stroke-dasharray: 3 2; } rect.good { fill: var(--good); } rect.warn { fill: var(--warn); } rect.bad { fill: var(--bad); }
time { color: var(--quiet); font-variant-numeric: tabular-nums; }
@media print { .tools { display: none; } details { break-inside: avoid; } }
`;

/** Filters hosts by words and outcomes; '/' goes to the search, Escape clears it. A host that is linked to is opened. */
export const REPORT_SCRIPT = `
const search = document.getElementById('search');
const hosts = [...document.querySelectorAll('#hosts > details')];
const buttons = [...document.querySelectorAll('button[data-outcome]')];
const shown = document.getElementById('shown');
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
  const wanted = new Set(buttons.filter((each) => each.getAttribute('aria-pressed') === 'true').map((each) => each.dataset.outcome));
  let count = 0;
  for (const host of hosts) {
    const text = host.textContent.toLowerCase();
    host.hidden = !((wanted.size === 0 || wanted.has(host.dataset.outcome)) && words.every((word) => text.includes(word)));
    if (!host.hidden) count += 1;
  }
  shown.textContent = count + ' of ' + hosts.length + ' hosts shown';
};
search.addEventListener('input', filter);
for (const button of buttons) {
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') === 'true' ? 'false' : 'true');
    filter();
  });
}
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && document.activeElement === search) { search.value = ''; filter(); }
});
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener('hashchange', open);
open();
filter();
`;
