/** Lines on the map: the text of points in the marked form is what is drawn; map, drag, buttons and keys all change that text. */
const page = document.querySelector("[data-barriers]");
const svg = page.querySelector("svg.draw");
const layer = svg.querySelector("[data-handles]");
const say = page.querySelector("[data-say]");
const areas = [...page.querySelectorAll("textarea[data-points]")];
const number = (name) => Number(page.dataset[name]);
const NS = "http://www.w3.org/2000/svg";
const METRES = 111195; // of a degree of latitude, on a sphere of 6,371 km
let active = areas[0];
let held = null;

const toPage = ([x, y]) => [number("left") + (x - number("west")) * number("eastScale"), number("top") + (number("north") - y) * number("northScale")];
const toDegrees = ([x, y]) => [number("west") + (x - number("left")) / number("eastScale"), number("north") - (y - number("top")) / number("northScale")];
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** The points of a text; lines that are no point are left where they are, for the server to name. */
function read(area) {
  const found = area.value.split("\n").map((line) => line.replace("，", ",").split(/[\s,]+/).filter(Boolean).map(Number));
  return found.filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
}

function write(area, points) {
  area.value = points.map(([x, y]) => `${x.toFixed(7)}, ${y.toFixed(7)}`).join("\n");
  draw();
}

function metresOf(points) {
  let sum = 0;
  for (let n = 1; n < points.length; n += 1) {
    const across = (points[n][0] - points[n - 1][0]) * Math.cos((points[n][1] * Math.PI) / 180);
    sum += Math.hypot(across, points[n][1] - points[n - 1][1]) * METRES;
  }
  return Math.round(sum);
}

function element(name, attributes) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function draw() {
  const focus = document.activeElement?.dataset?.n;
  const points = read(active);
  const closed = "closed" in active.dataset;
  const size = svg.viewBox.baseVal.width / Math.max(svg.clientWidth, 1);
  const path = points.map(toPage).map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  layer.replaceChildren();
  if (points.length > 1) layer.append(element("path", { class: closed ? "sketch closed" : "sketch", d: `M${path}${closed ? "Z" : ""}` }));
  points.forEach((point, n) => {
    const [x, y] = toPage(point);
    layer.append(element("circle", {
      class: "handle", cx: x.toFixed(1), cy: y.toFixed(1), r: (12 * size).toFixed(1), tabindex: 0, role: "button",
      "data-n": n, "aria-label": `${page.dataset.point} ${n + 1}: ${point[0].toFixed(6)}, ${point[1].toFixed(6)}`,
    }));
  });
  if (focus !== undefined) layer.querySelector(`[data-n="${focus}"]`)?.focus();
  for (const area of areas) area.classList.toggle("active", area === active);
  if (points.length) say.textContent = filled(page.dataset.sayCount, { count: points.length, metres: metresOf(points) });
}

function choose(area) {
  if (area === active) return;
  active = area;
  draw();
}

function where(event) {
  const matrix = svg.getScreenCTM();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  return toDegrees([point.x, point.y]);
}

svg.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest(".handle");
  if (!handle) return;
  held = Number(handle.dataset.n);
  svg.setPointerCapture(event.pointerId);
  event.preventDefault();
});
svg.addEventListener("pointermove", (event) => {
  if (held === null) return;
  const points = read(active);
  points[held] = where(event);
  write(active, points);
});
svg.addEventListener("pointerup", () => { window.setTimeout(() => { held = null; }); });
svg.addEventListener("pointercancel", () => { held = null; });
svg.addEventListener("click", (event) => {
  if (held !== null || event.target.closest(".handle")) return;
  write(active, [...read(active), where(event)]);
});
svg.addEventListener("keydown", (event) => {
  const handle = event.target.closest(".handle");
  if (!handle) return;
  const n = Number(handle.dataset.n);
  const points = read(active);
  const step = (event.shiftKey ? 10 : 1) / METRES;
  const wide = step / Math.cos((points[n][1] * Math.PI) / 180);
  const move = { ArrowLeft: [-wide, 0], ArrowRight: [wide, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
  if (event.key === "Delete" || event.key === "Backspace") points.splice(n, 1);
  else if (move) points[n] = [points[n][0] + move[0], points[n][1] + move[1]];
  else return;
  event.preventDefault();
  write(active, points);
});
page.addEventListener("focusin", (event) => { if (event.target.matches("textarea[data-points]")) choose(event.target); });
page.addEventListener("input", (event) => { if (event.target === active) draw(); });
page.addEventListener("toggle", (event) => {
  const area = event.target.open && event.target.querySelector("textarea[data-points]");
  if (area) choose(area);
}, true);
page.addEventListener("click", (event) => {
  const middle = event.target.closest("[data-middle]");
  const undo = event.target.closest("[data-undo]");
  if (!middle && !undo) return;
  const area = document.getElementById((middle ?? undo).dataset.middle ?? undo.dataset.undo);
  choose(area);
  const points = read(area);
  if (undo) points.pop();
  else points.push(toDegrees([svg.viewBox.baseVal.width / 2, svg.viewBox.baseVal.height / 2]));
  write(area, points);
});

for (const tools of page.querySelectorAll("[data-tools]")) tools.hidden = false;
svg.setAttribute("role", "group"); // its points can be reached one by one now
page.classList.add("drawing");
say.textContent = page.dataset.sayStart;
const house = document.getElementById("points-house");
if (house) active = house;
draw();
document.documentElement.dataset.barriers = "ready";
