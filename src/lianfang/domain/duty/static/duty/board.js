// Drag somebody from one shift to another. The form on the page of the place does the same without a script.
const board = document.querySelector("[data-duty-board]");
const form = document.getElementById("duty-move");
if (board && form) {
  let held = null;
  for (const line of board.querySelectorAll("[data-may-move]")) {
    line.draggable = true;
    line.addEventListener("dragstart", (event) => {
      held = line;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", line.dataset.slot);
    });
    line.addEventListener("dragend", () => { held = null; });
  }
  for (const card of board.querySelectorAll("[data-open]")) {
    card.addEventListener("dragover", (event) => {
      if (held && held.closest("[data-shift]") !== card) { event.preventDefault(); card.classList.add("over-here"); }
    });
    card.addEventListener("dragleave", () => card.classList.remove("over-here"));
    card.addEventListener("drop", (event) => {
      event.preventDefault();
      card.classList.remove("over-here");
      if (!held) return;
      form.elements.shift.value = card.dataset.shift;
      form.action = form.dataset.action.replace("/0/", `/${held.dataset.slot}/`);
      form.submit();
    });
  }
}
