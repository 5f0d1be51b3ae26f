// The keys: they follow the links that the page has anyway. Pressed inside the frame of an
// e-mail they count too; in a field where one types, or with Ctrl, Alt or Cmd, they do not.
"use strict";

const LINKS = {
  ArrowRight: "a[rel=next]", j: "a[rel=next]",
  ArrowLeft: "a[rel=prev]", k: "a[rel=prev]",
  ArrowDown: "a[data-step=after]", ArrowUp: "a[data-step=before]",
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName || "")) return;
  const link = LINKS[event.key] && document.querySelector(LINKS[event.key]);
  if (!LINKS[event.key]) return;
  event.preventDefault();
  if (link) location.assign(link.href);
}

// Links of an e-mail lead nowhere from here: where they would lead is shown instead. (The policy
// of the page holds that too, but would show an error in place of the e-mail.)
function onLink(event) {
  const link = event.target.closest("a, area");
  if (!link) return;
  link.title = link.href;
  if (event.type !== "mouseover") event.preventDefault();
}

function listenIn(frame) {
  const inside = frame.contentDocument;
  if (!inside) return;
  inside.addEventListener("keydown", onKey);
  for (const kind of ["click", "auxclick", "mouseover"]) inside.addEventListener(kind, onLink);
}

document.addEventListener("keydown", onKey);
for (const frame of document.querySelectorAll("iframe")) {
  frame.addEventListener("load", () => listenIn(frame));
  listenIn(frame);
}
const current = document.querySelector(".people [aria-current]");
if (current) current.scrollIntoView({ block: "nearest", inline: "center" });
