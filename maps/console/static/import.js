// Entry of the page of one file that is being read: says how far it is, then shows what came of it.
const EVERY_MS = 700;
const box = document.getElementById("reading");

async function look() {
  try {
    const answer = await fetch(`/v1/jobs/${box.dataset.job}`);
    const job = answer.ok ? await answer.json() : null;
    if (!job || !["queued", "running"].includes(job.state)) {
      location.reload();
      return;
    }
    if (job.percent) box.querySelector("progress").value = job.percent;
  } catch {
    // Without a signal the page stays as it is, and asks again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
