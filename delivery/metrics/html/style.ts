/** The page's whole style: light, dark and print. Colours keep a contrast of 4.5 to 1 for text, 3 to 1 for what is drawn. */
export const style = `
:root { color-scheme: light dark;
  --ground: #fff; --card: #f6f8fa; --text: #1b1f24; --quiet: #57606a; --edge: #d0d7de; --grid: #e4e8ec;
  --good: #1f6fbf; --bad: #c0392b; --unknown: #6e7781; --target: #8a5a00; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #0f1419; --card: #181e25; --text: #e6edf3; --quiet: #9aa5b1; --edge: #343d47; --grid: #252d36;
  --good: #58a6ff; --bad: #ff7b72; --unknown: #9aa5b1; --target: #e3b341; } }
@media print { :root { color-scheme: light;
  --ground: #fff; --card: #fff; --text: #000; --quiet: #333; --edge: #999; --grid: #ddd;
  --good: #1f6fbf; --bad: #c0392b; --unknown: #555; --target: #6b4600; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--edge); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 90ch; } .quiet { color: var(--quiet); font-size: .9rem; }
.kpis { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin: 1rem 0; padding: 0; list-style: none; }
.kpis li { background: var(--card); border: 1px solid var(--edge); border-radius: .5rem; padding: .75rem 1rem; }
.kpis .value { display: block; font-size: 1.6rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.kpis .verdict { font-weight: 600; } .met { color: var(--good); } .missed { color: var(--bad); } .few { color: var(--quiet); }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); align-items: start; }
figure { margin: 0; border: 1px solid var(--edge); border-radius: .5rem; padding: .75rem 1rem; min-width: 0; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
figure > svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg .tick { text-anchor: end; } svg .week, svg .value, svg .empty { text-anchor: middle; } svg .value { fill: var(--text); }
svg .target-label { fill: var(--target); }
svg .grid { stroke: var(--grid); } svg .target { stroke: var(--target); stroke-width: 1.5; stroke-dasharray: 6 4; }
svg .solid { stroke: var(--good); } svg .hatched { stroke: var(--bad); } svg .dotted { stroke: var(--unknown); }
.solid-ground { fill: var(--good); } .hatched-ground, .dotted-ground { fill: var(--ground); }
.hatched-sign { fill: var(--bad); } .dotted-sign { fill: var(--unknown); }
svg .line { fill: none; stroke: var(--good); stroke-width: 2; } svg .point { fill: var(--good); stroke: var(--ground); stroke-width: 1.5; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: .25rem 0; padding: 0; font-size: .85rem; }
.key li { display: flex; align-items: center; gap: .4rem; } .swatch { width: 1rem; height: 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { text-align: right; padding: .2rem .5rem; border-bottom: 1px solid var(--grid); vertical-align: top; }
th { color: var(--quiet); font-weight: 600; } th:first-child, td:first-child { text-align: left; } td { white-space: nowrap; }
table.words th, table.words td { text-align: left; white-space: normal; }
@media print { body { padding: 0; font-size: 10pt; } h2 { break-after: avoid; } .kpis li { break-inside: avoid; } .wide { overflow: visible; } }
`;
