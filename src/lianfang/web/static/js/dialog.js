/** Dialogs: a button with data-dialog="id" opens a dialog of the page; a partial swapped into #dialog opens that one. */

/** Open a dialog; the browser keeps the focus inside and returns it to where it was. */
export function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

/** Wire buttons, backdrop clicks and swaps. Escape is the browser's own. */
export function start() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      open(document.getElementById(opener.dataset.dialog));
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    else if (event.target.matches("dialog[open]")) event.target.close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const root = document.getElementById("dialog");
    if (event.detail.target === root && root.childElementCount) open(root);
  });
  document.addEventListener("lf:close-dialog", () => document.getElementById("dialog")?.close());
}
