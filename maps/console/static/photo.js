// Photos are made small on the phone before they go anywhere: the canvas keeps pixels and nothing else
// of a file, so place, time and device stay behind.
const LONGEST_PX = 1600;
const SMALLEST_PX = 480;
const QUALITIES = [0.85, 0.75, 0.65, 0.55];

// Give a picture as a JPEG of at most so many bytes; it gets coarser before it gets smaller.
export async function shrinkPhoto(file, most = 300_000) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    for (let side = LONGEST_PX; ; side *= 0.8) {
      const canvas = drawn(picture, side);
      for (const quality of QUALITIES) {
        const blob = await encoded(canvas, quality);
        if (blob.size <= most || side < SMALLEST_PX) return blob;
      }
    }
  } finally {
    picture.close();
  }
}

function drawn(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function encoded(canvas, quality) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture cannot be written."))), "image/jpeg", quality);
  });
}
