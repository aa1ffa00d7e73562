/**
 * The page's whole style: light, dark and print. Text has a contrast of 4.5 to 1 at least. On paper everything is open, and links
 * show where they lead.
 */
export const style = `
:root { color-scheme: light dark;
  --ground: #fff; --card: #f6f8fa; --text: #1b1f24; --quiet: #57606a; --edge: #d0d7de; --grid: #e4e8ec; --link: #0b57a4;
  --good: #1a7431; --bad: #b3261e; --open: #8a5a00; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #0f1419; --card: #181e25; --text: #e6edf3; --quiet: #9aa5b1; --edge: #343d47; --grid: #252d36; --link: #79b8ff;
  --good: #56d364; --bad: #ff7b72; --open: #e3b341; } }
@media print { :root { color-scheme: light;
  --ground: #fff; --card: #fff; --text: #000; --quiet: #333; --edge: #999; --grid: #ddd; --link: #000;
  --good: #1a7431; --bad: #b3261e; --open: #6b4600; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--edge); }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
h1, h2, h3, h4, td, dd, code { overflow-wrap: anywhere; }
time { white-space: nowrap; }
p, ul { margin: .25rem 0 .75rem; max-width: 90ch; }
code { font: .9em ui-monospace, monospace; }
.quiet { color: var(--quiet); font-size: .9rem; }
.verdict { font-size: 1.1rem; font-weight: 600; border: 1px solid var(--edge); border-left-width: .4rem; border-radius: .35rem; background: var(--card); padding: .6rem 1rem; }
.verdict.passed { border-left-color: var(--good); } .verdict.failed { border-left-color: var(--bad); }
.badge { font-weight: 600; white-space: nowrap; }
.passed > .badge, .badge.passed { color: var(--good); } .badge.failed, .badge.error { color: var(--bad); }
.badge.exempt, .badge.unknown { color: var(--open); } .badge.notApplicable, .badge.notCovered { color: var(--quiet); }
dl { display: grid; gap: .25rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin: .75rem 0; }
dl > div { display: flex; gap: .5rem; min-width: 0; } dt { color: var(--quiet); flex: none; } dd { margin: 0; min-width: 0; }
dl > div:has(code) { grid-column: 1 / -1; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; margin: .5rem 0 1rem; }
caption { text-align: left; color: var(--quiet); padding: .2rem .5rem; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--grid); vertical-align: top; }
thead th { color: var(--quiet); border-bottom-color: var(--edge); } tbody th { font-weight: 500; }
details { border: 1px solid var(--edge); border-radius: .35rem; margin: .35rem 0; }
summary { cursor: pointer; padding: .35rem .75rem; } .inside { padding: 0 .75rem .5rem; border-top: 1px solid var(--grid); }
@page { margin: 15mm; }
@media print {
  :root { font-size: 9.5pt; }
  body { padding: 0; max-width: none; }
  section.stack + section.stack { break-before: page; }
  h2, h3, h4, caption, summary, thead { break-after: avoid; }
  tr, .verdict, dl > div { break-inside: avoid; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  summary { list-style: none; } summary::-webkit-details-marker { display: none; }
  a[href^="http"]::after { content: " (" attr(href) ")"; overflow-wrap: anywhere; }
  a { text-decoration: none; } nav { display: none; }
}
`;
