/* The browser floor, in ES5 so that any browser can run it: Chromium 110, Firefox 115, Safari 16.4. */
(function () {
  'use strict';
  var missing = [];
  function need(name, there) { if (!there) { missing.push(name); } }
  need('modules', 'noModule' in document.createElement('script'));
  need('dialog', typeof window.HTMLDialogElement === 'function');
  need('arrays', typeof Array.prototype.toSorted === 'function');
  need('containers', !!(window.CSS && CSS.supports && CSS.supports('container-type', 'inline-size')));
  need('storage', !!window.indexedDB);
  need('random', !!(window.crypto && crypto.getRandomValues));
  if (!missing.length) { return; }
  document.addEventListener('DOMContentLoaded', function () {
    var box = document.getElementById('floor');
    var address = document.getElementById('floor-address');
    if (!box) { return; }
    address.appendChild(document.createTextNode(location.href + ' (' + missing.join(', ') + ')'));
    box.removeAttribute('hidden');
  });
}());
