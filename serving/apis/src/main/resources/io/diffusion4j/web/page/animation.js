// Several PNG files as one that moves (PNG, third edition, §4.9): their pixels stay compressed as they are.

import { chunks, file } from './png.js';

/** An XMP packet, which declares where a picture comes from. */
const DECLARATION = 'XML:com.adobe.xmp\0';

/**
 * Frames that follow each other, again and again, as an animated PNG file.
 *
 * @param blobs PNG files of one size and one kind of pixels without a palette, at least one
 * @param milliseconds how long each is shown
 */
export async function animation(blobs, milliseconds) {
  const frames = await Promise.all(
    blobs.map(async (blob) => [...chunks(new Uint8Array(await blob.arrayBuffer()))]));
  const header = part(frames[0], 'IHDR');
  for (const frame of frames) {
    if (part(frame, 'IHDR').join() !== header.join() || frame.some(({ type }) => type === 'PLTE')) {
      throw new Error('The pictures are not of one size and kind.');
    }
  }
  let sequence = 0;
  const body = frames.flatMap((frame, i) => [
    { type: 'fcTL', data: control(sequence++, header, milliseconds) },
    ...frame.filter(({ type }) => type === 'IDAT').map(({ data }) => (
      i === 0 ? { type: 'IDAT', data } : { type: 'fdAT', data: numbered(sequence++, data) })),
  ]);
  return file([
    { type: 'IHDR', data: header },
    { type: 'acTL', data: numbers(frames.length, 0) }, // 0: without an end
    ...declarations(frames[0]),
    ...body,
    { type: 'IEND', data: new Uint8Array() },
  ]);
}

/** The chunks among these that declare where a picture comes from. */
export function declarations(all) {
  return all.filter(({ type, data }) => type === 'iTXt' && begins(data, DECLARATION));
}

/** The XMP packet of a PNG file, which declares where the picture comes from; undefined if there is none. */
export function packet(bytes) {
  const [declaration] = declarations([...chunks(bytes)]);
  if (declaration === undefined) {
    return undefined;
  }
  const { data } = declaration;
  const language = data.indexOf(0, DECLARATION.length + 2); // after two bytes about compression, of which it has none
  return data.subarray(data.indexOf(0, language + 1) + 1);
}

function part(frame, type) {
  return frame.find((chunk) => chunk.type === type).data;
}

function begins(data, text) {
  return String.fromCharCode(...data.subarray(0, text.length)) === text;
}

/** The frame fills the picture and replaces the one before. */
function control(sequence, header, milliseconds) {
  const size = new DataView(header.buffer, header.byteOffset);
  const data = new Uint8Array(26);
  data.set(numbers(sequence, size.getUint32(0), size.getUint32(4), 0, 0));
  new DataView(data.buffer).setUint16(20, milliseconds);
  new DataView(data.buffer).setUint16(22, 1000);
  return data;
}

function numbered(sequence, data) {
  const all = new Uint8Array(4 + data.length);
  all.set(numbers(sequence));
  all.set(data, 4);
  return all;
}

function numbers(...values) {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return new Uint8Array(view.buffer);
}
