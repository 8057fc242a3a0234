#include "data_backup/html_page.hpp"

namespace tresor::data_backup {

// Colours of text have a contrast of at least 4.5 to all that they stand on, in both themes.
std::string_view html_style() noexcept {
    return R"css(
:root {
  color-scheme: light dark;
  --page: #eceff3; --bar: #ffffff; --in: #ffffff; --out: #d9f2e0; --text: #16202a; --soft: #4d5a67;
  --line: #cfd6de; --link: #0a559e; --accent: #046635; --mark: #ffe27a; --shade: #0000000f;
  --c0: #a8321f; --c1: #8a4b00; --c2: #6b5900; --c3: #3d6600; --c4: #00693e; --c5: #006868;
  --c6: #005f8f; --c7: #2b52b5; --c8: #5b45bd; --c9: #83359f; --c10: #a12a76; --c11: #a62a4a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1318; --bar: #161d24; --in: #1d262f; --out: #173a2a; --text: #e9eef3; --soft: #a9b5c1;
    --line: #33404c; --link: #8cc2ff; --accent: #6fdca0; --mark: #6b5500; --shade: #ffffff12;
    --c0: #ff9d8a; --c1: #f5b06a; --c2: #e0c455; --c3: #b3d65c; --c4: #74dba3; --c5: #66d9d9;
    --c6: #7cc8f5; --c7: #a3bdff; --c8: #c2b3ff; --c9: #e3aaf7; --c10: #ffa3d8; --c11: #ffa0b4;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 5.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell,
    "Helvetica Neue", Arial, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif;
  overflow-wrap: anywhere;
}
p, h1, h2, ol, ul { margin: 0; padding: 0; }
ol, ul { list-style: none; }
a { color: var(--link); }
bdi { unicode-bidi: isolate; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
button, input { font: inherit; color: inherit; }
summary { cursor: pointer; }
[hidden] { display: none !important; }
.heard, .skip:not(:focus) {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
.skip { position: fixed; top: .5rem; left: .5rem; z-index: 3; padding: .5rem 1rem; background: var(--bar); }

.bar {
  position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: .5rem .75rem;
  padding: .5rem max(1rem, (100% - 56rem) / 2); background: var(--bar); border-bottom: 1px solid var(--line);
}
.bar .title { flex: 1 1 8rem; min-width: 0; }
.bar h1 { font-size: 1.15rem; line-height: 1.25; overflow: hidden; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
.bar p, .bar summary { font-size: .85rem; color: var(--soft); }
.bar details p { max-height: 30vh; overflow: auto; color: var(--text); }
.back { flex: none; padding: .25rem; text-decoration: none; font-size: .95rem; }
.back span:first-child { font-size: 1.4rem; line-height: 1; }
.face {
  flex: none; width: 48px; height: 48px; border-radius: 50%; object-fit: cover; background: var(--shade);
  display: inline-flex; align-items: center; justify-content: center; font-size: 1.35rem; font-weight: 600;
}
.bar .face { width: 40px; height: 40px; font-size: 1.15rem; }
span.face { background: color-mix(in srgb, currentColor 16%, var(--bar)); }
.search { flex: 0 1 21rem; display: flex; align-items: center; gap: .35rem; }
.search input {
  flex: 1 1 6rem; min-width: 0; padding: .4rem .8rem; border: 1px solid var(--line); border-radius: 1.2rem;
  background: var(--page);
}
.search input::placeholder { color: var(--soft); opacity: 1; }
.search output { min-width: 3.2rem; font-size: .85rem; color: var(--soft); text-align: center; }
.search output:empty { display: none; }
.search button { flex: none; width: 2.1rem; height: 2.1rem; border: 1px solid var(--line); border-radius: 50%; background: none; cursor: pointer; }
.search button:disabled { opacity: .4; cursor: default; }
.filter output { min-width: 0; }

main { display: block; max-width: 58rem; margin: 0 auto; padding: .5rem 1rem 2rem; outline: none; }
.pages { display: flex; flex-wrap: wrap; gap: .4rem; justify-content: center; max-width: 58rem; margin: 0 auto; padding: .75rem 1rem; }
.pages a, .links a { padding: .3rem .9rem; border: 1px solid var(--line); border-radius: 1.2rem; background: var(--bar); text-decoration: none; }
.end { padding: 0 1rem 2rem; text-align: center; font-size: .85rem; color: var(--soft); }
.day { content-visibility: auto; contain-intrinsic-size: auto 600px; padding: 0 .25rem .25rem; }
.day h2 {
  width: fit-content; margin: 1rem auto .75rem; padding: .2rem .9rem; border-radius: 1rem; background: var(--bar);
  font-size: .8rem; font-weight: 600; color: var(--soft);
}

article { position: relative; width: fit-content; max-width: min(36rem, 86%); margin: .6rem 0 0; padding: .45rem .75rem .4rem; border-radius: 1rem; box-shadow: 0 1px 1px var(--shade); }
article.same { margin-top: .2rem; }
.in { background: var(--in); border-bottom-left-radius: .3rem; }
.out { margin-left: auto; background: var(--out); border-bottom-right-radius: .3rem; }
.aside { margin: .6rem auto; padding: .25rem .9rem; max-width: min(36rem, 92%); text-align: center; font-size: .85rem; color: var(--soft); background: var(--shade); box-shadow: none; }
.aside .note { display: inline; white-space: pre-wrap; }
.aside footer { display: inline; margin-left: .4rem; }
.sticker { background: none; box-shadow: none; }
article:target { animation: found 2.5s ease-out; outline: 2px solid var(--accent); }
@keyframes found { from { background-color: var(--mark); } }
article.hit { outline: 2px solid var(--line); }
article.current { outline: 3px solid var(--accent); }
mark { background: var(--mark); color: var(--text); border-radius: 2px; }
.who { font-size: .85rem; font-weight: 600; }
.text, .address { white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; }
.text { overflow: clip; }
.text.big { font-size: 2.4rem; line-height: 1.25; }
.mention { font-weight: 600; color: var(--accent); }
.gone { font-style: italic; color: var(--soft); }
.quote {
  display: block; margin: .1rem 0 .4rem; padding: .25rem .6rem; border-left: 4px solid currentColor; border-radius: .4rem;
  color: var(--soft); background: var(--shade); text-decoration: none; font-size: .9rem;
}
.quote .who { display: block; }
.quote .said { display: -webkit-box; -webkit-line-clamp: 4; -webkit-box-orient: vertical; overflow: hidden; white-space: pre-line; color: var(--text); unicode-bidi: plaintext; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
.c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
.c8 { color: var(--c8); } .c9 { color: var(--c9); } .c10 { color: var(--c10); } .c11 { color: var(--c11); }
a.quote:hover .said { text-decoration: underline; }
.picture { display: block; width: fit-content; max-width: 100%; margin: .15rem 0 .3rem; }
.picture img, video { display: block; max-width: 100%; max-height: 26.25rem; height: auto; border-radius: .7rem; background: var(--shade); object-fit: cover; }
.sticker .picture img { background: none; max-height: 11.25rem; }
.sticker .file { display: none; }
video { width: 24rem; aspect-ratio: 16 / 9; margin: .15rem 0 .3rem; background: #000; object-fit: contain; }
video[width] { width: auto; aspect-ratio: auto; }
audio { display: block; width: min(20rem, 70vw); max-width: 100%; height: 2.6rem; margin: .2rem 0 .3rem; }
.file { display: flex; align-items: center; gap: .5rem; margin: .1rem 0; font-size: .9rem; text-decoration: none; }
a.file .name { text-decoration: underline; }
.file .details { flex: none; color: var(--soft); font-size: .8rem; }
.badge { flex: none; padding: .15rem .4rem; border-radius: .3rem; background: var(--shade); color: var(--soft); font-size: .7rem; font-weight: 700; text-transform: uppercase; }
.place, .question { font-weight: 600; white-space: pre-line; }
.coordinates { color: var(--soft); font-size: .85rem; font-variant-numeric: tabular-nums; }
.links { display: flex; flex-wrap: wrap; gap: .4rem; margin: .4rem 0 .2rem; font-size: .85rem; }
.links a { background: none; }
.poll { min-width: min(20rem, 70vw); }
.poll .kind { font-size: .8rem; color: var(--soft); }
.poll li { margin: .5rem 0 .6rem; }
.choice { display: flex; justify-content: space-between; gap: 1rem; }
.choice b { flex: none; font-size: .85rem; font-weight: 600; color: var(--soft); }
.most .choice span { font-weight: 600; }
.share { fill: var(--accent); display: block; width: 100%; height: .45rem; border-radius: .3rem; overflow: hidden; }
.share .rest { fill: var(--shade); }
.names { font-size: .8rem; color: var(--soft); }
.reactions { display: flex; flex-wrap: wrap; gap: .3rem; margin: .35rem 0 .1rem; }
.reactions li { padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--page); font-size: .85rem; }
.reactions b { font-size: .8rem; }
article footer { margin-top: .15rem; font-size: .75rem; color: var(--soft); text-align: end; }
article footer a { color: inherit; text-decoration: none; }
article footer a:hover { text-decoration: underline; }
.state::before { content: "· "; }
.star { color: var(--c1); font-size: .9rem; }

.chats li { display: flex; gap: .9rem; padding: .8rem .9rem; margin: .5rem 0; border-radius: .9rem; background: var(--in); position: relative; }
.chats div { min-width: 0; flex: 1; }
.chats h2 { font-size: 1.05rem; line-height: 1.3; }
.chats h2 a { color: inherit; text-decoration: none; }
.chats h2 a::after { content: ""; position: absolute; inset: 0; border-radius: .9rem; }
.chats li:hover h2 a { text-decoration: underline; }
.chats .said { overflow: hidden; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
.chats .said time { color: var(--soft); font-size: .85rem; }
.meta { color: var(--soft); font-size: .85rem; }
.chats .pages { position: relative; z-index: 1; justify-content: flex-start; padding: .4rem 0 0; font-size: .85rem; }
.empty { margin: 1.2rem .9rem; color: var(--soft); }
.empty li { padding: .15rem 0; }

.lightbox { width: 100%; max-width: none; height: 100%; max-height: none; margin: 0; padding: 0; border: 0; background: #000000e6; color: #fff; overflow: hidden; }
.lightbox::backdrop { background: #000000b0; }
.lightbox img { position: absolute; inset: 0; margin: auto; max-width: 100%; max-height: 100%; object-fit: contain; }
.lightbox p { position: absolute; left: 0; right: 0; bottom: 0; padding: .6rem 1rem; text-align: center; background: #000000a0; }
.lightbox p:empty { display: none; }
.lightbox button { position: absolute; width: 3rem; height: 3rem; border: 0; border-radius: 50%; background: #000000b0; color: #fff; font-size: 1.5rem; line-height: 1; cursor: pointer; }
.lightbox :focus-visible { outline-color: #fff; }
.lightbox .close { top: .75rem; right: .75rem; }
.lightbox .previous { left: .75rem; top: calc(50% - 1.5rem); }
.lightbox .next { right: .75rem; top: calc(50% - 1.5rem); }

@media (max-width: 40rem) {
  .chat .bar { flex-wrap: wrap; padding: .4rem .75rem; }
  .back .long { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
  .back { padding: .25rem .5rem; }
  .search { flex: 1 0 100%; }
  .index .bar { flex-wrap: wrap; }
  main { padding: .25rem .5rem 2rem; }
  html { scroll-padding-top: 8rem; }
  .chats li { padding: .7rem; gap: .7rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media (prefers-reduced-motion: reduce) { article:target { animation: none; } }
@media print {
  :root {
    --page: #fff; --bar: #fff; --in: #fff; --out: #fff; --text: #000; --soft: #444; --line: #999; --link: #000;
    --accent: #000; --mark: #ff0; --shade: #eee;
  }
  .bar { position: static; }
  .search, .skip, .back, .pages, audio, .lightbox { display: none !important; }
  .day { content-visibility: visible; }
  .day h2 { break-after: avoid; }
  article { break-inside: avoid; border: 1px solid var(--line); box-shadow: none; }
  article:target, article.hit, article.current { outline: none; }
  .aside { border: 0; }
}
)css";
}

}  // namespace tresor::data_backup
