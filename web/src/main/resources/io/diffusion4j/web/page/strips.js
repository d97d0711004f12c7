// Tasks that draw the way from one picture to another: what is asked for, and the panels that ask it.

import { element } from './dom.js';
import { PictureChoice } from './choice.js';
import { ofOneSeed } from './noise.js';

/** The pictures of a strip. */
const FEW = 5;
const MOST = 24;

/** How far a text changes a picture at most, unless it is chosen: beyond, little of the picture is left. */
const FAR = 0.7;

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
    caption: `${Math.round(100 * ratio)} %`,
  }));
}

/** Asks for words that change a picture. */
export class ChangePanel {
  constructor(picture) {
    this.from = element('input', {
      type: 'text', autocomplete: 'off', value: picture.recipe ? picture.title : '', 'data-field': 'text_diff.from_text' });
    this.to = element('input', { type: 'text', autocomplete: 'off', 'data-field': 'text_diff.to_text' });
    this.most = element('input', {
      type: 'range', min: 0.1, max: 1, step: 0.05, value: FAR, 'data-field': 'text_diff.ratio' });
    this.count = number(FEW);
    this.fields = [
      field('What it shows', this.from),
      field('What it shall show', this.to),
      field('How far', this.most),
      field('Pictures on the way', this.count),
    ];
  }

  get values() {
    return { fromText: this.from.value.trim(), toText: this.to.value.trim(), most: this.most.valueAsNumber,
      count: countOf(this.count) };
  }
}

/** Asks for a picture to mix one with. */
export class MixPanel {
  constructor(picture) {
    this.choice = new PictureChoice('Mix it with', picture);
    this.count = number(FEW);
    this.fields = [
      this.choice.view,
      field('Pictures from the first to the second', this.count),
      element('p', { class: 'help' }, 'One picture is the middle of both; many make a walk.'),
    ];
  }

  get values() {
    return { second: this.choice.picture, count: countOf(this.count) };
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
