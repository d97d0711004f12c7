// The recipe in a file that this service, or the command line, made.

import { chunks } from './png.js';

const KEYWORD = 'Diffusion4J recipe';

/** The recipe that a PNG file holds; undefined if it holds none. */
export async function recipeOf(blob) {
  const latin = new TextDecoder('latin1');
  for (const { type, data } of chunks(new Uint8Array(await blob.arrayBuffer()))) {
    if (type === 'iTXt') {
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
