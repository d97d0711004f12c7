// A picture seen closely: its recipe, and what can be done with it.

import { ApiError, hasToken } from './api.js';
import { announce, element, icon, more, pressedWhile } from './dom.js';
import { enlarged, sharpen } from './enlarge.js';
import { clearErrors, showError } from './errors.js';
import { curl, grpcurl } from './commands.js';
import { Comparison } from './compare.js';
import { MaskEditor } from './mask.js';
import { stageName } from './settings.js';
import { pictures } from './shelf.js';
import { ChangePanel, MixPanel } from './strips.js';

const TASKS = {
  textToImage: 'text to image',
  unconditional: 'without words',
  variation: 'variation',
  inpaint: 'painted over',
  imageToImage: 'image to image',
  interpolation: 'interpolation',
  upscale: 'upscaling',
  textDiff: 'text diff',
  fromEmbedding: 'from an embedding',
};

/** The dialog. */
export class Viewer {
  /**
   * @param card what there is to know of the model
   * @param edits draw the tasks that start from a picture
   * @param repeat draws a picture again
   * @param reuse shows the settings of a picture where the next is asked for
   * @param gallery keeps the pictures that were drawn here
   */
  constructor(dialog, { card, edits, repeat, reuse, gallery }) {
    Object.assign(this, { dialog, card, edits, repeat, reuse, gallery });
    this.isUnfolded = false;
    dialog.addEventListener('keydown', (event) => this.key(event));
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) {
        dialog.close(); // beside it
      }
    });
  }

  /** Shows a picture. */
  open(picture) {
    this.show(
      picture,
      element('div', { class: 'surface' }, image(picture), this.way(picture, -1), this.way(picture, 1)),
      this.actions(picture),
      picture.recipe ? this.recipe(picture) : element('p', { class: 'help' }, 'A picture of your own: it has no recipe.'),
    );
  }

  /** The picture that stands so many places after another on the page; undefined if there is none. */
  neighbour(picture, places) {
    const all = pictures();
    const at = all.indexOf(picture);
    return at < 0 ? undefined : all[at + places];
  }

  /** A button to a neighbour, if there is one. */
  way(picture, places) {
    const [name, words] = places < 0 ? ['before', 'Previous picture'] : ['after', 'Next picture'];
    return this.neighbour(picture, places) !== undefined && element(
      'button',
      { class: `icon-button way ${name}`, type: 'button', title: words, 'aria-label': words,
        onclick: () => this.move(picture, places) },
      icon(name));
  }

  move(picture, places) {
    const next = this.neighbour(picture, places);
    if (next !== undefined) {
      this.open(next);
      const name = places < 0 ? 'before' : 'after';
      (this.dialog.querySelector(`.way.${name}`) ?? this.dialog.querySelector('[aria-label=Close]')).focus();
      announce(next.label);
    }
  }

  /** The arrow keys go from picture to picture, where they mean nothing else. */
  key(event) {
    const places = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (places !== undefined && this.dialog.querySelector('.way') && !event.target.closest('input, textarea, pre')) {
      event.preventDefault();
      this.move(this.picture, places);
    }
  }

  /** Shows a picture to be painted over. */
  paint(picture) {
    const mask = new MaskEditor(picture);
    const prompt = element('textarea', {
      id: 'inpaint-prompt', rows: 2, value: picture.recipe ? picture.title : '',
      'data-field': 'inpaint.prompt.text',
    });
    const fields = [
      mask.tools,
      element('label', { class: 'control wide' }, element('span', {}, 'What shall be there?'), prompt),
    ];
    this.ask(picture, mask.surface, fields, () => {
      if (mask.isEmpty) {
        throw new ApiError({ message: 'Paint over what is to be drawn again first.' });
      }
      return this.edits.inpaint(picture, prompt.value, mask);
    });
    mask.canvas.focus();
  }

  /** Shows a picture to be changed by words. */
  change(picture) {
    const panel = new ChangePanel(picture, this.card().usualTextDiffRatio || 1);
    this.ask(picture, surface(picture), panel.fields, () => this.edits.textDiff(picture, panel.values));
    panel.to.focus();
  }

  /** Shows a picture to be mixed with others. */
  mix(picture) {
    const panel = new MixPanel(picture);
    this.ask(picture, surface(picture), panel.fields, () => {
      if (panel.values.others.length === 0) {
        throw new ApiError({ message: 'Choose a second picture first.' });
      }
      return this.edits.interpolation(picture, panel.values);
    });
  }

  /** Shows a picture beside another. */
  compare(picture) {
    const comparison = new Comparison(picture);
    this.show(picture, comparison.surface, comparison.choice.view,
      element('div', { class: 'buttons end' }, this.back(picture)));
  }

  back(picture) {
    return element('button', { class: 'quiet', type: 'button', onclick: () => this.open(picture) }, 'Back');
  }

  /** Shows a form that draws something of a picture. */
  ask(picture, shown, fields, draw) {
    const form = element(
      'form', { class: 'panel-form', noValidate: true },
      ...fields,
      element('div', { class: 'buttons end' },
        this.back(picture),
        element('button', { class: 'primary', type: 'submit' }, 'Draw')),
      element('p', { class: 'error', role: 'alert', hidden: true }),
    );
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      clearErrors(form);
      await this.submit(form, draw);
    });
    this.show(picture, shown, form);
  }

  /** Closes when the service has taken the request; otherwise shows the error. */
  async submit(form, draw) {
    try {
      await draw();
      this.dialog.close();
    } catch (error) {
      showError(form, error);
    }
  }

  show(picture, surface, ...panel) {
    this.picture = picture;
    this.dialog.replaceChildren(
      element('div', { class: 'viewer-body' },
        surface,
        element('div', { class: 'panel' },
          element('header', { class: 'panel-header' },
            element('h2', { id: 'viewer-title', dir: 'auto' }, picture.title),
            element('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close',
              onclick: () => this.dialog.close() }, icon('close'))),
          ...panel)),
    );
    if (!this.dialog.open) {
      this.dialog.showModal();
    }
  }

  /** Three main things to do, and the rest behind "More". */
  actions(picture) {
    const can = (task) => this.card().tasks.includes(task);
    const button = (words, run, name) => element(
      'button', { class: 'quiet', type: 'button', onclick: run }, name && icon(name), words);
    const leaving = (run) => () => {
      this.dialog.close();
      run(picture);
    };
    const download = (words, times) => button(words, () => this.download(picture, times));
    return element(
      'div', { class: 'buttons' },
      can('text_diff') && button('Change by words…', () => this.change(picture), 'words'),
      can('variation') && button('Variations', leaving(this.edits.variation), 'vary'),
      can('inpaint') && button('Paint over', () => this.paint(picture), 'brush'),
      more('More', undefined, [
        picture.recipe && button('Use these settings again', leaving(this.reuse)),
        picture.recipe && button('Draw it again', leaving(this.repeat)),
        can('interpolation') && button('Mix with…', () => this.mix(picture)),
        button('Compare with…', () => this.compare(picture)),
        element('a', { class: 'quiet button', href: picture.url, download: picture.fileName }, icon('download'), 'Download'),
        download('Download, twice as large', 2),
        download('Download, four times as large', 4),
        this.gallery.holds(picture) && this.favourite(picture),
        this.gallery.holds(picture) && button('Forget', leaving((one) => this.gallery.forget(one)), 'close'),
      ]),
    );
  }

  async download(picture, times) {
    const url = URL.createObjectURL(await enlarged(picture.blob, times));
    element('a', { href: url, download: picture.fileName.replace(/\.png$/, `-x${times}.png`) }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    announce('The enlarged picture is downloaded');
  }

  favourite(picture) {
    const button = element(
      'button', { class: 'quiet', type: 'button', onclick: () => this.gallery.favour(picture) },
      icon('star'), 'Favourite');
    pressedWhile(button, picture, () => picture.isFavourite);
    return button;
  }

  /** How a picture was made; unfolded for all pictures or for none. */
  recipe(picture) {
    return element('details', { class: 'fold recipe', open: this.isUnfolded, ontoggle: ({ target }) => {
      this.isUnfolded = target.open;
    } }, element('summary', {}, 'How it was made'), this.facts(picture), this.copies(picture));
  }

  facts(picture) {
    const { recipe, metadata } = picture;
    const { request } = recipe;
    const [name, task] = Object.entries(TASKS)
      .map(([field, words]) => [words, request[field]])
      .find(([, value]) => value !== undefined) ?? [];
    const rows = [
      ['Task', name],
      ['Prompt', task?.prompt?.text],
      ['Not', task?.prompt?.negativeText],
      ['Class', task?.label],
      ['Model', request.model],
      ['Seed', `${metadata.seed}${metadata.stream > 0 ? `, picture ${metadata.stream + 1} of it` : ''}`],
      ['Size', `${metadata.width} × ${metadata.height}`],
      ...this.stages(request).map(([stage, options]) => [
        stageName(stage),
        this.options(options),
      ]),
      ['Fits the prompt', metadata.clipScore === undefined ? undefined : Number(metadata.clipScore).toFixed(3)],
      ['Weights', recipe.weightsDigest?.slice(0, 19)],
      ['Made by', recipe.software],
    ].filter(([, value]) => value !== undefined && value !== '');
    return element(
      'dl', { class: 'facts', 'aria-label': 'Recipe' },
      ...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', { dir: 'auto' }, value))),
    );
  }

  /** The settings of a stage in a line. */
  options({ sampler, steps, guidanceScale, ...others }) {
    return [
      sampler,
      steps !== undefined && `${steps} steps`,
      guidanceScale !== undefined && `guidance ${guidanceScale}`,
      ...Object.entries(others).map(([name, value]) => (
        typeof value === 'string' ? value : `${name} ${typeof value === 'object' ? Object.values(value).join('–') : value}`)),
    ].filter(Boolean).join(', ');
  }

  /** The stages that a request says something of, in their order. */
  stages({ stages = {} }) {
    const order = this.card().stages.map((stage) => stage.name);
    return Object.entries(stages).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  }

  copies(picture) {
    const { request } = picture.recipe;
    const command = element('pre', { class: 'command', tabIndex: 0, 'aria-label': 'Command' });
    const kinds = [
      ['curl', () => curl(request, document.baseURI, hasToken())],
      ['grpcurl', () => grpcurl(request, document.baseURI, hasToken())],
      ['Recipe', () => JSON.stringify(picture.recipe, undefined, 2)],
    ];
    const tabs = kinds.map(([words, text]) => element('button', {
      class: 'quiet', type: 'button', 'aria-pressed': 'false',
      onclick: (event) => choose(event.currentTarget, text),
    }, words));
    const choose = (tab, text) => {
      tabs.forEach((other) => other.setAttribute('aria-pressed', String(other === tab)));
      command.textContent = text();
    };
    const copy = element('button', { class: 'quiet', type: 'button', onclick: async () => {
      copy.textContent = await copied(command) ? 'Copied' : 'Select it and copy';
      setTimeout(() => { copy.textContent = 'Copy'; }, 2000);
    } }, 'Copy');
    choose(tabs[0], kinds[0][1]);
    return element(
      'section', { class: 'copies', 'aria-label': 'The same elsewhere' },
      element('div', { class: 'buttons' }, ...tabs, element('span', { class: 'spacer' }), copy),
      command,
    );
  }
}

/** A picture without anything over it. */
function surface(picture) {
  return element('div', { class: 'surface' }, image(picture));
}

function image(picture) {
  const shown = element('img', { class: 'picture done', src: picture.url, alt: picture.title });
  sharpen(shown, picture);
  return shown;
}

/** The clipboard is for secure pages; elsewhere the text is selected. */
async function copied(command) {
  try {
    await navigator.clipboard.writeText(command.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(command);
    return false;
  }
}
