/** Where somebody stands: the position is compared with the outlines inside this page and goes nowhere else. */
const root = document.querySelector("[data-here]");
const houses = JSON.parse(document.getElementById("here-houses").textContent);
const answer = root.querySelector("[data-answer]");
const ground = root.querySelector("[data-ground]");
const METRE = 111195;
const AT_THE_DOOR = 15;
const IN_THE_GRID = 60;
const WAIT = 20000;
const SVG = "http://www.w3.org/2000/svg";

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** Whether a point lies in a ring (even-odd rule); all in degrees. */
function inside(x, y, ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [a, b] = ring[i];
    const [c, d] = ring[j];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
  }
  return odd;
}

/** Metres from a point to the nearest edge of a house, 0 inside, with the nearest point's offset. */
function distance(x, y, house) {
  const stretch = Math.cos((y * Math.PI) / 180);
  if (inside(x, y, house.rings[0]) && !house.rings.slice(1).some((hole) => inside(x, y, hole))) return { metres: 0, east: 0, north: 0 };
  let best = { metres: Infinity, east: 0, north: 0 };
  for (const ring of house.rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [ax, ay] = [(ring[i - 1][0] - x) * stretch * METRE, (ring[i - 1][1] - y) * METRE];
      const [bx, by] = [(ring[i][0] - x) * stretch * METRE, (ring[i][1] - y) * METRE];
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const t = length ? Math.max(0, Math.min(1, -(ax * (bx - ax) + ay * (by - ay)) / length)) : 0;
      const [east, north] = [ax + t * (bx - ax), ay + t * (by - ay)];
      const metres = Math.hypot(east, north);
      if (metres < best.metres) best = { metres, east, north };
    }
  }
  return best;
}

function side(east, north) {
  const words = root.dataset.sides.split(",");
  return words[Math.round(((Math.atan2(east, north) * 180) / Math.PI + 360) / 45) % 8];
}

/** The picture's own scale, read from what the server drew: corners of all houses in degrees and in the picture. */
function scale() {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const house of houses) for (const [x, y] of house.rings[0]) {
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
  }
  const drawn = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of ground.querySelectorAll("path.house")) {
    const at = shape.getBBox();
    drawn[0] = Math.min(drawn[0], at.x); drawn[1] = Math.min(drawn[1], at.y);
    drawn[2] = Math.max(drawn[2], at.x + at.width); drawn[3] = Math.max(drawn[3], at.y + at.height);
  }
  const perX = (drawn[2] - drawn[0]) / (box[2] - box[0]);
  const perY = (drawn[3] - drawn[1]) / (box[3] - box[1]);
  return { place: (x, y) => [drawn[0] + (x - box[0]) * perX, drawn[3] - (y - box[1]) * perY], metre: perY / METRE };
}

function mark(x, y, accuracy, path) {
  ground.querySelectorAll(".me, .doubt").forEach((old) => old.remove());
  ground.querySelectorAll(".stood").forEach((old) => old.classList.remove("stood"));
  ground.querySelector(`path.house[data-path="${path}"]`)?.classList.add("stood");
  const { place, metre } = scale();
  const [cx, cy] = place(x, y);
  for (const [name, radius] of [["doubt", Math.max(accuracy * metre, 12)], ["me", 9]]) {
    const circle = document.createElementNS(SVG, "circle");
    for (const [key, value] of Object.entries({ class: name, cx, cy, r: radius })) circle.setAttribute(key, value);
    ground.append(circle);
  }
}

function tell(parts) {
  answer.replaceChildren();
  const [head, ...rest] = parts.filter(Boolean);
  const strong = document.createElement("strong");
  strong.textContent = head;
  answer.append(strong);
  for (const part of rest) {
    const line = document.createElement("div");
    line.textContent = part;
    answer.append(line);
  }
}

function show({ coords }) {
  const { longitude: x, latitude: y, accuracy } = coords;
  const near = houses.map((house) => ({ house, ...distance(x, y, house) })).sort((a, b) => a.metres - b.metres)[0];
  const { house, metres } = near;
  const doubt = filled(root.dataset.doubt, { metres: Math.round(accuracy) });
  const grid = house.grid && metres <= IN_THE_GRID ? filled(root.dataset.grid, { grid: house.grid }) : "";
  const away = filled(root.dataset.near, { house: house.name, metres: Math.round(metres), side: side(near.east, near.north) });
  if (metres <= AT_THE_DOOR) tell([filled(root.dataset.in, { house: house.name }), grid, doubt]);
  else if (metres <= IN_THE_GRID) tell([grid || away, grid ? away : "", doubt]);
  else tell([root.dataset.out, away, doubt]);
  mark(x, y, accuracy, metres <= AT_THE_DOOR ? house.path : "");
}

root.querySelector("[data-locate]").addEventListener("click", () => {
  if (!window.isSecureContext || !navigator.geolocation) { tell([root.dataset.insecure]); return; }
  navigator.geolocation.getCurrentPosition(
    show,
    (error) => tell([error.code === error.PERMISSION_DENIED ? root.dataset.denied : root.dataset.late]),
    { enableHighAccuracy: true, timeout: WAIT, maximumAge: 0 },
  );
});
