// The QR of a slip carries its code behind '#', which browsers never send: take it into the form and forget it.
const form = document.querySelector("[data-slip]");

function take() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!form || !code) return;
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.requestSubmit();
}

addEventListener("hashchange", take); // a second slip scanned into the same tab
take();
