/** The sentences that scripts may say, in the language of the page: made by Django from gettext. */
const source = document.getElementById("client-texts");
const texts = source ? JSON.parse(source.textContent) : {};

/** Return a sentence with {name} places filled; the key itself when it is unknown, so that a gap shows. */
export function text(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
