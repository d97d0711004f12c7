// Draws a mask over a picture: by mouse, finger, pen or keyboard.

import { announce, element } from './dom.js';

/** Pixels of the drawing surface; the mask is scaled to the picture when it is sent. */
const SIZE = 512;
const MOST_UNDO = 30;
const STEP = 16;

/** A surface over a picture, and its tools. What is painted is drawn again. */
export class MaskEditor {
  constructor(picture) {
    this.picture = picture;
    this.undoable = [];
    this.cursor = undefined;
    this.erasing = false;
    this.mask = new OffscreenCanvas(SIZE, SIZE).getContext('2d', { willReadFrequently: true });
    this.canvas = element('canvas', {
      class: 'mask', width: SIZE, height: SIZE, tabIndex: 0, role: 'application',
      'aria-roledescription': 'mask', 'aria-describedby': 'mask-help',
      'aria-label': 'Paint over what is to be drawn again',
      onpointerdown: (event) => this.down(event),
      onpointermove: (event) => this.move(event),
      onpointerup: () => this.up(),
      onpointercancel: () => this.up(),
      onpointerleave: () => this.hideCursor(),
      onkeydown: (event) => this.key(event),
      onblur: () => this.hideCursor(),
    });
    this.surface = element(
      'div', { class: 'surface' },
      element('img', { class: 'picture done', src: picture.url, alt: picture.title }),
      this.canvas,
    );
    this.brush = element('input', { type: 'range', min: 16, max: 200, value: 72, oninput: () => this.show() });
    this.eraser = this.button('Eraser', () => this.erase(!this.erasing));
    this.eraser.setAttribute('aria-pressed', 'false');
    this.painted = element('p', { class: 'painted' });
    this.tools = element(
      'div', { class: 'tools' },
      element('label', { class: 'control' }, element('span', {}, 'Brush'), this.brush),
      element('div', { class: 'buttons', role: 'group', 'aria-label': 'Tools' },
        this.eraser,
        this.button('Undo', () => this.undo()),
        this.button('Invert', () => this.change(() => this.invert())),
        this.button('Clear', () => this.change(() => this.mask.clearRect(0, 0, SIZE, SIZE)))),
      element('div', { class: 'buttons', role: 'group', 'aria-label': 'Paint at once' },
        ...[['Top', 0, 0, 1, 0.5], ['Bottom', 0, 0.5, 1, 0.5], ['Left', 0, 0, 0.5, 1],
          ['Right', 0.5, 0, 0.5, 1], ['Middle', 0.25, 0.25, 0.5, 0.5]]
          .map(([words, ...part]) => this.button(words, () => this.change(() => this.fill(...part))))),
      this.painted,
      element('p', { id: 'mask-help', class: 'help' },
        'With the keyboard: arrows move the brush, space paints, shift and arrows paint on, + and − '
        + 'change the brush, E erases, Z undoes.'),
    );
    this.notify();
  }

  button(words, run) {
    return element('button', { class: 'quiet', type: 'button', onclick: run }, words);
  }

  erase(erasing) {
    this.erasing = erasing;
    this.eraser.setAttribute('aria-pressed', String(erasing));
  }

  /** Changes the mask, so that it can be undone. */
  change(how) {
    this.remember();
    how();
    this.show();
    this.notify();
  }

  remember() {
    this.undoable.push(this.mask.getImageData(0, 0, SIZE, SIZE));
    if (this.undoable.length > MOST_UNDO) {
      this.undoable.shift();
    }
  }

  undo() {
    const before = this.undoable.pop();
    if (before !== undefined) {
      this.mask.putImageData(before, 0, 0);
      this.show();
      this.notify();
    }
  }

  invert() {
    this.mask.globalCompositeOperation = 'xor';
    this.mask.fillStyle = '#fff';
    this.mask.fillRect(0, 0, SIZE, SIZE);
    this.mask.globalCompositeOperation = 'source-over';
  }

  fill(x, y, width, height) {
    this.mask.fillStyle = '#fff';
    this.mask.fillRect(x * SIZE, y * SIZE, width * SIZE, height * SIZE);
  }

