// A list that answers while one types. htmx asks, takes the list out of the page that comes, and puts
// it in place; here is what it leaves open: words of an input method, sign-in, what is said aloud.
const SLOW_MS = 1000;
const KEPT = "htmx-current-path-for-history";
let slow = null;

function tell(id, text, look) {
  const told = document.getElementById(`${id}-told`);
  if (!told) return;
  told.className = look;
  told.textContent = text ?? told.dataset[look === "wrong" ? "failed" : "slow"];
}

const ownList = (event) => event.target.closest?.("form[data-list]");

// A word that is still being composed asks for nothing; the finished one does.
document.addEventListener("input", (event) => event.isComposing && ownList(event) && event.stopPropagation(), true);
document.addEventListener("compositionend", (event) => {
  if (ownList(event)) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers.Accept = "text/html";
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  clearTimeout(slow);
  slow = setTimeout(() => tell(detail.target.id, null, "mute"), SLOW_MS);
});

// An answer that is another page (sign-in) is gone to; one without the list changes nothing.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, target, pathInfo } = detail;
  const came = new URL(xhr.responseURL);
  const elsewhere = came.pathname !== new URL(pathInfo.requestPath, location.href).pathname;
  const hasList = xhr.responseText.includes(`id="${target.id}"`);
  if (xhr.status < 400 && hasList && !elsewhere) return;
  detail.shouldSwap = false;
  if (xhr.status < 400 && elsewhere) location.assign(came);
  else detail.isError = true;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  clearTimeout(slow);
  const list = document.getElementById(detail.target.id);
  tell(list.id, list.dataset.found, "vh");
  // Who turned a page stood on a link that is gone.
  if (!detail.requestConfig.elt.isConnected) list.focus();
});

for (const name of ["responseError", "sendError", "timeout"]) {
  document.addEventListener(`htmx:${name}`, ({ detail }) => {
    clearTimeout(slow);
    tell(detail.target.id, null, "wrong");
  });
}

// htmx notes the address in the tab, and with it what was looked for: it goes with the page.
addEventListener("pagehide", () => sessionStorage.removeItem(KEPT));
