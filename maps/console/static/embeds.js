// Copies an embed's code; without it, the box can be marked and copied by hand.

function offerCopy(button) {
  const box = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.select();
    const copied = await copyText(box.value);
    if (copied) button.textContent = button.dataset.copied;
  });
}

async function copyText(text) {
  if (!navigator.clipboard) return document.execCommand("copy");
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) offerCopy(button);
