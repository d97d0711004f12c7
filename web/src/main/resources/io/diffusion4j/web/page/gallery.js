// The pictures of earlier visits, which this browser keeps.

import { announce, byId, element } from './dom.js';
import { Picture, fill, tile } from './job.js';

const DATABASE = 'diffusion4j';
const STORE = 'pictures';

/** More are forgotten, the oldest first. */
const MOST = 200;

/** What IndexedDB answers to a request. */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Shows them in a section, which is hidden while there are none. */
export class Gallery {
  /**
   * @param section with a list and a button that forgets all
   * @param open shows a picture
   * @param actions what can be done with one
   */
  constructor(section, { open, actions }) {
    Object.assign(this, { section, open, actions });
    this.list = section.querySelector('ul');
    section.querySelector('button').addEventListener('click', () => this.forgetAll());
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
    this.database = answer(request);
  }

  async store(mode) {
    return (await this.database).transaction(STORE, mode).objectStore(STORE);
  }

  /** Keeps a picture for the next visit; a browser that keeps none says so once. */
  async keep({ blob, title, metadata }) {
    try {
      const store = await this.store('readwrite');
      await answer(store.add({ blob, title, metadata }));
      const keys = await answer(store.getAllKeys());
      keys.slice(0, Math.max(0, keys.length - MOST)).forEach((key) => store.delete(key));
    } catch (error) {
      this.refused ??= announce(`This browser keeps no pictures: ${error.message}`);
    }
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
    kept.forEach(({ blob, title, metadata }, i) => this.add(new Picture(blob, title, metadata), keys[i]));
    this.hideIfEmpty();
  }

  add(picture, key) {
    const shown = tile('');
    fill(shown, picture, {
      alt: `${picture.title}, seed ${picture.metadata.seed}`,
      open: this.open,
      actions: [...this.actions(picture),
        { words: 'Forget', icon: 'close', run: () => this.forget(shown.tile, key) }],
    });
    this.list.prepend(shown.tile);
  }

  async forget(shown, key) {
    const store = await this.store('readwrite');
    await answer(store.delete(key));
    shown.remove();
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
