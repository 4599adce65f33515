/** Where the focus goes after a swap: to what asks for it; and off a row before the row goes. */
import { say } from "./status.js";

function moveTo(root) {
  const wanted = root.matches?.("[data-focus]") ? root : root.querySelector?.("[data-focus]");
  if (!wanted) return;
  if (!wanted.hasAttribute("tabindex")) wanted.tabIndex = -1;
  wanted.focus();
  const heading = wanted.querySelector("h1, h2, p") ?? wanted;
  say(heading.textContent.trim());
}

function leaveRow(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling ?? document.getElementById("main");
  const target = next.querySelector?.("a, button, input") ?? next;
  if (!target.matches("a, button, input, [tabindex]")) target.tabIndex = -1;
  target.focus();
}

/** Listen for swaps; on a full page load the same rule holds (error summary, act just done). */
export function start() {
  moveTo(document);
  document.addEventListener("htmx:afterSettle", (event) => moveTo(event.detail.elt));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target?.closest?.("tr, li");
    const gone = event.detail.shouldSwap && event.detail.serverResponse === "";
    if (row && gone && row.contains(document.activeElement)) leaveRow(row);
  });
}
