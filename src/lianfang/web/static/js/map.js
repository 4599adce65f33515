/** Choropleth maps: MapLibre over one GeoJSON, coloured by feature state; the SVG from the server stays as the other view. */
import { text } from "./texts.js";

const FONT = '"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif';
const HATCH = 8;

function bounds(geojson) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part) => {
    if (typeof part[0] !== "number") { part.forEach(visit); return; }
    box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
    box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
  };
  geojson.features.forEach((feature) => visit(feature.geometry.coordinates));
  return box;
}

function hatchImage(ground, line) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = HATCH;
  const pen = canvas.getContext("2d");
  pen.fillStyle = ground;
  pen.fillRect(0, 0, HATCH, HATCH);
  pen.strokeStyle = line;
  pen.lineWidth = 1.5;
  for (const shift of [-HATCH, 0, HATCH]) {
    pen.beginPath();
    pen.moveTo(shift, HATCH);
    pen.lineTo(shift + HATCH, 0);
    pen.stroke();
  }
  return pen.getImageData(0, 0, HATCH, HATCH);
}

/** Tell whether this browser can draw with WebGL at all. */
export function canDraw() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

class AreaMap {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(document.getElementById(`${root.dataset.map}-data`).textContent);
    this.names = new Map(this.data.geojson.features.map(({ properties }) => [properties.code, properties.name]));
    this.layer = this.data.layers[0];
    this.canvas = root.querySelector("[data-map-canvas]");
    this.svg = root.querySelector("[data-map-svg]");
    this.tip = root.querySelector("[data-map-tip]");
    this.table = document.querySelector(`[data-map-table="${root.dataset.map}"]`);
    this.chosen = null;
    this.listen();
  }

  part(name) { return this.root.querySelector(`[data-map-${name}]`); }

  /** Colours come from the style sheet: the legend's own swatches are asked what they look like. */
  colour(style, property = "fill") {
    const swatch = this.root.querySelector(`.legend .${style}`);
    return swatch ? getComputedStyle(swatch)[property] : "#888";
  }

  listen() {
    this.part("layer")?.addEventListener("change", (event) => this.show(event.target.value));
    this.part("goto")?.addEventListener("change", (event) => this.choose(event.target.value || null, true));
    this.part("switch")?.addEventListener("click", () => this.draw(this.canvas.hidden));
    this.svg.addEventListener("pointerover", (event) => this.point(event.target.closest("[data-code]")?.dataset.code));
    this.svg.addEventListener("pointerleave", () => this.point(null));
    this.table?.addEventListener("focusin", (event) => this.choose(event.target.closest("tr")?.dataset.code ?? null));
    this.table?.addEventListener("pointerover", (event) => this.choose(event.target.closest("tbody tr")?.dataset.code ?? null));
  }

  async start() {
    const { dataset } = this.root;
    if (!dataset.library || !canDraw()) { dataset.state = "drawing-only"; return; }
    if (!document.querySelector(`link[href="${dataset.style}"]`)) {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: dataset.style });
      document.head.append(link);
      await new Promise((resolve) => { link.onload = link.onerror = resolve; });
    }
    const library = await import(dataset.library);
    library.setWorkerUrl(new URL(dataset.worker, location.href).href);
    this.build(library);
  }

  build(library) {
    this.canvas.hidden = false;
    this.map = new library.Map({
      container: this.canvas,
      style: { version: 8, sources: {}, layers: [] },
      bounds: bounds(this.data.geojson),
      fitBoundsOptions: { padding: 16 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      cooperativeGestures: matchMedia("(pointer: coarse)").matches,
      localIdeographFontFamily: FONT,
      locale: { "Map.Title": text("map_title") },
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    this.map.on("load", () => this.fill());
    this.map.on("error", () => this.draw(false));
  }

  fill() {
    const { map } = this;
    const rule = getComputedStyle(document.documentElement);
    const surface = rule.getPropertyValue("--surface").trim();
    const ink = rule.getPropertyValue("--text").trim();
    map.addSource("areas", { type: "geojson", data: this.data.geojson, promoteId: "code" });
    map.addSource("labels", { type: "geojson", data: this.labels() });
    map.addImage("hatch", hatchImage(this.colour("hatch-ground"), this.colour("hatch-line", "stroke")));
    const state = (name, yes, no) => ["case", ["boolean", ["feature-state", name], false], yes, no];
    map.addLayer({ id: "fill", type: "fill", source: "areas", paint: { "fill-color": this.colours() } });
    map.addLayer({ id: "hatch", type: "fill", source: "areas", paint: { "fill-pattern": "hatch", "fill-opacity": state("known", 0, 1) } });
    map.addLayer({ id: "line", type: "line", source: "areas", paint: { "line-color": surface, "line-width": 1.2 } });
    map.addLayer({ id: "chosen", type: "line", source: "areas", paint: { "line-color": ink, "line-width": state("chosen", 3, 0) } });
    map.addLayer({
      id: "name", type: "symbol", source: "labels",
      layout: { "text-field": ["format", ["get", "name"], {}, "\n", {}, ["get", "short"], {}], "text-size": Math.min(18, parseFloat(getComputedStyle(this.root).fontSize) * 0.93), "text-font": ["local"], "text-max-width": 8 },
      paint: { "text-color": ink, "text-halo-color": surface, "text-halo-width": 1.5 },
    });
    this.paint();
    map.on("mousemove", "fill", (event) => this.point(event.features[0].id));
    map.on("mouseleave", "fill", () => this.point(null));
    map.on("click", "fill", (event) => this.open(event.features[0].id));
    this.draw(true);
    this.part("switch").hidden = false;
    this.root.dataset.state = "drawn";
  }

  /** One point an area, so that tiles do not repeat its label. */
  labels() {
    const features = Object.entries(this.data.labels).map(([code, coordinates]) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates },
      properties: { name: this.names.get(code), short: this.layer.values[code]?.short ?? "" },
    }));
    return { type: "FeatureCollection", features };
  }

  colours() {
    const cases = this.layer.steps.flatMap((step, index) => [["==", ["feature-state", "step"], index], this.colour(step.style)]);
    return ["case", ...cases, "rgba(0,0,0,0)"];
  }

  /** Put the classes of the current layer on every area, on the map and on the drawing. */
  paint() {
    for (const code of this.names.keys()) {
      const value = this.layer.values[code];
      const step = value?.step ?? null;
      if (this.map?.getSource("areas")) {
        this.map.setFeatureState({ source: "areas", id: code }, { step: step ?? -1, known: step !== null });
      }
      const path = this.svg.querySelector(`g[data-code="${code}"] path`);
      path.setAttribute("class", `area ${step === null ? "unknown" : this.layer.steps[step].style}`);
      if (step === null) path.setAttribute("fill", `url(#${this.data.key}-hatch)`); else path.removeAttribute("fill");
      const label = this.svg.querySelector(`[data-label="${code}"] [data-short]`);
      if (label) label.textContent = value?.short ?? "";
    }
  }

  show(key) {
    this.layer = this.data.layers.find((layer) => layer.key === key);
    for (const legend of this.root.querySelectorAll("[data-legend]")) legend.hidden = legend.dataset.legend !== key;
    if (this.map?.getSource("areas")) {
      this.map.getSource("labels").setData(this.labels());
      this.map.setPaintProperty("fill", "fill-color", this.colours());
    }
    this.paint();
  }

  /** Show the map or the drawing; the button says which is on. */
  draw(withMap) {
    this.canvas.hidden = !withMap;
    this.svg.hidden = withMap;
    this.part("switch").setAttribute("aria-pressed", String(!withMap));
    if (withMap) this.map.resize();
  }

  point(code) {
    this.choose(code ?? null);
    const value = code && this.layer.values[code];
    this.tip.hidden = !code;
    if (!code) return;
    const name = document.createElement("p");
    name.className = "strong";
    name.textContent = this.names.get(code);
    const what = document.createElement("p");
    what.textContent = `${this.layer.label} ${value?.long || value?.short || text("no_data")}`;
    this.tip.replaceChildren(name, what);
  }

  choose(code, move = false) {
    const set = (id, chosen) => {
      if (this.map?.getSource("areas")) this.map.setFeatureState({ source: "areas", id }, { chosen });
      const shape = this.svg.querySelector(`g[data-code="${id}"]`);
      shape?.classList.toggle("chosen", chosen);
      // painted last, so that no neighbour covers its outline
      if (chosen && shape) this.svg.firstElementChild.insertBefore(shape.closest("a") ?? shape, this.svg.querySelector("text"));
    };
    if (this.chosen && this.chosen !== code) set(this.chosen, false);
    this.chosen = code;
    if (code) set(code, true);
    if (!move) return;
    if (this.map) {
      const features = this.data.geojson.features.filter((feature) => !code || feature.properties.code === code);
      this.map.fitBounds(bounds({ features }), { padding: code ? 80 : 16, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 400 });
    }
    if (code) this.point(code);
  }

  open(code) {
    if (matchMedia("(hover: none)").matches && this.chosen !== code) { this.point(code); return; }
    const href = this.data.links[code];
    if (href) location.assign(href);
  }
}

/** Start every map of the page; a map that cannot be drawn keeps its drawing and its table. */
export function start(scope = document) {
  for (const root of scope.querySelectorAll("[data-map]:not([data-started])")) {
    root.dataset.started = "yes";
    new AreaMap(root).start().catch(() => { root.dataset.state = "drawing-only"; });
  }
}

start();
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
