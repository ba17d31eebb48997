// In the head, before anything is drawn: a page that was left alone too long comes up covered.
(() => {
  const idle = Number(localStorage.getItem("geo-risk.idle_min"));
  const active = Number(localStorage.getItem("geo-risk.active"));
  if (idle && Date.now() - active > idle * 60_000) document.documentElement.dataset.locked = "";
})();
