// One of the other pictures, or one of this machine.

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
   */
  constructor(legend, without, chosen = () => {}) {
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
    const radio = element('input', {
      type: 'radio', class: 'visually-hidden', name: this.group, 'aria-label': picture.label,
      onchange: () => {
        this.picture = picture;
        this.chosen(picture);
      },
    });
    return element('label', { class: 'thumb' }, radio, element('img', { src: picture.url, alt: '' }));
  }

  take(file) {
    if (file !== undefined) {
      const thumb = this.thumb(Picture.own(file));
      this.list.prepend(thumb);
      thumb.querySelector('input').click();
    }
  }
}
