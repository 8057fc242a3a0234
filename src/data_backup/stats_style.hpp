// How the page of statistics looks: light and dark, on a phone, on paper.
#pragma once

#include <string_view>

namespace tresor::data_backup {

inline constexpr std::string_view stats_style = R"css(
:root { color-scheme: light dark; --page: #faf9f6; --sheet: #fff; --ink: #22272b; --soft: #5d666d;
  --line: #dfddd6; --a: #2b6f77; --b: #c08a2e }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --sheet: #1d2125; --ink: #e6e3dd;
  --soft: #a0a8ae; --line: #363c42; --a: #6cb6bd; --b: #dcae5d } }
* { box-sizing: border-box }
body { margin: 0; padding: 2rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
main { max-width: 60rem; margin: 0 auto }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.25 }
h2 { margin: 0 0 .75rem; font-size: 1.125rem; line-height: 1.3 }
.range { margin: .25rem 0 1.5rem; color: var(--soft) }
section, .tiles > div { background: var(--sheet); border: 1px solid var(--line);
  border-radius: .5rem }
section { margin-top: 1rem; padding: 1rem 1.25rem }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr));
  gap: .75rem; margin: 0 }
.tiles > div { padding: .75rem 1rem }
.tiles dt { color: var(--soft); font-size: .875rem }
.tiles dd { margin: 0; font-size: 1.375rem; line-height: 1.3; font-weight: 600;
  overflow-wrap: anywhere }
.tiles dd small { display: block; font-size: .8125rem; font-weight: 400; color: var(--soft) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
  gap: 0 1rem }
.pair section { min-width: 0 }
.chart { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem .5rem;
  color: var(--soft); font-size: .75rem; line-height: 1 }
.scale { display: flex; flex-direction: column; justify-content: space-between;
  text-align: right; margin: -.375rem 0 }
.bars { display: block; width: 100%; height: 11rem; overflow: visible }
.bars rect, .bar .a { fill: var(--a) }
.bar .b { fill: var(--b) }
.grid { stroke: var(--line); stroke-width: 1; fill: none; vector-effect: non-scaling-stroke }
.labels { grid-column: 2; display: grid; padding-top: .125rem }
.labels span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  line-height: 1.25 }
.labels.each span { text-align: center }
.note { margin: .75rem 0 0; color: var(--soft); font-size: .875rem }
details { margin-top: .75rem; font-size: .875rem }
summary { cursor: pointer; color: var(--soft) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
details table { width: auto; min-width: min(20rem, 100%); margin-top: .5rem }
th, td { padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line);
  text-align: right; vertical-align: top; font-weight: 400; white-space: nowrap }
th:last-child, td:last-child { padding-right: 0 }
thead th { color: var(--soft); font-size: .8125rem }
th:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere }
table.wide th:first-child { min-width: 11rem; width: 55% }
tbody tr:last-child > * { border-bottom: 0 }
.bar { display: block; width: 100%; height: .5rem; margin-top: .25rem }
.legend { display: inline-block; width: .75rem; height: .75rem; margin-right: .375rem;
  border-radius: .125rem; vertical-align: -.0625rem }
.legend.a { background: var(--a) }
.legend.b { background: var(--b); margin-left: 1rem }
.findings { margin: 0; padding-left: 1.25rem; overflow-wrap: anywhere }
@media print {
  :root { --page: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #bbb; --a: #2b6f77;
    --b: #c08a2e }
  body { padding: 0; font-size: 10pt }
  section, .tiles > div { break-inside: avoid }
  section.long { break-inside: auto }
  tr { break-inside: avoid }
  h2, thead { break-after: avoid }
  details { display: none }
  .legend { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
)css";

}  // namespace tresor::data_backup
