// Several pictures as an animated GIF file, for programs that show no animated PNG: each with 256 colours of its own.

import { packet } from './animation.js';
import { GIFEncoder, applyPalette, quantize } from './gifenc.js';

const COLOURS = 256;

/**
 * Frames that follow each other, again and again.
 *
 * @param blobs PNG files of one size, at least one
 * @param milliseconds how long each is shown
 */
export async function gif(blobs, milliseconds) {
  const encoder = GIFEncoder();
  let size;
  for (const blob of blobs) {
    const { data, width, height } = await pixelsOf(blob);
    size ??= `${width}×${height}`;
    if (size !== `${width}×${height}`) {
      throw new Error('The pictures are not of one size.');
    }
    const palette = quantize(data, COLOURS);
    encoder.writeFrame(applyPalette(data, palette), width, height, { palette, delay: milliseconds });
  }
  declare(encoder.stream, packet(new Uint8Array(await blobs[0].arrayBuffer())));
  encoder.finish();
  return new Blob([encoder.bytes()], { type: 'image/gif' });
}

async function pixelsOf(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/** An application extension with the XMP packet that declares where the pictures come from (XMP, part 3). */
function declare(stream, xmp) {
  if (xmp !== undefined) {
    stream.writeBytes(Uint8Array.of(0x21, 0xff, 11, ...new TextEncoder().encode('XMP DataXMP')));
    stream.writeBytes(xmp);
    // Readers that take the packet for blocks land in this trailer, wherever they enter it, and find its end.
    stream.writeBytes(Uint8Array.of(0x01, ...Array.from({ length: 256 }, (_, i) => 255 - i), 0x00));
  }
}
