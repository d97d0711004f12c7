// Bytes as proto3 JSON has them, and as the browser shows them.

/** The bytes of Base64. */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** A blob as Base64. */
export async function toBase64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}

/** How long a google.protobuf.Duration is, in seconds; undefined if there is none. */
export function seconds(duration) {
  return duration === undefined ? undefined : Number.parseFloat(duration);
}
