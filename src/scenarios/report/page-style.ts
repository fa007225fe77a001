/** How the report looks: one column on a telephone, two on a desk, light or dark as the reader's system is. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --page: #ffffff; --panel: #f6f8fa; --bad: #c1121f; --good: #1a7f37; --warn: #9a6700; --mark: #ffe3e3; --rx: #0969da; --tx: #8250df; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --panel: #151b23; --bad: #ff7b72; --good: #3fb950; --warn: #d29922; --mark: #4b1113; --rx: #4493f8; --tx: #ab7df8; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
a { color: var(--rx); }
code, pre, td, .signature { font-family: ui-monospace, monospace; font-size: .85rem; }
.note { color: var(--soft); font-size: .85rem; margin: .25rem 0; }
.numbers { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; margin: 1rem 0; list-style: none; }
.numbers li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; min-width: 6rem; }
.numbers b { display: block; font-size: 1.4rem; }
.verdict { font-weight: 600; }
.verdict.passed { color: var(--good); }
.verdict.bad { color: var(--bad); }
.verdict.open { color: var(--warn); }
section.panel { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
details { margin: .5rem 0; }
summary { cursor: pointer; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: .2rem .5rem; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; }
.sides th[scope] { font-weight: 400; color: var(--soft); width: 30%; }
.differs td { background: var(--mark); }
.flag { color: var(--bad); font-size: .75rem; }
pre { overflow-x: auto; background: var(--page); border: 1px solid var(--line); border-radius: .25rem; padding: .5rem; margin: .5rem 0; }
figure { margin: .5rem 0; }
figcaption { color: var(--soft); font-size: .85rem; }
.hex b { font-weight: 400; color: var(--soft); }
.hex b.inside { color: var(--text); background: var(--mark); }
.hex b.begins { border-left: 2px solid var(--bad); }
.hex .offset { color: var(--soft); }
.lane { display: grid; grid-template-columns: 5.5rem 1fr 4.5rem; gap: .5rem; align-items: center; font-size: .8rem; margin: 2px 0; }
.lane svg { width: 100%; height: 20px; background: var(--page); border: 1px solid var(--line); }
.lane > span:first-child { color: var(--soft); }
.lane.axis { grid-template-columns: 5.5rem 1fr auto; color: var(--soft); }
.lane rect { fill: var(--soft); }
.lane.bytes-rx rect, .lane.frames rect { fill: var(--rx); }
.lane.bytes-tx rect, .lane.states rect { fill: var(--tx); }
.lane.gaps rect, .lane.faults rect { fill: var(--warn); }
.lane rect.diverged { fill: var(--bad); }
.records .here { background: var(--mark); }
@media (max-width: 40rem) { .lane { grid-template-columns: 4rem 1fr 3rem; } body { padding: .5rem; } th, td { padding: .15rem .25rem; } }
`;
