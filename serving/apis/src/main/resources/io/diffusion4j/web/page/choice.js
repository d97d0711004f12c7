// One or several of the other pictures, or pictures of this machine.

import { element } from './dom.js';
import { Picture } from './job.js';
import { pictures } from './shelf.js';

let groups = 0;

/** Pictures to choose one of. */
export class PictureChoice {
  /**
   * @param legend what it is chosen for
   * @param without the picture that is no choice
   * @param chosen called with each chosen picture
   * @param type the type of the inputs
   */
  constructor(legend, without, chosen = () => {}, type = 'radio') {
    this.type = type;
    this.group = `choice-${groups++}`;
    this.chosen = chosen;
    this.list = element('div', { class: 'thumbs' },
      ...pictures().filter((picture) => picture !== without).map((picture) => this.thumb(picture)));
    this.file = element('input', {
      type: 'file', accept: 'image/png,image/jpeg,image/webp', 'aria-label': 'A picture of this machine',
      onchange: ({ target }) => this.take(target.files[0]),
    });
    this.view = element('fieldset', { class: 'choice' }, element('legend', {}, legend), this.list, this.file);
  }

  thumb(picture) {
    const input = element('input', {
      type: this.type, class: 'visually-hidden', name: this.group, 'aria-label': picture.label,
      onchange: () => this.choose(picture, input),
    });
    return element('label', { class: 'thumb' }, input, element('img', { src: picture.url, alt: '' }));
  }

  choose(picture) {
    this.picture = picture;
    this.chosen(picture);
  }

  take(file) {
    if (file !== undefined) {
      const thumb = this.thumb(Picture.own(file));
      this.list.prepend(thumb);
      thumb.querySelector('input').click();
    }
  }
}

/** Pictures to choose several of, in the order of the choice. */
export class PictureRoute extends PictureChoice {
  /**
   * @param legend what they are chosen for
   * @param first the picture before them, which is no choice
   * @param changed called after each change
   */
  constructor(legend, first, changed) {
    super(legend, first, changed, 'checkbox');
    this.places = new Map();
  }

  /** The chosen pictures, in order. */
  get pictures() {
    return [...this.places.values()];
  }

  choose(picture, input) {
    if (input.checked) {
      this.places.set(input, picture);
    } else {
      this.places.delete(input);
      this.number(input, picture, undefined);
    }
    [...this.places].forEach(([at, chosen], i) => this.number(at, chosen, i + 2));
    this.chosen(picture);
  }

  /** Shows the place of a picture on the way; undefined for none. */
  number(input, picture, place) {
    const thumb = input.parentElement;
    thumb.querySelector('.place')?.remove();
    input.setAttribute('aria-label', place === undefined ? picture.label : `${picture.label}, number ${place}`);
    if (place !== undefined) {
      thumb.append(element('span', { class: 'place', 'aria-hidden': 'true' }, String(place)));
    }
  }
}
