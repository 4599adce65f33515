/** Sorting of short tables in the page (data-sortable); longer ones are sorted by the server through links. */
import { say } from "./status.js";
import { text } from "./texts.js";

const collator = new Intl.Collator("zh-CN-u-co-pinyin", { numeric: true });

function valueOf(row, index) {
  const cell = row.cells[index];
  return cell?.dataset.sort ?? cell?.textContent.trim() ?? "";
}

/** Compare two cell texts: numbers as numbers, names by pinyin, empty and dash always last. */
export function compare(a, b) {
  const blank = (value) => value === "" || value === "–";
  if (blank(a) || blank(b)) return blank(a) - blank(b);
  const [x, y] = [a, b].map((value) => Number(value.replace(/[,%]/g, "")));
  return Number.isNaN(x) || Number.isNaN(y) ? collator.compare(a, b) : x - y;
}

function sortBy(table, head) {
  const index = head.cellIndex;
  const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
  const sign = direction === "ascending" ? 1 : -1;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [valueOf(row, index), row]);
  const filled = rows.filter(([value]) => value !== "" && value !== "–").sort((a, b) => sign * compare(a[0], b[0]));
  const empty = rows.filter(([value]) => value === "" || value === "–");
  body.append(...[...filled, ...empty].map(([, row]) => row));
  for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", direction);
  const name = head.textContent.trim();
  say(text(direction === "ascending" ? "sorted_up" : "sorted_down", { column: name }));
}

function selection(form) {
  const boxes = [...form.querySelectorAll('tbody input[type="checkbox"]')];
  const count = boxes.filter((box) => box.checked).length;
  const bar = form.querySelector(".batch");
  if (bar) {
    bar.hidden = count === 0;
    for (const place of bar.querySelectorAll("[data-count]")) place.textContent = String(count);
  }
  const all = form.querySelector("[data-all]");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

/** Listen once on the document, so that swapped tables need no wiring. */
export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("table[data-sortable] button.sort");
    if (button) sortBy(button.closest("table"), button.closest("th"));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-batch]");
    if (!form) return;
    if (event.target.matches("[data-all]")) {
      for (const box of form.querySelectorAll('tbody input[type="checkbox"]')) box.checked = event.target.checked;
    }
    selection(form);
  });
}
