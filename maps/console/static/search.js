// The key / goes to the search box, unless somebody is typing; it can be switched off where one searches.
const OFF = "geo-risk-no-slash";

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function slashIsOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}

function keepSlash(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // nothing can be kept here: it is on again on the next page
  }
}

document.addEventListener("keydown", (event) => {
  const box = document.getElementById("find") || document.getElementById("q");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!box || isTyping(event.target) || slashIsOff()) return;
  event.preventDefault();
  box.focus();
  box.select();
});

const slash = document.getElementById("slash");
if (slash) {
  document.getElementById("slash-box").hidden = false;
  slash.checked = !slashIsOff();
  slash.addEventListener("change", () => keepSlash(slash.checked));
}
