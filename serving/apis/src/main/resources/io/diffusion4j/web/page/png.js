// PNG files by their chunks: a length, a type, so many bytes, and a checksum.

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return value;
});

/** The chunks of a file: {type, data}. */
export function* chunks(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { type, data: bytes.subarray(at + 8, at + 8 + view.getUint32(at)) };
  }
}

/** A file of chunks. */
export function file(all) {
  return new Blob([SIGNATURE, ...all.map(chunk)], { type: 'image/png' });
}

function chunk({ type, data }) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(Uint8Array.from(type, (letter) => letter.charCodeAt(0)), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, checksum(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 (PNG, annex D). */
function checksum(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value = CHECKSUMS[(value ^ byte) & 0xff] ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}
