// Tasks that draw the way from picture to picture: what is asked for, and the panels that ask it.

import { ApiError } from './api.js';
import { PictureRoute } from './choice.js';
import { element } from './dom.js';
import { ofOneSeed } from './noise.js';

/** The pictures of a strip. */
const FEW = 5;
const MOST = 24;

/** The pictures of a walk at most, on all its ways. */
const MOST_OF_WALK = 48;

/**
 * Requests for the pictures of a strip, all of one seed.
 *
 * @param base what is asked for beside the task
 * @param count how many pictures; one is the middle of the way
 * @param most where the way ends, in (0, 1]
 * @param task the task at a place of the way
 */
export function strip(base, count, most, task) {
  const places = count === 1 ? [most / 2] : Array.from({ length: count }, (_, i) => (most * i) / (count - 1));
  const one = ofOneSeed(base);
  return places.map((ratio) => ({
    request: { ...one, imageCount: 1, ...task(ratio) },
    caption: percent(ratio),
  }));
}

/**
 * Requests for the pictures of a walk from picture to picture, all of one seed.
 *
 * @param base what is asked for beside the task
 * @param stations what the pictures are, in order, at least two
 * @param count how many pictures from each to the next, both included; between two, one is the middle
 * @param isClosed whether the walk goes on from the last to the first
 * @param task the task at a place between two stations
 */
export function walk(base, stations, count, isClosed, task) {
  if (stations.length === 2) {
    return strip(base, count, 1, (ratio) => task(stations[0], stations[1], ratio));
  }
  const ways = stations.length - (isClosed ? 0 : 1);
  const steps = Math.max(1, count - 1);
  const places = Array.from({ length: ways * steps + (isClosed ? 0 : 1) }, (_, i) => {
    const way = Math.min(ways - 1, Math.floor(i / steps));
    return { from: way, to: (way + 1) % stations.length, ratio: (i - way * steps) / steps };
  });
  if (places.length > MOST_OF_WALK) {
    throw new ApiError({
      message: `${places.length} pictures (expected: at most ${MOST_OF_WALK}). Choose fewer pictures, or fewer from each`
        + ' to the next.' });
  }
  const one = ofOneSeed(base);
  return places.map(({ from, to, ratio }) => ({
    request: { ...one, imageCount: 1, ...task(stations[from], stations[to], ratio) },
    caption: captionOf(from + 1, to + 1, ratio),
  }));
}

function captionOf(from, to, ratio) {
  return { 0: `picture ${from}`, 1: `picture ${to}` }[ratio] ?? `${from} → ${to}, ${percent(ratio)}`;
}

function percent(ratio) {
  return `${Math.round(100 * ratio)} %`;
}

/** Asks for words that change a picture. */
export class ChangePanel {
  /** @param far how far a text changes a picture at most: beyond, little of the picture is left */
  constructor(picture, far) {
    this.from = element('input', {
      type: 'text', autocomplete: 'off', value: picture.recipe ? picture.title : '', 'data-field': 'text_diff.from_text' });
    this.to = element('input', { type: 'text', autocomplete: 'off', 'data-field': 'text_diff.to_text' });
    this.most = element('input', {
      type: 'range', min: 0.05, max: far, step: 0.05, value: far, 'data-field': 'text_diff.ratio',
      oninput: () => this.show() });
    this.far = element('output', {});
    this.count = number(FEW);
    this.show();
    this.fields = [
      element('label', { class: 'control wide' }, element('span', {}, 'How much it changes: ', this.far), this.most),
      field('What it shall show', this.to),
      field('What it shows now', this.from),
      field('Pictures on the way', this.count),
    ];
  }

  show() {
    this.far.textContent = percent(this.most.valueAsNumber);
  }

  get values() {
    return { fromText: this.from.value.trim(), toText: this.to.value.trim(), most: this.most.valueAsNumber,
      count: countOf(this.count) };
  }
}

/** Asks for pictures to mix one with. */
export class MixPanel {
  constructor(picture) {
    this.choice = new PictureRoute('Mix it with', picture, () => this.show());
    this.count = number(FEW);
    this.closed = element('input', { type: 'checkbox' });
    this.loop = element('label', { class: 'check' }, this.closed, 'Back to the first picture');
    this.fields = [
      this.choice.view,
      field('Pictures from each to the next', this.count),
      this.loop,
      element('p', { class: 'help' },
        'Between two pictures, one is the middle of both. Several chosen pictures make a walk, in the order of choice.'),
    ];
    this.show();
  }

  /** Between two pictures, the way back is the same. */
  show() {
    this.loop.hidden = this.choice.pictures.length < 2;
  }

  get values() {
    const others = this.choice.pictures;
    return { others, count: countOf(this.count), isClosed: others.length > 1 && this.closed.checked };
  }
}

function number(value) {
  return element('input', { type: 'number', inputMode: 'numeric', min: 1, max: MOST, value });
}

function countOf(control) {
  return Math.min(MOST, Math.max(1, Number.parseInt(control.value, 10) || FEW));
}

function field(words, control) {
  return element('label', { class: 'control wide' }, element('span', {}, words), control);
}
