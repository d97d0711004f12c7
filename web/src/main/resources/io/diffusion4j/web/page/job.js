// One request on the page: its pictures while they are drawn, and when they are there.

import { generate } from './api.js';
import { fromBase64, seconds } from './bytes.js';
import { announce, element, icon } from './dom.js';
import { said } from './errors.js';
import { noise } from './noise.js';

const DOING = { prior: 'Imagining', decoder: 'Drawing', super_res: 'Sharpening' };

/** A picture that is there: its file, its url on this page, and what the service says of it. */
export class Picture {
  constructor(blob, title, metadata) {
    this.blob = blob;
    this.url = URL.createObjectURL(blob);
    this.title = title;
    this.metadata = metadata;
    this.recipe = metadata.recipe ? JSON.parse(metadata.recipe) : undefined;
  }

  get fileName() {
    const words = this.title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
    return `${words.slice(0, 60) || 'picture'}-${this.metadata.seed}-${this.metadata.stream}.png`;
  }
}

/** A place for a picture that is not there yet. */
export function tile(alt) {
  const image = element('img', { class: 'picture waiting', src: noise(), alt });
  const opener = element('button', { class: 'tile-open', type: 'button', disabled: true }, image);
  return { tile: element('li', { class: 'tile' }, opener, element('div', { class: 'tile-actions' })), image, opener };
}

/**
 * Puts a picture into its place.
 *
 * @param open shows it
 * @param actions what can be done with it: [{words, icon, run(picture)}]
 */
export function fill({ tile: place, image, opener }, picture, { alt, open, actions }) {
  image.src = picture.url;
  image.className = 'picture done';
  image.alt = alt;
  opener.disabled = false;
  opener.addEventListener('click', () => open(picture));
  place.querySelector('.tile-actions').append(
    ...actions.map((action) => element(
      'button',
      { class: 'icon-button', type: 'button', title: action.words, 'aria-label': `${action.words}: ${alt}`,
        onclick: action.run },
      icon(action.icon),
    )),
  );
}

/** Draws a request, and shows how it goes. */
export class Job {
  /**
   * @param title what to call its pictures
   * @param from a Picture that it starts from, if any
   * @param open shows a picture
   * @param actions what can be done with a picture: [{words, icon, run(picture)}]
   * @param drawn told of each picture that is there
   */
  constructor(request, { title, kind, from, open, actions, drawn }) {
    Object.assign(this, { request, title, from, open, actions, drawn });
    this.leaving = new AbortController();
    /** Settles when the service has taken the request; rejects with what is wrong with it. */
    this.taken = new Promise((resolve, reject) => {
      this.isTaken = resolve;
      this.isRefused = reject;
    });
    this.tiles = new Map();
    this.chunks = new Map();
    this.status = element('p', { class: 'job-status' }, 'Asking…');
    this.fill = element('span', { class: 'bar-fill' });
    this.bar = element(
      'div',
      { class: 'bar', role: 'progressbar', 'aria-label': `Progress of ${title}`, 'aria-valuemin': 0,
        'aria-valuemax': 100, 'aria-valuenow': 0 },
      this.fill,
    );
    this.cancel = element(
      'button',
      { class: 'quiet cancel', type: 'button', 'aria-label': `Cancel ${title}`, onclick: () => this.leave() },
      'Cancel',
    );
    this.list = element('ul', { class: 'tiles' });
    this.view = element(
      'article',
      { class: 'job drawing', 'aria-label': `${kind}: ${title}` },
      element(
        'header',
        { class: 'job-header' },
        from && element('img', { class: 'job-from', src: from.url, alt: `made from ${from.title}` }),
        element('div', { class: 'job-words' },
          element('p', { class: 'job-kind' }, kind),
          element('h3', { class: 'job-title', dir: 'auto' }, title),
          this.status),
        this.cancel,
      ),
      this.bar,
      this.list,
    );
    for (let i = 0; i < request.imageCount; i++) {
      this.addTile(i);
    }
  }

  addTile(index) {
    const made = tile(`picture ${index + 1} is not drawn yet`);
    this.tiles.set(index, made);
    this.list.append(made.tile);
  }

  leave() {
    this.leaving.abort();
  }

