// What was asked for on the page: its pictures while they are drawn, and when they are there.

import { generate } from './api.js';
import { fromBase64, seconds } from './bytes.js';
import { announce, element, icon, more, pressedWhile } from './dom.js';
import { sharpen } from './enlarge.js';
import { said } from './errors.js';
import { noise } from './noise.js';
import { Player } from './player.js';
import { shelve } from './shelf.js';

/** Requests of one job; the service draws them together where it can. */
const MOST_AT_ONCE = 4;

const DOING = { prior: 'Imagining', decoder: 'Drawing', super_res: 'Sharpening' };

/**
 * A picture that is there: its file, its url on this page, and the service's metadata. It reports changes by
 * an event.
 */
export class Picture extends EventTarget {
  constructor(blob, title, metadata) {
    super();
    this.blob = blob;
    this.url = URL.createObjectURL(blob);
    this.title = title;
    this.metadata = metadata;
    this.recipe = metadata.recipe ? JSON.parse(metadata.recipe) : undefined;
    this.isFavourite = false;
  }

  /** A file of this machine, which was not drawn here. */
  static own(file) {
    return new Picture(file, file.name, { seed: 'own', stream: 0 });
  }

  /** The picture in words, for those who do not see it. */
  get label() {
    return `${this.title}, seed ${this.metadata.seed}`;
  }

  get fileName() {
    const words = this.title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
    return `${words.slice(0, 60) || 'picture'}-${this.metadata.seed}-${this.metadata.stream}.png`;
  }
}

/** A place for a picture that is not there yet. */
export function tile(alt, caption) {
  const image = element('img', { class: 'picture waiting', src: noise(), alt });
  const opener = element('button', { class: 'tile-open', type: 'button', disabled: true }, image);
  const words = caption !== undefined && element('p', { class: 'tile-caption' }, caption);
  return {
    tile: element('li', { class: 'tile' }, opener, words, element('div', { class: 'tile-actions' })), image, opener };
}

/**
 * Puts a picture into its place.
 *
 * @param open shows it
 * @param actions what can be done with it: [{words, icon, run, holds, isRare}], where holds is there for what can be
 *     undone, and what is rare is behind "More"
 */
export function fill({ tile: place, image, opener }, picture, { alt, open, actions }) {
  image.src = picture.url;
  image.className = 'picture done';
  image.alt = alt;
  opener.disabled = false;
  shelve(opener, picture);
  opener.addEventListener('click', () => open(picture));
  const button = ({ words, icon: name, run, holds }) => {
    const made = element(
      'button',
      { class: 'icon-button', type: 'button', title: words, 'aria-label': `${words}: ${alt}`, onclick: run },
      icon(name));
    if (holds !== undefined) {
      pressedWhile(made, picture, holds);
    }
    return made;
  };
  const [rare, usual] = [true, false].map((isRare) => actions.filter((one) => Boolean(one.isRare) === isRare).map(button));
  place.querySelector('.tile-actions').append(...usual, more(icon('more'), `More: ${alt}`, rare));
  const show = () => place.classList.toggle('favourite', picture.isFavourite);
  picture.addEventListener('change', show);
  show();
}

/** A request of a job. */
class Part {
  /**
   * @param request what is asked for
   * @param caption what is special about its pictures, if anything
   * @param events has it drawn: the events of a request and a signal that ends it
   */
  constructor({ request, caption, events = generate }) {
    Object.assign(this, { request, caption, events });
    this.tiles = new Map();
    this.chunks = new Map();
    this.pictures = [];
    this.share = 0; // of its steps that are done
  }

  /** Images are numbered from the request's first_image on. */
  number(imageIndex) {
    return imageIndex - (this.request.firstImage ?? 0);
  }

  tile(imageIndex) {
    return this.tiles.get(this.number(imageIndex));
  }
}

/** Draws requests, and shows how it goes. */
export class Job {
  /**
   * @param requests what is drawn under one title: [{request, caption, events}], at least one
   * @param title what to call the pictures
   * @param from a Picture that they start from, if any
   * @param moving whether the pictures are the frames of a movement
   * @param isClosed whether the movement ends where it begins
   * @param open shows a picture
   * @param actions what can be done with a picture: as for {@link fill}
   * @param drawn called with each finished picture
   * @param again draws the same in another job, if this one came to nothing
   */
  constructor(requests, { title, kind, from, moving, isClosed, open, actions, drawn, again }) {
    Object.assign(this, { title, from, moving, isClosed, open, actions, drawn, again });
    this.parts = requests.map((one) => new Part(one));
    this.leaving = new AbortController();
    /** Settles when the service has taken the first request; rejects with what is wrong with it. */
    this.taken = new Promise((resolve, reject) => {
      this.isTaken = resolve;
      this.isRefused = reject;
    });
    this.refused = 0;
    this.runTime = 0;
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
    this.parts.forEach((part) => {
      for (let i = 0; i < part.request.imageCount; i++) {
        const made = tile(`picture ${i + 1} is not drawn yet`, part.caption);
        part.tiles.set(i, made);
        this.list.append(made.tile);
      }
    });
  }

  get pictures() {
    return this.parts.flatMap((part) => part.pictures);
  }

  leave() {
    this.leaving.abort();
  }

