/** Starts the small behaviours that every page shares; each is a file of its own with one purpose. */
import * as csrf from "./csrf.js";
import * as dialog from "./dialog.js";
import * as focus from "./focus.js";
import * as status from "./status.js";
import * as table from "./table.js";
import * as tick from "./tick.js";

if (window.Idiomorph) window.Idiomorph.defaults.ignoreActiveValue = true;
for (const part of [csrf, status, focus, dialog, table, tick]) part.start();
document.documentElement.dataset.ready = "yes";
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
// An open account menu closes when the click or the focus goes elsewhere.
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
}
