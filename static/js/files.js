// A photograph is made smaller before it is sent: on a weak link that is minutes, and often the difference
// between too large and not. What cannot be made smaller here goes as it is; the server checks it either way.

const LONGEST_SIDE = 2400; // A page of A4 is legible at half of it.
const WORTH_IT = 700 * 1024;

const shrink = async (file) => {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name, { type: blob.type, lastModified: file.lastModified });
};

for (const input of document.querySelectorAll("input[data-shrink]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file || file.type !== "image/jpeg" || file.size < WORTH_IT) return;
    try {
      const smaller = await shrink(file);
      // Somebody may have chosen another one meanwhile.
      if (smaller === file || input.files[0] !== file) return;
      const chosen = new DataTransfer();
      chosen.items.add(smaller);
      input.files = chosen.files;
    } catch {
      // A picture this browser cannot open is for the server to judge.
    }
  });
}
