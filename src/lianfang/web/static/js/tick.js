/** The slow heartbeat of live desks: `lf:tick` on the body every 15 s while the page can be seen, and on return to it. */
const EVERY_MS = 15000;
let timer = 0;

function tick() {
  const clock = document.querySelector("[data-clock]");
  if (clock) {
    const now = new Date();
    const zone = document.documentElement.dataset.zone || "Asia/Shanghai";
    clock.textContent = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone }).format(now);
    clock.dateTime = now.toISOString();
  }
  if (window.htmx) window.htmx.trigger(document.body, "lf:tick");
}

function follow() {
  clearInterval(timer);
  if (document.visibilityState !== "visible") return;
  tick();
  timer = setInterval(tick, EVERY_MS);
}

/** Begin ticking; regions listen with hx-trigger="lf:tick from:body". */
export function start() {
  document.addEventListener("visibilitychange", follow);
  if (document.visibilityState === "visible") timer = setInterval(tick, EVERY_MS);
}
