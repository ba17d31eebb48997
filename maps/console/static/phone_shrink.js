// A photo for sending: drawn anew, so that no place, time or device is left in it, and small.
const MOST_BYTES = 300_000;
const STEPS = [
  [1600, 0.82],
  [1600, 0.7],
  [1280, 0.65],
  [1024, 0.6],
  [800, 0.5],
];

export async function shrinkPhoto(file) {
  const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
  let blob = null;
  for (const [longest, quality] of STEPS) {
    const scale = Math.min(1, longest / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(drawn.width * scale));
    canvas.height = Math.max(1, Math.round(drawn.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob && blob.size <= MOST_BYTES) break;
  }
  drawn.close();
  if (!blob) throw new Error("The picture cannot be drawn.");
  return blob;
}
