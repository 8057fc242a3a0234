#include "data_backup/html_page.hpp"

namespace tresor::data_backup {

// Without it the pages lack the search and show pictures on a page of their own.
std::string_view html_script() noexcept {
    return R"js(
(() => {
  "use strict";
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // ---- search ----
  const form = document.querySelector("form.search");
  const input = form.querySelector("input");
  const output = form.querySelector("output");
  const say = (hits, at) => {
    output.textContent = !input.value.trim() ? "" : hits === 0 ? output.dataset.none : at;
  };
  let timer = 0;
  const later = (work) => {
    clearTimeout(timer);
    timer = setTimeout(work, 150);
  };
  form.hidden = false;
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    input.focus();
  });

  const filterChats = () => {
    const wanted = plain(input.value.trim());
    let hits = 0;
    for (const chat of document.querySelectorAll(".chats > li")) {
      chat.hidden = !plain(chat.querySelector("h2").textContent).includes(wanted);
      if (!chat.hidden) ++hits;
    }
    say(hits, String(hits));
  };

  const searchMessages = () => {
    const previous = form.querySelector(".previous");
    const next = form.querySelector(".next");
    const messages = [...document.querySelectorAll("article")];
    let texts = null;
    let hits = [];
    let at = -1;
    let wanted = "";

    const textOf = (message) => {
      const parts = [...message.querySelectorAll(
        ".text, .who:not(.heard), .said, .file .name, .note, .call, .place, .address, .question, .choice span, .names")];
      return plain(parts.map((part) => part.textContent).join("\n"));
    };
    const unmark = (message) => {
      for (const mark of message.querySelectorAll("mark")) {
        const parent = mark.parentNode;
        mark.replaceWith(...mark.childNodes);
        parent.normalize();
      }
    };
    // Where the same letters stand in the text as it is written.
    const places = (text) => {
      let flat = "";
      const from = [];
      let offset = 0;
      for (const letter of text) {
        for (const one of plain(letter)) {
          for (let i = 0; i < one.length; ++i) from.push(offset);
          flat += one;
        }
        offset += letter.length;
      }
      from.push(text.length);
      const found = [];
      for (let i = flat.indexOf(wanted); i >= 0 && found.length < 1000; i = flat.indexOf(wanted, i + wanted.length))
        found.push([from[i], from[i + wanted.length]]);
      return found;
    };
    const mark = (message) => {
      const walker = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) nodes.push(walker.currentNode);
      for (const node of nodes) {
        if (node.parentElement.closest("footer, .heard")) continue;
        for (const [from, to] of places(node.data).reverse()) {
          if (to <= from) continue;
          const range = document.createRange();
          range.setStart(node, from);
          range.setEnd(node, to);
          range.surroundContents(document.createElement("mark"));
        }
      }
    };
    const leave = () => {
      if (at < 0) return;
      hits[at].classList.remove("current");
      unmark(hits[at]);
    };
    const go = (to) => {
      if (hits.length === 0) return;
      leave();
      at = (to + hits.length) % hits.length;
      const message = hits[at];
      message.classList.add("current");
      for (const details of message.querySelectorAll("details")) details.open = true;
      mark(message);
      message.scrollIntoView({ block: "center" });
      say(hits.length, at + 1 + " / " + hits.length);
    };
    const search = () => {
      const text = plain(input.value.trim());
      if (text === wanted) return;
      leave();
      at = -1;
      for (const hit of hits) hit.classList.remove("hit");
      wanted = text;
      texts = texts || messages.map(textOf);
      hits = wanted ? messages.filter((message, i) => texts[i].includes(wanted)) : [];
      for (const hit of hits) hit.classList.add("hit");
      previous.disabled = next.disabled = hits.length === 0;
      say(hits.length, "");
      go(0);
    };
    previous.disabled = next.disabled = true;
    previous.addEventListener("click", () => go(at - 1));
    next.addEventListener("click", () => go(at + 1));
    input.addEventListener("input", () => later(search));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") input.value = "";
      if (event.key === "Escape") search();
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(timer);
      if (plain(input.value.trim()) !== wanted) search();
      else go(event.shiftKey ? at - 1 : at + 1);
    });
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  if (form.classList.contains("filter")) input.addEventListener("input", () => later(filterChats));
  else searchMessages();

  // ---- pictures ----
  const box = document.querySelector("dialog.lightbox");
  if (!box || !box.showModal) return;
  const image = box.querySelector("img");
  const caption = box.querySelector("p");
  const pictures = [...document.querySelectorAll("a[data-show]")];
  let shown = 0;
  const show = (number) => {
    shown = (number + pictures.length) % pictures.length;
    const link = pictures[shown];
    const said = link.closest("article").querySelector(".text");
    image.src = link.href;
    image.alt = link.querySelector("img").alt;
    caption.textContent = said ? said.textContent : "";
    for (const button of box.querySelectorAll(".previous, .next")) button.hidden = pictures.length < 2;
  };
  const close = () => box.close();
  for (const [number, link] of pictures.entries())
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(number);
      box.showModal();
    });
  box.querySelector(".close").addEventListener("click", close);
  box.querySelector(".previous").addEventListener("click", () => show(shown - 1));
  box.querySelector(".next").addEventListener("click", () => show(shown + 1));
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target === image) close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(shown - 1);
    if (event.key === "ArrowRight") show(shown + 1);
  });
  box.addEventListener("close", () => {
    image.removeAttribute("src");
    pictures[shown].focus();
  });
})();
)js";
}

}  // namespace tresor::data_backup
