// Two pictures, one over the other, and a slider between them.

import { element } from './dom.js';
import { PictureChoice } from './choice.js';

/** A surface that shows the left part of one picture and the right part of another. */
export class Comparison {
  constructor(picture) {
    this.over = element('img', { class: 'picture done over', alt: '', hidden: true });
    this.slider = element('input', {
      type: 'range', class: 'compare-slider', min: 0, max: 100, value: 50, hidden: true,
      'aria-label': 'How much of the first picture is shown, in percent', oninput: () => this.show(),
    });
    this.surface = element(
      'div', {},
      element('div', { class: 'surface' },
        element('img', { class: 'picture done', src: picture.url, alt: picture.label }), this.over),
      this.slider);
    this.choice = new PictureChoice('Compare it with', picture, (other) => {
      this.over.src = other.url;
      this.over.alt = other.label;
      this.over.hidden = false;
      this.slider.hidden = false;
      this.show();
    });
  }

  show() {
    this.over.style.clipPath = `inset(0 0 0 ${this.slider.value}%)`;
  }
}
