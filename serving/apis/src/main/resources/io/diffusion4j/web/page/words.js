// The words of a model: which words of a prompt it knows, which of its words are near, what can be made of them.

const WORD = /[\p{L}\p{N}]+/gu;
const POSSESSIVE = /^['’]s$/iu;

const COLOURS = ['red', 'orange', 'yellow', 'green', 'teal', 'cyan', 'blue', 'indigo', 'violet', 'purple', 'magenta',
  'pink', 'brown', 'black', 'gray', 'grey', 'white'];
const COUNTS = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', '2', '3', '4', '5',
  '6', '7', '8', '9'];
const PLACES = ['on', 'in', 'above', 'below', 'over', 'under', 'left', 'right', 'front', 'behind', 'beside', 'between',
  'next', 'near', 'to', 'of', 'with', 'and'];

/** The words of a text by the rule of the contract: [{word, start, end}], in lower case. */
export function wordsIn(text) {
  const found = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!POSSESSIVE.test(text.slice(Math.max(0, index - 1), index + word.length))) {
      found.push({ word: word.toLowerCase(), start: index, end: index + word.length });
    }
  }
  return found;
}

/** What a model can be asked for in words. */
export class Vocabulary {
  /** @param words in lower case; none if the model has no list of them */
  constructor(words) {
    this.words = words;
    this.known = new Set(words);
  }

  get isEmpty() {
    return this.words.length === 0;
  }

  /** The unknown words of a text: [{word, start, end}]; none if there is no list. */
  unknown(text) {
    return this.isEmpty ? [] : wordsIn(text).filter(({ word }) => !this.known.has(word));
  }

  /** Whether a word begins like a known one. */
  begins(start) {
    return this.words.some((word) => word.startsWith(start));
  }

  /** The known words with few letters' difference, the nearest first. */
  near(word, most = 4) {
    const limit = Math.max(1, Math.floor(word.length / 3));
    return this.words
      .map((known) => ({ known, distance: distance(word, known, limit) }))
      .filter(({ distance: letters }) => letters <= limit)
      .sort((a, b) => a.distance - b.distance)
      .slice(0, most)
      .map(({ known }) => known);
  }

  get colours() {
    return COLOURS.filter((word) => this.known.has(word));
  }

  get counts() {
    return COUNTS.filter((word) => this.known.has(word));
  }

  get places() {
    return PLACES.filter((word) => this.known.has(word));
  }

  /** The words that are known in the singular and in the plural: what can be counted. */
  get things() {
    return this.words.filter((word) => this.plural(word) !== undefined && !COLOURS.includes(word));
  }

  /** The known plural of a word; undefined if there is none. */
  plural(word) {
    return word.length < 3
      ? undefined
      : [`${word}s`, `${word}es`, word.replace(/y$/, 'ies')].find((many) => many !== word && this.known.has(many));
  }

  /** The words that contain a text, those that begin with it first. */
  matching(text) {
    const found = this.words.filter((word) => word.includes(text));
    return [...found.filter((word) => word.startsWith(text)), ...found.filter((word) => !word.startsWith(text))];
  }

  /** A prompt of known words only; undefined if the words do not suffice for one. */
  surprise() {
    const thing = any(this.things) ?? any(this.words);
    const [colour, count] = [any(this.colours), any(this.counts)];
    const other = any(this.colours.filter((word) => word !== colour));
    const prompts = [
      `${article(colour)} ${colour} ${thing}`,
      `${article(thing)} ${thing} on ${article(colour)} ${colour} background`,
      `${article(colour)} ${colour} ${thing} on ${article(other)} ${other} background`,
      `${count} ${this.plural(thing ?? '')} on ${article(colour)} ${colour} background`,
      thing ?? '',
    ];
    const known = prompts.filter((prompt) => prompt !== '' && this.unknown(prompt).length === 0);
    return any(known.length > 1 ? known.slice(0, -1) : known);
  }
}

/** One of some; undefined if there are none. */
function any(some) {
  return some[Math.floor(Math.random() * some.length)];
}

function article(word = '') {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}

/** How many letters have to be changed, added, left out or swapped; a number above the limit if more than it. */
function distance(from, to, limit) {
  if (Math.abs(from.length - to.length) > limit) {
    return limit + 1;
  }
  let [before, last] = [[], Array.from({ length: to.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    [before, last] = [last, row];
  }
  return last[to.length];
}
