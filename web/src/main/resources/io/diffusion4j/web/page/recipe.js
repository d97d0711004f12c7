// The recipe in a file that this service, or the command line, made.

const KEYWORD = 'Diffusion4J recipe';
const SIGNATURE = 8;

/** The recipe that a PNG file holds; undefined if it holds none. */
export async function recipeOf(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const latin = new TextDecoder('latin1');
  // A chunk: its length, its type, so many bytes, and a checksum.
  for (let at = SIGNATURE; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const data = bytes.subarray(at + 8, at + 8 + view.getUint32(at));
    if (latin.decode(bytes.subarray(at + 4, at + 8)) === 'iTXt') {
      const keyword = latin.decode(data.subarray(0, data.indexOf(0)));
      if (keyword === KEYWORD) {
        return await text(data.subarray(keyword.length + 1));
      }
    }
  }
  return undefined;
}

/** What follows the keyword: whether and how it is compressed, two names that end with 0, the text. */
async function text(data) {
  const language = data.indexOf(0, 2);
  const rest = data.subarray(data.indexOf(0, language + 1) + 1);
  if (data[0] === 0) {
    return new TextDecoder().decode(rest);
  }
  const inflated = new Blob([rest]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(inflated).text();
}

/** What a recipe draws, in words; undefined if it has none. */
export function wordsOf({ request }) {
  const task = Object.values(request).find((value) => value?.prompt !== undefined);
  return task?.prompt.text || undefined;
}