  line(from, to) {
    this.mask.globalCompositeOperation = this.erasing ? 'destination-out' : 'source-over';
    this.mask.strokeStyle = '#fff';
    this.mask.lineCap = 'round';
    this.mask.lineWidth = Number(this.brush.value);
    this.mask.beginPath();
    this.mask.moveTo(from.x, from.y);
    this.mask.lineTo(to.x, to.y + 0.01); // a line to where it begins is none
    this.mask.stroke();
    this.mask.globalCompositeOperation = 'source-over';
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * SIZE,
      y: ((event.clientY - box.top) / box.height) * SIZE,
    };
  }

  down(event) {
    if (event.button !== 0) {
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.remember();
    this.stroke = this.at(event);
    this.line(this.stroke, this.stroke);
    this.cursor = this.stroke;
    this.show();
  }

  move(event) {
    const to = this.at(event);
    if (this.stroke !== undefined) {
      this.line(this.stroke, to);
      this.stroke = to;
    }
    this.cursor = to;
    this.show();
  }

  up() {
    if (this.stroke !== undefined) {
      this.stroke = undefined;
      this.notify();
    }
  }

  key(event) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const before = this.cursor ?? { x: SIZE / 2, y: SIZE / 2 };
    if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      this.cursor = { x: within(before.x + dx), y: within(before.y + dy) };
      if (event.shiftKey) {
        this.change(() => this.line(before, this.cursor));
      }
    } else if (event.key === ' ' || event.key === 'Enter') {
      this.cursor = before;
      this.change(() => this.line(before, before));
    } else if (event.key === '+' || event.key === '-') {
      this.brush.valueAsNumber += event.key === '+' ? STEP : -STEP;
    } else if (event.key.toLowerCase() === 'e') {
      this.erase(!this.erasing);
    } else if (event.key.toLowerCase() === 'z') {
      this.undo();
    } else {
      return;
    }
    event.preventDefault();
    this.show();
  }

  hideCursor() {
    this.cursor = undefined;
    this.show();
  }

  show() {
    const context = this.canvas.getContext('2d');
    context.clearRect(0, 0, SIZE, SIZE);
    context.globalAlpha = 0.62;
    context.drawImage(this.mask.canvas, 0, 0);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-atop';
    context.fillStyle = '#7c3aed';
    context.fillRect(0, 0, SIZE, SIZE);
    context.globalCompositeOperation = 'source-over';
    if (this.cursor !== undefined) {
      for (const [colour, width] of [['#000', 5], ['#fff', 2.5]]) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.beginPath();
        context.arc(this.cursor.x, this.cursor.y, Number(this.brush.value) / 2, 0, 2 * Math.PI);
        context.stroke();
      }
    }
  }

  notify() {
    const part = Math.round(100 * this.part());
    this.painted.textContent =
      part === 0 ? 'Nothing is painted over yet.' : `${part} % of the picture is drawn again.`;
    announce(this.painted.textContent);
  }

  /** How much is painted over, in [0, 1]. */
  part() {
    const { data } = this.mask.getImageData(0, 0, SIZE, SIZE);
    let painted = 0;
    for (let i = 3; i < data.length; i += 4) {
      painted += data[i] > 127 ? 1 : 0;
    }
    return painted / (SIZE * SIZE);
  }

  get isEmpty() {
    return this.part() === 0;
  }

  /** The mask as a PNG of the picture's size: white where it is drawn again, black elsewhere. */
  async file() {
    const bitmap = await createImageBitmap(this.picture.blob);
    const { width, height } = bitmap;
    bitmap.close();
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(this.mask.canvas, 0, 0, width, height);
    const pixels = context.getImageData(0, 0, width, height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      const level = pixels.data[i + 3] > 127 ? 255 : 0;
      pixels.data.set([level, level, level, 255], i);
    }
    context.putImageData(pixels, 0, 0);
    return canvas.convertToBlob({ type: 'image/png' });
  }
}

function within(value) {
  return Math.min(SIZE, Math.max(0, value));
}
