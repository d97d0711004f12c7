// Pictures that are the frames of a movement: a slider through them, and files that move.

import { animation } from './animation.js';
import { announce, element, icon } from './dom.js';
import { gif } from './gif.js';

const MILLISECONDS = 200;

/** Shows one picture of a strip at a time. */
export class Player {
  /**
   * @param frames what is shown, in order: [{caption, pictures}], of which the first picture is taken
   * @param isClosed whether the first follows the last without a jump
   */
  constructor(frames, isClosed = false) {
    this.isClosed = isClosed;
    this.frames = frames.map(({ caption, pictures: [picture] }) => ({ caption, picture }));
    this.image = element('img', { class: 'picture done' });
    this.caption = element('output', { class: 'tile-caption' });
    this.slider = element('input', {
      type: 'range', min: 0, max: this.frames.length - 1, value: 0, 'aria-label': 'From the first picture to the last',
      oninput: () => this.show(),
    });
    const save = (words, make, suffix) => element(
      'button', { class: 'quiet', type: 'button', onclick: () => this.download(make, suffix) }, icon('download'), words);
    this.error = element('p', { class: 'error', role: 'alert', hidden: true });
    this.view = element(
      'div', { class: 'player' },
      element('div', { class: 'surface' }, this.image),
      element('div', { class: 'player-controls' }, this.caption, this.slider,
        element('div', { class: 'buttons' },
          save('Animation', animation, '-animation.png'), save('GIF', gif, '.gif')),
        this.error),
    );
    this.show();
  }

  show() {
    const { caption, picture } = this.frames[this.slider.valueAsNumber];
    this.image.src = picture.url;
    this.image.alt = `${picture.title}, ${caption}`;
    this.caption.textContent = caption;
    this.slider.setAttribute('aria-valuetext', caption);
  }

  /** All pictures, there and back again unless they are a circle, so that the movement has no jump. */
  get movement() {
    const there = this.frames.map(({ picture }) => picture);
    return this.isClosed ? there : [...there, ...there.slice(1, -1).reverse()];
  }

  async download(make, suffix) {
    try {
      const file = await make(this.movement.map(({ blob }) => blob), MILLISECONDS);
      const url = URL.createObjectURL(file);
      const name = this.frames[0].picture.fileName.replace(/\.png$/, suffix);
      element('a', { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      announce('The animation is downloaded');
    } catch (error) {
      this.error.textContent = error.message;
      this.error.hidden = false;
    }
  }
}
