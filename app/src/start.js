// Fetches the page's program while the document is still being read, and starts it once all of it is there. Not Leptos'
// `HydrationScripts`: its `<link rel="preload">` makes a browser without JavaScript fetch the program too, and complain.
(() => {
  const glue = import('/pkg/chaton.js');
  const program = fetch('/pkg/chaton_bg.wasm');
  const whole = new Promise(resolve => document.addEventListener('DOMContentLoaded', resolve));
  // Awaited together: whatever fails is told by the browser once, and the page stays a plain page.
  Promise.all([glue, program, whole]).then(async ([chaton, response]) => {
    await chaton.default({ module_or_path: response });
    chaton.hydrate();
  });
})();
