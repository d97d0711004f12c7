// Pictures larger than they were drawn, smoothly.

import { declarations } from './animation.js';
import { chunks, file } from './png.js';

/** Larger pictures are shown as they are. */
const SMALL = 256;

/** A PNG file of a picture, so many times as wide and high; it declares where it comes from, as the picture's does. */
export async function enlarged(blob, times) {
  const { width, height } = await createImageBitmap(blob);
  const bitmap = await createImageBitmap(
    blob, { resizeWidth: times * width, resizeHeight: times * height, resizeQuality: 'high' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  const [header, ...rest] = await chunksOf(await canvas.convertToBlob());
  return file([header, ...declarations(await chunksOf(blob)), ...rest]);
}

async function chunksOf(blob) {
  return [...chunks(new Uint8Array(await blob.arrayBuffer()))];
}

/** Shows a small picture without the blur of a browser that enlarges it; the element keeps the picture's own pixels. */
export async function sharpen(image, picture) {
  const { width } = await createImageBitmap(picture.blob);
  if (width <= SMALL) {
    picture.sharp ??= enlarged(picture.blob, 4).then((large) => URL.createObjectURL(large));
    image.style.content = `url("${await picture.sharp}")`;
  }
}
