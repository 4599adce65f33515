/** What the page says aloud: one polite line, one alert, and whether the server is reachable. */
import { text } from "./texts.js";

/** Say one line to screen readers without moving the focus. */
export function say(line) {
  const status = document.getElementById("status");
  if (status) status.textContent = line;
}

/** Show a problem above the page; `code` is what somebody can read to the help desk. */
export function warn(line, code = "") {
  const box = document.getElementById("alert");
  if (!box) return;
  const banner = document.createElement("div");
  banner.className = "banner act";
  const inner = document.createElement("div");
  const strong = document.createElement("p");
  strong.className = "strong";
  strong.textContent = line;
  inner.append(strong);
  if (code) {
    const small = document.createElement("p");
    small.className = "code";
    small.textContent = code;
    inner.append(small);
  }
  banner.append(inner);
  box.replaceChildren(banner);
}

/** Take the alert away, after an exchange that worked. */
export function calm() {
  document.getElementById("alert")?.replaceChildren();
}

function showNet(reachable) {
  const net = document.getElementById("net");
  if (!net) return;
  net.hidden = reachable;
  net.textContent = reachable ? "" : net.dataset.offline;
}

const SENTENCES = { 403: "forbidden", 404: "gone", 409: "conflict", 413: "too_large", 429: "too_many" };

/** Watch htmx exchanges: an error leaves the target untouched and is said in words. */
export function start() {
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const key = SENTENCES[xhr.status] ?? (xhr.status >= 500 ? "server_error" : "refused");
    const sentence = xhr.getResponseHeader("X-Problem");
    warn(sentence ? decodeURIComponent(sentence) : text(key), [xhr.status, xhr.getResponseHeader("X-Request-Id")].filter(Boolean).join(" · "));
  });
  document.addEventListener("htmx:sendError", () => showNet(false));
  document.addEventListener("htmx:timeout", () => showNet(false));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || event.detail.xhr?.status >= 400) return;
    showNet(true);
    calm();
    const line = event.detail.xhr?.getResponseHeader("X-Status-Line");
    if (line) say(decodeURIComponent(line));
  });
  window.addEventListener("offline", () => showNet(false));
  window.addEventListener("online", () => showNet(true));
}
