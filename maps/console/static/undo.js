// Entry of the page that says saved: for ten seconds undo takes back, from then on it withdraws.
const undo = document.getElementById("undo");

setTimeout(() => {
  for (const one of undo.querySelectorAll("[data-now]")) one.hidden = true;
  for (const one of undo.querySelectorAll("[data-later]")) one.hidden = false;
}, Number(undo.dataset.seconds) * 1000);
