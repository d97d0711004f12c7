// One's own pictures, in a folder of the server: found, mixed, varied, and learned from.

import { ApiError, ask, call } from './api.js';
import { toBase64 } from './bytes.js';
import { announce, byId, element } from './dom.js';
import { clearErrors, showError } from './errors.js';
import { Picture } from './job.js';

const SEARCH = 'diffusion4j.v1.EmbeddingService/SearchImages';
const FOUND = 24;

/** Between two questions how a job of the palette is going, in milliseconds. */
const PAUSE = 1000;

/** The section of the page, which a server without a palette does not show. */
export class Palette {
  /**
   * @param section its place
   * @param vary draws variations of a picture
   * @param mix draws from the sum of several pictures
   * @param trained called with the name of a new update
   */
  constructor(section, { vary, mix, trained }) {
    Object.assign(this, { section, trained });
    this.chosen = new Map();
    this.status = element('p', { class: 'help', role: 'status' });
    this.query = element('input', { type: 'search', id: 'palette-query', placeholder: 'a red apple' });
    this.list = element('div', { class: 'thumbs', id: 'palette-found' });
    this.name = element('input', { type: 'text', id: 'lora-name', autocomplete: 'off' });
    this.caption = element('input', { type: 'text', id: 'lora-caption', autocomplete: 'off' });
    this.steps = element('input', { type: 'number', id: 'lora-steps', min: 1 });
    this.stop = this.button('Stop', () => this.post('stop'));
    this.form = element('form', { class: 'controls', novalidate: true },
      field('What do they show?', this.query),
      element('button', { type: 'submit', class: 'quiet' }, 'Find'),
      this.button('Find similar', () => this.similar()),
      this.button('Read the folder again', () => this.run('index')),
      this.stop);
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.doing(this.find({ text: this.query.value.trim() }));
    });
    this.training = element('div', { class: 'controls' },
      field('Name of the LoRA', this.name),
      field('What all of them show', this.caption),
      field('Steps', this.steps),
      this.button('Train', () => this.train()));
    this.uses = element('div', { class: 'buttons' },
      this.button('Vary', async () => vary((await this.pictures(1))[0])),
      this.button('Mix', async () => mix(await this.pictures(2))));
    section.append(this.form, this.list, this.uses, this.training, this.status,
      element('p', { class: 'error', role: 'alert', hidden: true }));
    this.choose();
  }

  button(words, run) {
    return element('button', { type: 'button', class: 'quiet', onclick: () => this.doing(run()) }, words);
  }

  /** Errors are shown here. */
  async doing(work) {
    clearErrors(this.section);
    try {
      await work;
    } catch (error) {
      showError(this.section, error);
    }
  }

  /** Shows the section if the server has a palette, and follows a job that runs. */
  async show() {
    const state = await this.state();
    byId('palette-fold').hidden = state.maxSteps === undefined;
    if (state.maxSteps !== undefined) {
      this.training.hidden = state.maxSteps === 0;
      Object.assign(this.steps, { max: state.maxSteps, value: state.maxSteps });
      await this.follow(state);
    }
  }

  async state() {
    return (await ask('api/palette')).json();
  }

  async post(what, body = {}) {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return (await ask(`api/palette/${what}`, options)).json();
  }

  /** Begins a job, and follows it to its end. */
  async run(what, body) {
    await this.follow(await this.post(what, body));
  }

  async follow(begun) {
    let state = begun;
    for (; state.running; state = await this.state()) {
      this.say(state, `${state.job}: ${state.done} of ${state.total}`);
      await new Promise((resume) => { setTimeout(resume, PAUSE); });
    }
    const end = state.job === '' || state.job === 'index' ? '' : ` · ${state.job}: ${state.failure || 'done'}`;
    this.say(state, `${state.pictures} pictures${state.job === 'index' && state.failure ? ` · ${state.failure}` : end}`);
    if (state.failure === '' && state.job.startsWith('train ')) {
      await this.trained(state.job.slice('train '.length));
    }
  }

  say({ running }, words) {
    this.stop.hidden = !running;
    this.status.textContent = words;
  }

  async find(query) {
    const { images = [] } = await call(SEARCH, { index: 'palette', topK: FOUND, ...query });
    const kept = [...this.chosen.values()].map(({ thumb }) => thumb);
    const names = new Set(this.chosen.keys());
    this.list.replaceChildren(...kept, ...await Promise.all(
      images.filter(({ name }) => !names.has(name)).map(({ name }) => this.thumb(name))));
    announce(`${images.length} pictures found`);
  }

  async similar() {
    const [picture] = await this.pictures(1);
    await this.find({ image: { data: await toBase64(picture.blob) } });
  }

  async thumb(name) {
    const file = await ask(`api/palette/picture?name=${encodeURIComponent(name)}`);
    const picture = Picture.own(new File([await file.blob()], name, { type: 'image/png' }));
    const input = element('input', { type: 'checkbox', class: 'visually-hidden', 'aria-label': name,
      onchange: () => this.choose(name, input.checked && { picture, thumb }) });
    const thumb = element('label', { class: 'thumb', title: name }, input, element('img', { src: picture.url, alt: '' }));
    return thumb;
  }

  /** Adds a picture to the selection, or takes it out. */
  choose(name, entry) {
    if (entry) {
      this.chosen.set(name, entry);
    } else {
      this.chosen.delete(name);
    }
    [...this.uses.children, this.training.lastChild].forEach((button) => { button.disabled = this.chosen.size === 0; });
  }

  /** The chosen pictures, at least so many. */
  async pictures(least) {
    if (this.chosen.size < least) {
      throw new ApiError({ message: least > 1 ? 'Choose two pictures or more first.' : 'Choose a picture first.' });
    }
    return [...this.chosen.values()].map(({ picture }) => picture);
  }

  async train() {
    await this.run('train', {
      name: this.name.value.trim(), caption: this.caption.value.trim(), steps: this.steps.valueAsNumber || 0,
      pictures: [...this.chosen.keys()] });
  }
}

function field(words, input) {
  return element('label', { class: 'control', for: input.id }, element('span', {}, words), input);
}