  /** Draws; nothing is thrown. */
  async run() {
    try {
      for await (const [name, event] of generate(this.request, this.leaving.signal)) {
        this[name]?.(event);
      }
    } catch (error) {
      if (error.name === 'AbortError') {
        this.end('Cancelled');
      } else if (error.violations?.length > 0) {
        this.isRefused(error);
      } else {
        this.end(said(error), 'failed');
      }
    }
    this.isTaken();
  }

  accepted({ queuePosition, warnings }) {
    this.isTaken();
    this.say(queuePosition > 0 ? `Waiting: ${count(queuePosition, 'request')} ahead` : 'Waiting', true);
    warnings.forEach((warning) => {
      this.bar.before(element('p', { class: 'warning' }, warning.message));
    });
  }

  started() {
    this.say('Starting', true);
  }

  progress({ stage, step, steps, imageStepsDone, imageSteps, remaining }) {
    const part = Number(imageSteps) === 0 ? 0 : Number(imageStepsDone) / Number(imageSteps);
    this.fill.style.transform = `scaleX(${part})`;
    this.bar.setAttribute('aria-valuenow', Math.round(100 * part));
    const left = seconds(remaining);
    const doing = DOING[stage] ?? stage;
    const time = left === undefined ? '' : ` · about ${Math.max(1, Math.round(left))} s left`;
    this.say(`${doing} · step ${step} of ${steps}${time}`, this.stage !== stage);
    this.stage = stage;
  }

  preview({ imageIndex, mediaType, data, stage, step }) {
    const place = this.tile(imageIndex);
    if (place !== undefined) {
      place.image.src = `data:${mediaType};base64,${data}`;
      place.image.className = 'picture preview';
      place.image.alt = `picture ${this.number(imageIndex)} after step ${step} of ${stage}`;
    }
  }

  image_chunk({ imageIndex, data }) {
    const parts = this.chunks.get(imageIndex) ?? [];
    parts.push(fromBase64(data));
    this.chunks.set(imageIndex, parts);
  }

  image_done({ metadata }) {
    if (metadata.refusal) {
      this.refuse(metadata.index, metadata.refusal);
      return;
    }
    const blob = new Blob(this.chunks.get(metadata.index) ?? [], { type: metadata.mediaType });
    this.chunks.delete(metadata.index);
    const picture = new Picture(blob, this.title, metadata);
    fill(this.tile(metadata.index), picture, {
      alt: `${this.title}, picture ${this.number(metadata.index)}, seed ${metadata.seed}`,
      open: this.open,
      actions: this.actions(picture),
    });
    this.drawn(picture);
  }

  /** A filter of the server keeps the picture; there is nothing to show but why. */
  refuse(index, { message }) {
    this.without(index, 'was refused', `refused by a filter: ${message}`);
  }

  without(index, happened, why) {
    const place = this.tile(index);
    place.image.alt = `picture ${this.number(index)} ${happened}: ${why}`;
    place.tile.classList.add('failed');
    place.tile.append(element('p', { class: 'field-error' }, why));
  }

  finished({ usage, failures }) {
    failures.forEach(({ imageIndex, error }) => this.without(imageIndex, 'failed', error.message));
    const time = seconds(usage.runTime);
    const refused = usage.refusedImages > 0 ? `, ${usage.refusedImages} refused` : '';
    this.end(`${count(usage.images, 'picture')}${refused} in ${time.toFixed(1)} s`);
  }

  end(words, how = 'ended') {
    this.view.classList.remove('drawing');
    this.view.classList.add(how);
    this.bar.remove();
    this.cancel.remove();
    for (const { tile: place, opener } of this.tiles.values()) {
      if (opener.disabled && !place.classList.contains('failed')) {
        place.classList.add('undrawn');
      }
    }
    this.say(words, true);
  }

  say(words, aloud) {
    this.status.textContent = words;
    if (aloud) {
      announce(`${this.title}: ${words}`);
    }
  }

  /** Images are numbered from the request's first_image on. */
  tile(imageIndex) {
    return this.tiles.get(imageIndex - (this.request.firstImage ?? 0));
  }

  number(imageIndex) {
    return imageIndex - (this.request.firstImage ?? 0) + 1;
  }
}

function count(number, what) {
  return `${number} ${what}${Number(number) === 1 ? '' : 's'}`;
}
