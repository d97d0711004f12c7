// The pictures that this browser keeps, and those of earlier visits.

import { announce, byId } from './dom.js';
import { Picture, fill, tile } from './job.js';
import { unshelve } from './shelf.js';

const DATABASE = 'diffusion4j';
const STORE = 'pictures';

/** More are forgotten, the oldest first; favourites are kept. */
const MOST = 200;

/** What IndexedDB answers to a request. */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function recordOf({ blob, title, metadata, isFavourite }) {
  return { blob, title, metadata, isFavourite };
}

/** Keeps pictures, and shows those of earlier visits in a section, which is hidden while there are none. */
export class Gallery {
  /**
   * @param section with a list, a button that hides all but the favourites and one that forgets all
   * @param open shows a picture
   * @param actions what can be done with one
   */
  constructor(section, { open, actions }) {
    Object.assign(this, { section, open, actions });
    this.list = section.querySelector('ul');
    this.keys = new Map();
    const [only, all] = section.querySelectorAll('header button');
    only.addEventListener('click', () => {
      const chosen = section.classList.toggle('only-favourites');
      only.setAttribute('aria-pressed', String(chosen));
    });
    all.addEventListener('click', () => this.forgetAll());
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
    this.database = answer(request);
  }

  async store(mode) {
    return (await this.database).transaction(STORE, mode).objectStore(STORE);
  }

  /** Keeps a picture for the next visit; a browser that keeps none says so once. */
  keep(picture) {
    const key = this.add(picture);
    this.keys.set(picture, key);
    return key;
  }

  /** The key of the picture; undefined if the browser keeps none. */
  async add(picture) {
    try {
      const store = await this.store('readwrite');
      const key = await answer(store.add(recordOf(picture)));
      if (await answer(store.count()) > MOST) {
        await this.makeRoom(store);
      }
      return key;
    } catch (error) {
      if (!this.hasRefused) {
        this.hasRefused = true;
        announce(`This browser keeps no pictures: ${error.message}`);
      }
      return undefined;
    }
  }

  async makeRoom(store) {
    const [records, keys] = await Promise.all([answer(store.getAll()), answer(store.getAllKeys())]);
    keys
      .filter((_, i) => !records[i].isFavourite)
      .slice(0, keys.length - MOST)
      .forEach((key) => store.delete(key));
  }

  /** Whether the picture is one that was drawn here. */
  holds(picture) {
    return this.keys.has(picture);
  }

  /** Makes a picture a favourite, or an ordinary one again. */
  async favour(picture) {
    picture.isFavourite = !picture.isFavourite;
    picture.dispatchEvent(new Event('change'));
    const key = await this.keys.get(picture);
    if (key !== undefined) {
      const store = await this.store('readwrite');
      await answer(store.put(recordOf(picture), key));
    }
    announce(picture.isFavourite ? 'A favourite' : 'No favourite any more');
  }

  /** Shows what was kept, the newest first. */
  async show() {
    let kept;
    let keys;
    try {
      const store = await this.store('readonly');
      [kept, keys] = await Promise.all([answer(store.getAll()), answer(store.getAllKeys())]);
    } catch {
      return; // a browser that keeps nothing has nothing to show
    }
    kept.forEach(({ blob, title, metadata, isFavourite }, i) => {
      const picture = new Picture(blob, title, metadata);
      picture.isFavourite = Boolean(isFavourite);
      this.keys.set(picture, keys[i]);
      const shown = tile('');
      fill(shown, picture, { alt: picture.label, open: this.open, actions: this.actions(picture) });
      this.list.prepend(shown.tile);
    });
    this.hideIfEmpty();
  }

  /** Removes a picture from the page and from what the browser keeps. */
  async forget(picture) {
    const key = await this.keys.get(picture);
    if (key !== undefined) {
      const store = await this.store('readwrite');
      await answer(store.delete(key));
    }
    this.keys.delete(picture);
    unshelve(picture);
    announce('Forgotten');
    this.hideIfEmpty();
  }

  async forgetAll() {
    const store = await this.store('readwrite');
    await answer(store.clear());
    this.list.replaceChildren();
    announce('All are forgotten');
    this.hideIfEmpty();
  }

  hideIfEmpty() {
    this.section.hidden = this.list.children.length === 0;
    if (!this.section.hidden) {
      byId('nothing-yet').hidden = true;
    }
  }
}
