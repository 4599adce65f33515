/** One place that signs requests: the token of the page goes with every htmx request that changes something. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Return the token that Django put into the head of the page. */
export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Sign htmx requests; both event names, so that a move to htmx 4 changes nothing here. */
export function start() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (!SAFE.has(event.detail.verb.toUpperCase())) event.detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:config:request", (event) => {
    const request = event.detail.ctx?.request;
    if (request && !SAFE.has(request.method.toUpperCase())) request.headers["X-CSRFToken"] = token();
  });
}