  /** Draws; nothing is thrown. What is wrong with the first request is wrong with the others: they wait for it. */
  async run() {
    this.began = performance.now();
    const waiting = [...this.parts];
    const lane = async () => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        await this.draw(part);
      }
    };
    try {
      const first = lane();
      await Promise.race([first, this.taken]);
      await Promise.all([first, ...waiting.slice(0, MOST_AT_ONCE - 1).map(lane)]);
      const time = this.parts.length > 1 ? (performance.now() - this.began) / 1000 : this.runTime;
      const refused = this.refused > 0 ? `, ${this.refused} refused` : '';
      this.end(`${count(this.pictures.length, 'picture')}${refused} in ${time.toFixed(1)} s`);
      if (this.moving && this.pictures.length > 1) {
        this.list.after(new Player(this.parts.filter(({ pictures }) => pictures.length > 0), this.isClosed).view);
      }
    } catch (error) {
      const left = this.leaving.signal.aborted;
      /** Why nothing was drawn, unless it was cancelled. */
      this.error = left ? undefined : error;
      this.leaving.abort(error); // the others are not drawn on
      if (left) {
        this.end('Cancelled');
      } else if (error.violations?.length > 0 && !this.wasTaken) {
        this.isRefused(error);
      } else {
        this.end(said(error), 'failed');
      }
    }
    this.isTaken();
  }

  async draw(part) {
    for await (const [name, event] of part.events(part.request, this.leaving.signal)) {
      this[name]?.(event, part);
    }
  }

  accepted({ queuePosition, warnings }) {
    this.wasTaken = true;
    this.isTaken();
    this.say(queuePosition > 0 ? `Waiting: ${count(queuePosition, 'request')} ahead` : 'Waiting', true);
    warnings
      .filter(({ message }) => ![...this.view.querySelectorAll('.warning')].some((w) => w.textContent === message))
      .forEach(({ message }) => this.bar.before(element('p', { class: 'warning' }, message)));
  }

  /** The server does not answer at the moment. */
  silent() {
    this.say('The server does not answer. This goes on when it does.', true);
  }

  started() {
    this.say('Starting', true);
  }

  progress({ stage, step, steps, imageStepsDone, imageSteps, remaining }, part) {
    part.share = Number(imageSteps) === 0 ? 0 : Number(imageStepsDone) / Number(imageSteps);
    this.showShare();
    const left = this.parts.length > 1 ? this.left() : seconds(remaining);
    const doing = DOING[stage] ?? stage;
    const time = left === undefined ? '' : ` · about ${Math.max(1, Math.round(left))} s left`;
    const where = this.parts.length > 1
      ? `${this.pictures.length} of ${this.list.children.length} pictures`
      : `step ${step} of ${steps}`;
    this.say(`${doing} · ${where}${time}`, this.stage !== stage);
    this.stage = stage;
  }

  /** How much of all requests is done, from 0 to 1. */
  get share() {
    return this.parts.reduce((sum, part) => sum + part.share, 0) / this.parts.length;
  }

  /** The seconds until all requests are drawn, if the rest takes as long as what is done. */
  left() {
    const { share } = this;
    return share > 0 ? ((performance.now() - this.began) / 1000) * (1 / share - 1) : undefined;
  }

  showShare() {
    const { share } = this;
    this.fill.style.transform = `scaleX(${share})`;
    this.bar.setAttribute('aria-valuenow', Math.round(100 * share));
  }

  preview({ imageIndex, mediaType, data, stage, step }, part) {
    const place = part.tile(imageIndex);
    if (place !== undefined) {
      place.image.src = `data:${mediaType};base64,${data}`;
      place.image.className = 'picture preview';
      place.image.alt = `picture ${part.number(imageIndex) + 1} after step ${step} of ${stage}`;
    }
  }

  image_chunk({ imageIndex, data }, part) {
    const chunks = part.chunks.get(imageIndex) ?? [];
    chunks.push(fromBase64(data));
    part.chunks.set(imageIndex, chunks);
  }

  image_done({ metadata }, part) {
    if (metadata.refusal) {
      this.refuse(metadata, part);
      return;
    }
    const blob = new Blob(part.chunks.get(metadata.index) ?? [], { type: metadata.mediaType });
    part.chunks.delete(metadata.index);
    const picture = new Picture(blob, this.title, metadata);
    part.pictures.push(picture);
    const caption = part.caption === undefined ? '' : `, ${part.caption}`;
    fill(part.tile(metadata.index), picture, {
      alt: `${this.title}${caption}, picture ${part.number(metadata.index) + 1}, seed ${metadata.seed}`,
      open: this.open,
      actions: this.actions(picture),
    });
    sharpen(part.tile(metadata.index).image, picture);
    this.drawn(picture);
  }

  /** A filter of the server keeps the picture; there is nothing to show but why. */
  refuse({ index, refusal }, part) {
    this.without(index, part, 'was refused', `refused by a filter: ${refusal.message}`);
  }

  without(index, part, happened, why) {
    const place = part.tile(index);
    place.image.alt = `picture ${part.number(index) + 1} ${happened}: ${why}`;
    place.tile.classList.add('failed');
    place.tile.append(element('p', { class: 'field-error' }, why));
  }

  finished({ usage, failures }, part) {
    failures.forEach(({ imageIndex, error }) => this.without(imageIndex, part, 'failed', error.message));
    this.refused += usage.refusedImages;
    this.runTime += seconds(usage.runTime);
    part.share = 1;
    this.showShare();
  }

  end(words, how = 'ended') {
    this.view.classList.remove('drawing');
    this.view.classList.add(how);
    this.bar.remove();
    const finished = how === 'ended' && !this.leaving.signal.aborted;
    this.cancel.replaceWith(...(finished ? [] : [element(
      'button', { class: 'quiet', type: 'button', 'aria-label': `Try again: ${this.title}`, onclick: this.again },
      'Try again')]));
    for (const { tile: place, opener } of this.parts.flatMap((part) => [...part.tiles.values()])) {
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
}

function count(number, what) {
  return `${number} ${what}${Number(number) === 1 ? '' : 's'}`;
}
