// Where every picture begins.

const SIZE = 24;

/** A small picture of noise, as a data URL. */
export function noise() {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(SIZE, SIZE);
  for (let i = 0; i < pixels.data.length; i++) {
    pixels.data[i] = i % 4 === 3 ? 255 : 128 + 50 * normal();
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

/** A request with a seed, so that others like it begin with the same noise; one that has a seed keeps it. */
export function ofOneSeed(request) {
  return { ...request, seeds: request.seeds ?? [String(crypto.getRandomValues(new Uint32Array(1))[0])] };
}

/** Box and Muller's. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
