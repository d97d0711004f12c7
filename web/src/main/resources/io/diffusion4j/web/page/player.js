// Pictures that are the frames of a movement: a slider through them, and a file that moves.

import { animation } from './animation.js';
import { announce, element, icon } from './dom.js';

const MILLISECONDS = 200;

/** Shows one picture of a strip at a time. */
export class Player {
  /** @param frames what is shown, in order: [{caption, pictures}], of which the first picture is taken */
  constructor(frames) {
    this.frames = frames.map(({ caption, pictures: [picture] }) => ({ caption, picture }));
    this.image = element('img', { class: 'picture done' });
    this.caption = element('output', { class: 'tile-caption' });
    this.slider = element('input', {
      type: 'range', min: 0, max: this.frames.length - 1, value: 0, 'aria-label': 'From the first picture to the last',
      oninput: () => this.show(),
    });
    this.save = element('button', { class: 'quiet', type: 'button', onclick: () => this.download() },
      icon('download'), 'Animation');
    this.error = element('p', { class: 'error', role: 'alert', hidden: true });
    this.view = element(
      'div', { class: 'player' },
      element('div', { class: 'surface' }, this.image),
      element('div', { class: 'player-controls' }, this.caption, this.slider,
        element('div', { class: 'buttons' }, this.save), this.error),
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

  /** There and back again, so that the movement has no jump. */
  async download() {
    const there = this.frames.map(({ picture }) => picture);
    const back = there.slice(1, -1).reverse();
    try {
      const file = await animation([...there, ...back].map(({ blob }) => blob), MILLISECONDS);
      const url = URL.createObjectURL(file);
      element('a', { href: url, download: there[0].fileName.replace(/\.png$/, '-animation.png') }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      announce('The animation is downloaded');
    } catch (error) {
      this.error.textContent = error.message;
      this.error.hidden = false;
    }
  }
}
