// In the head of a map's page, before anything is drawn: what it will draw is asked for now, so that it
// is there when the scripts are. `source.js` takes it from here.
(() => {
  const addresses = document.currentScript.dataset.ask.split(" ");
  const ask = (address) => fetch(address, { headers: { Accept: "application/json" } }).then(async (answer) => [answer, await answer.json().catch(() => null)]);
  window.askedAhead = new Map(addresses.map((address) => [address, ask(address).catch((error) => [null, error])]));
})();
