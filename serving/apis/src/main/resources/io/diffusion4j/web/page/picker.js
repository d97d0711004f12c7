// Words to pick from, and those of the prompt that the model does not know.

import { announce, element, icon } from './dom.js';
import { Vocabulary } from './words.js';

/** More words are found by the filter. */
const MOST_SHOWN = 60;

/** The words of a model beside the field for the prompt. */
export class WordPicker {
  /**
   * @param prompt the field
   * @param marks an element behind the field, of the same size and font
   * @param unknown where unknown words are listed with those that are near
   * @param details where the words are offered
   */
  constructor({ prompt, marks, unknown, details }) {
    Object.assign(this, { prompt, marks, unknown, details });
    this.vocabulary = new Vocabulary([]);
    for (const happening of ['input', 'click', 'keyup', 'blur']) {
      prompt.addEventListener(happening, () => this.check());
    }
    prompt.addEventListener('scroll', () => { marks.scrollTop = prompt.scrollTop; });
    this.filter = element('input', {
      id: 'word-filter', type: 'search', autocomplete: 'off', placeholder: 'find a word',
      oninput: () => this.showThings(),
      onkeydown: (event) => {
        if (event.key === 'Enter') { // which would send the form
          event.preventDefault();
          this.things.querySelector('button')?.click();
        }
      },
    });
    this.things = element('div', { class: 'chips', role: 'group', 'aria-label': 'Words' });
    this.more = element('p', { class: 'help' });
  }

  /** Offers these words; none hides all of it. */
  show(words) {
    this.vocabulary = new Vocabulary(words);
    this.checked = undefined;
    this.details.hidden = this.vocabulary.isEmpty;
    const groups = [
      ['Colours', this.vocabulary.colours],
      ['Counts', this.vocabulary.counts],
      ['Places', this.vocabulary.places],
    ].filter(([, some]) => some.length > 0);
    this.details.querySelector('.picker').replaceChildren(
      element('button', { class: 'quiet dice', type: 'button', onclick: () => this.surprise() },
        icon('dice'), 'Surprise me'),
      ...groups.map(([name, some]) => element('div', { class: 'chip-row' },
        element('span', { class: 'chip-name', 'aria-hidden': 'true' }, name),
        element('div', { class: 'chips', role: 'group', 'aria-label': name }, ...some.map((word) => this.chip(word))))),
      element('label', { class: 'control' },
        element('span', {}, `All ${words.length} words`), this.filter),
      this.things,
      this.more,
    );
    this.filter.value = '';
    this.showThings();
    this.check();
  }

  chip(word) {
    const swatch = this.vocabulary.colours.includes(word) && element('span', { class: 'swatch' });
    if (swatch) {
      swatch.style.background = word; // the names of colours are those of CSS
    }
    return element('button', { class: 'quiet chip', type: 'button', onclick: () => this.add(word) }, swatch, word);
  }

  showThings() {
    const text = this.filter.value.trim().toLowerCase();
    const found = text === '' ? this.vocabulary.things : this.vocabulary.matching(text);
    this.things.replaceChildren(...found.slice(0, MOST_SHOWN).map((word) => this.chip(word)));
    const left = found.length - MOST_SHOWN;
    this.more.textContent = found.length === 0
      ? text === '' ? '' : `No word contains “${text}”.`
      : left > 0 ? `and ${left} more: find them by their letters` : '';
  }

  /** Adds a word where the cursor is. */
  add(word) {
    const { value, selectionStart: start, selectionEnd: end } = this.prompt;
    const before = value.slice(0, start);
    const after = value.slice(end);
    const inserted = `${/\S$/.test(before) ? ' ' : ''}${word}${/^\S/.test(after) ? ' ' : ''}`;
    this.prompt.setRangeText(inserted, start, end, 'end');
    this.check();
    announce(`${word} added`);
  }

  surprise() {
    const words = this.vocabulary.surprise();
    if (words !== undefined) {
      this.prompt.value = words;
      this.check();
      announce(words);
    }
  }

  /** Marks the unknown words of the prompt, and offers others. */
  check() {
    const text = this.prompt.value;
    const typing = document.activeElement === this.prompt ? this.prompt.selectionEnd : -1;
    const unknown = this.vocabulary.unknown(text)
      .filter(({ word, end }) => end !== typing || !this.vocabulary.begins(word));
    if (text === this.checked && unknown.length === this.marked) {
      return; // what stands there is kept, with its focus
    }
    [this.checked, this.marked] = [text, unknown.length];
    let at = 0;
    const parts = [];
    for (const { start, end } of unknown) {
      parts.push(text.slice(at, start), element('mark', {}, text.slice(start, end)));
      at = end;
    }
    this.marks.replaceChildren(...parts, `${text.slice(at)}\n`);
    this.marks.scrollTop = this.prompt.scrollTop;
    const distinct = [...new Map(unknown.map((found) => [found.word, found])).values()];
    this.unknown.hidden = distinct.length === 0;
    this.unknown.replaceChildren(
      element('p', {}, 'The model was not trained with these words and guesses:'),
      element('ul', { class: 'chips' }, ...distinct.map((found) => this.advice(found))));
  }

  /** An unknown word, and what may replace it. */
  advice({ word, start, end }) {
    return element('li', {},
      `“${word}”`,
      ...this.vocabulary.near(word).map((known) => element('button', {
        class: 'quiet chip', type: 'button', 'aria-label': `${known} instead of ${word}`,
        onclick: () => {
          this.prompt.setRangeText(known, start, end, 'end');
          this.prompt.focus();
          this.check();
        },
      }, known)));
  }
}
