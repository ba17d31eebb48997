// A form that takes the last step back is there for as many seconds as it says, then it goes.
export function countDown() {
  for (const form of document.querySelectorAll("form[data-seconds]")) {
    setTimeout(() => form.remove(), Number(form.dataset.seconds) * 1000);
  }
}
