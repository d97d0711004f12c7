// The pictures of a page on which nothing is drawn yet: each is drawn anew by a click.

import { element } from './dom.js';
import { Job } from './job.js';
import { noise } from './noise.js';

/** What they show, and the names of their files. */
const EXAMPLES = [
  ['a red apple on a blue background', 'apple'],
  ['a pink flamingo', 'flamingo'],
  ['a slice of pizza', 'pizza'],
  ['a green frog', 'frog'],
  ['a cupcake on a pink background', 'cupcake'],
  ['an orange fox', 'fox'],
  ['a lemon to the left of a strawberry', 'lemon'],
  ['an octopus on a pink background', 'octopus'],
  ['a butterfly', 'butterfly'],
  ['two red cherries on a yellow background', 'cherries'],
  ['a sunflower on a green background', 'sunflower'],
  ['a penguin', 'penguin'],
];

/** Shows examples in a list. */
export class StartPage {
  /**
   * @param list where they are
   * @param request returns the request for a prompt, of one picture
   * @param about what a Job needs to show its pictures: {open, actions, drawn}
   * @param showing awaits a drawing, and shows its error
   */
  constructor(list, { request, about, showing }) {
    Object.assign(this, { list, request, about, showing });
  }

  /** Shows those that consist of known words; a model without a list of words gets noise instead of pictures. */
  show(vocabulary) {
    this.list.replaceChildren(...EXAMPLES
      .filter(([text]) => vocabulary.unknown(text).length === 0)
      .map(([text, file]) => this.tile(text, vocabulary.isEmpty ? noise() : `page/examples/${file}.jpg`)));
  }

  tile(text, source) {
    const tile = element('li', { class: 'tile' },
      element('button', { class: 'example', type: 'button', title: 'Draw it anew',
        onclick: () => this.showing(this.draw(text, tile)) },
        element('img', { class: 'picture', src: source, alt: '' }),
        element('span', { class: 'tile-caption' }, text)));
    return tile;
  }

  /** Draws a picture in the place of a tile. */
  async draw(text, place) {
    let drawn;
    const anew = { words: 'Draw it anew', icon: 'dice', run: () => this.showing(this.draw(text, drawn)) };
    const job = new Job([{ request: this.request(text), caption: text }], {
      ...this.about, title: text, kind: 'From words',
      actions: (picture) => [anew, ...this.about.actions(picture)],
    });
    drawn = job.list.firstElementChild;
    drawn.classList.add('drawing');
    place.replaceWith(drawn);
    const taken = job.taken.catch(() => {}); // the error is the job's
    await Promise.all([job.run(), taken]);
    drawn.classList.remove('drawing');
    if (job.error !== undefined) {
      drawn.replaceWith(place);
      throw job.error;
    }
  }
}
