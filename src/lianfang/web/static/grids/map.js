/** The editor of grids: a click on a building and on a grid moves it; the selects of the list are the same thing by keyboard. */
const form = document.querySelector("[data-grid-editor]");
const rows = new Map([...form.querySelectorAll("tr[data-path]")].map((row) => [row.dataset.path, row]));
const shapes = new Map([...form.querySelectorAll("path.house")].map((shape) => [shape.dataset.path, shape]));
const bands = new Map([...form.querySelectorAll("button[data-grid]")].map((button) => [button.dataset.grid, button]));
const say = form.querySelector("[data-say]");
const low = Number(form.dataset.low);
const high = Number(form.dataset.high);
let chosen = null;

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
const selectOf = (row) => row.querySelector("select");
const nameOf = (grid) => bands.get(grid)?.querySelector("[data-name]").textContent ?? form.dataset.none;
const houseOf = (path) => rows.get(path).querySelector("th").textContent.trim().replace(/\s+/g, " ");

/** Count the households of every grid anew and say which lie outside the usual size. */
function count() {
  const held = new Map([...bands.keys()].map((grid) => [grid, { households: 0, houses: 0 }]));
  let moved = 0;
  for (const [path, row] of rows) {
    const grid = selectOf(row).value;
    const sum = held.get(grid);
    if (sum) { sum.households += Number(row.dataset.households); sum.houses += 1; }
    const other = grid !== row.dataset.grid;
    if (other) moved += 1;
    const shape = shapes.get(path);
    if (!shape) continue;
    const colour = bands.get(grid)?.dataset.colour ?? "gx";
    shape.setAttribute("class", `house ${colour}${other ? " moved" : ""}${path === chosen ? " chosen" : ""}`);
  }
  for (const [grid, button] of bands) {
    const { households, houses } = held.get(grid);
    button.querySelector("[data-households]").textContent = households;
    const warning = houses && households < low ? form.dataset.under : houses && households > high ? form.dataset.over : "";
    button.querySelector("[data-warn]").textContent = warning;
  }
  form.querySelector("[data-count]").textContent = moved ? `+${moved}` : "";
  return held;
}

function choose(path) {
  chosen = path;
  count();
  say.textContent = filled(form.dataset.chosen, { house: houseOf(path), grid: nameOf(selectOf(rows.get(path)).value) });
}

function move(path, grid) {
  const select = selectOf(rows.get(path));
  if ([...select.options].some((option) => option.value === grid)) select.value = grid;
  const held = count();
  say.textContent = filled(form.dataset.moved, { house: houseOf(path), grid: nameOf(select.value), count: held.get(select.value)?.households ?? 0 });
}

form.addEventListener("click", (event) => {
  const shape = event.target.closest("path.house");
  if (shape) { choose(shape.dataset.path); return; }
  const button = event.target.closest("button[data-grid]");
  if (button && chosen) move(chosen, button.dataset.grid);
});
form.addEventListener("change", (event) => {
  const row = event.target.closest("tr[data-path]");
  if (!row) return;
  chosen = row.dataset.path;
  move(chosen, event.target.value);
});
form.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-path]");
  if (row && row.dataset.path !== chosen) choose(row.dataset.path);
});
// What did not move is not sent: a community may have more buildings than a form may have fields.
form.addEventListener("submit", () => {
  for (const row of rows.values()) selectOf(row).disabled = selectOf(row).value === row.dataset.grid;
});
window.addEventListener("pageshow", () => {
  for (const row of rows.values()) selectOf(row).disabled = false;
  count();
});
document.documentElement.dataset.editor = "ready";
