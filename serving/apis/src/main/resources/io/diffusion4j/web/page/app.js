// The page: asks for the models, sends what is asked for, and keeps the pictures.

import { ApiError, models, words } from './api.js';
import { toBase64 } from './bytes.js';
import { Check } from './check.js';
import { announce, byId, element } from './dom.js';
import { clearErrors, showError } from './errors.js';
import { Gallery } from './gallery.js';
import { Job, Picture } from './job.js';
import { hasJobs, submit, unfinished } from './later.js';
import { ofOneSeed } from './noise.js';
import { Palette } from './palette.js';
import { WordPicker } from './picker.js';
import { recipeOf, wordsOf } from './recipe.js';
import { Settings } from './settings.js';
import { StartPage } from './start.js';
import { strip, walk } from './strips.js';
import { Sweep } from './sweep.js';
import { Typing } from './typing.js';
import { Viewer } from './viewer.js';

const composer = byId('composer');
const settings = new Settings(byId('stages'));
const sweep = new Sweep(byId('sweep'));
const gallery = new Gallery(byId('earlier'), { open, actions });
const picker = new WordPicker({
  prompt: byId('prompt'), marks: byId('prompt-marks'), unknown: byId('unknown-words'), details: byId('word-picker') });
let known = [];
let model;

/** Shows a picture closely. */
function open(picture) {
  viewer.open(picture);
}

function show(chosen) {
  model = chosen;
  byId('model-line').textContent =
    `${model.name} · ${model.imageWidth}×${model.imageHeight} pixels · ${model.license}`;
  byId('count').max = model.maxImageCount;
  byId('open-picture').hidden = !['variation', 'inpaint', 'interpolation', 'text_diff'].some((task) => model.tasks.includes(task));
  byId('words').hidden = !drawsWords();
  byId('negative-control').hidden = !drawsWords();
  byId('examples').hidden = !drawsWords();
  byId('typing-control').hidden = !drawsWords();
  byId('class-control').hidden = drawsWords();
  settings.show(model);
  sweep.show(model);
  offerLoras(byId('lora').value);
  showingErrors(offerWords());
}

/** Offers the words of the model, and the examples that consist of them. */
async function offerWords() {
  const asked = model;
  const all = drawsWords() ? await words(asked.name) : [];
  if (asked === model) { // still the chosen one
    picker.show(all);
    start.show(picker.vocabulary);
  }
}

/** Offers the updates of the model, one of them chosen. */
function offerLoras(chosen) {
  const names = (model.loras ?? []).map(({ name }) => name);
  byId('lora').replaceChildren(
    ...['', ...names].map((name) => element('option', { value: name, selected: name === chosen }, name || 'none')));
  byId('lora-control').hidden = names.length === 0;
}

/** Whether the model draws from words; else it draws what it was trained on. */
function drawsWords() {
  return model.tasks.includes('text_to_image');
}

/** What is asked for beside the task. */
function common() {
  const seed = byId('seed').value.trim();
  if (!/^[0-9]*$/.test(seed)) { // what is no number cannot even be sent
    throw new ApiError({ message: 'The seed is wrong.' }, [
      { field: 'seeds', description: `${seed} (expected: a whole number, 0 or more)` }]);
  }
  return {
    model: model.isDefault ? undefined : model.name,
    imageCount: Number.parseInt(byId('count').value, 10) || 0,
    seeds: seed === '' ? undefined : [seed],
    stages: settings.changes(),
    loras: byId('lora').value === '' ? undefined : [{ name: byId('lora').value }],
    preview: { everySteps: 1 },
    priority: 'PRIORITY_HIGH',
  };
}

/** Shows requests at the top and draws them; settles when the service has taken the first. */
async function draw(requests, about) {
  const again = () => {
    job.view.remove();
    showingErrors(draw(requests.map(({ request, caption }) => ({ request, caption })), about)); // a job that failed stays so
  };
  const job = new Job(requests, { ...about, open, actions, again, drawn: (picture) => gallery.keep(picture) });
  byId('nothing-yet').hidden = true;
  byId('jobs').prepend(job.view);
  job.run();
  try {
    await job.taken;
  } catch (error) {
    job.view.remove();
    throw error;
  }
}

/** Draws requests here, or as jobs of the server if that is chosen. */
async function drawNowOrLater(requests, about) {
  await draw(byId('later').checked ? await submit(requests, about) : requests, about);
}

/** Draws one request. */
function drawOne(request, about) {
  return draw([{ request }], about);
}

async function fileOf(picture) {
  return { data: await toBase64(picture.blob) };
}

/** The tasks that start from a picture; each settles when the service has taken it. */
const edits = {
  async variation(picture) {
    const image = await fileOf(picture);
    await showingErrors(drawOne({ ...common(), variation: { image, likeness: model.usualLikeness } },
      { title: picture.title, kind: 'Variations', from: picture }));
  },

  async inpaint(picture, text, mask) {
    const words = text.trim();
    const prompt = words === '' ? undefined : { text: words, negativeText: byId('negative').value.trim() };
    const image = await fileOf(picture);
    await drawOne({ ...common(), inpaint: { image, mask: { data: await toBase64(await mask.file()) }, prompt } },
      { title: words || picture.title, kind: 'Painted over', from: picture });
  },

  async textDiff(picture, { fromText, toText, most, count }) {
    const image = await fileOf(picture);
    await draw(strip(common(), count, most, (ratio) => ({ textDiff: { image, fromText, toText, ratio } })),
      { title: toText, kind: 'Changed by words', from: picture, moving: true });
  },

  async mix(pictures) {
    if (!model.tasks.includes('mix')) { // then a way from one to the next
      const [first, ...others] = pictures;
      await edits.interpolation(first, { others, count: others.length > 1 ? 3 : 1, isClosed: false });
      return;
    }
    const files = await Promise.all(pictures.map(fileOf));
    const ingredients = files.map((image) => ({ image, weight: 1 / files.length }));
    await drawOne({ ...common(), mix: { ingredients, negativeText: byId('negative').value.trim() } },
      { title: pictures.map(({ title }) => title).join(' + '), kind: 'Mixed', from: pictures[0] });
  },

  async interpolation(picture, { others, count, isClosed }) {
    const stations = [picture, ...others];
    const files = await Promise.all(stations.map(fileOf));
    const titles = stations.map(({ title }) => title);
    await draw(
      walk(common(), files, count, isClosed, (first, second, ratio) => ({ interpolation: { first, second, ratio } })),
      { title: (titles.length > 3 ? [titles[0], '…', titles.at(-1)] : titles).join(' → '),
        kind: others.length > 1 ? 'Walk' : 'Mixed', from: picture, moving: true, isClosed });
  },
};

const viewer = new Viewer(byId('viewer'), { card: () => model, edits, repeat, reuse, gallery });

const palette = new Palette(byId('palette'), {
  vary: edits.variation,
  mix: edits.mix,
  async trained(name) {
    known = await models();
    model = known.find((candidate) => candidate.name === model.name) ?? model;
    offerLoras(name);
  },
});

const start = new StartPage(byId('examples'), {
  request: (text) => ({ ...common(), imageCount: 1, seeds: undefined, textToImage: { prompt: { text } } }),
  about: { open, actions, drawn: (picture) => gallery.keep(picture) },
  showing: showingErrors,
});

const { seeds: anySeed } = ofOneSeed({}); // one for all, so that a picture changes by its words only

new Typing({
  prompt: byId('prompt'),
  on: byId('typing'),
  place: byId('typed'),
  request: (text) => {
    clearErrors(composer);
    byId('nothing-yet').hidden = true;
    const { seeds = anySeed, ...usual } = common();
    const prompt = { text, negativeText: byId('negative').value.trim() };
    return { ...usual, seeds, imageCount: 1, preview: undefined, textToImage: { prompt } };
  },
  about: {
    open,
    actions: (picture) => [{ words: 'Keep', icon: 'star', run: () => gallery.holds(picture) || gallery.keep(picture) }],
    drawn: () => {},
  },
  showing: showingErrors,
});

/** The fields whose values a reload keeps. */
const FIELDS = ['prompt', 'negative', 'count', 'seed', 'class'];

function remember() {
  const values = Object.fromEntries(FIELDS.map((id) => [id, byId(id).value]));
  sessionStorage.setItem('composer', JSON.stringify({ values, model: model?.name, stages: settings.changes() }));
}

/** What the composer had before a reload. */
function remembered() {
  return JSON.parse(sessionStorage.getItem('composer') ?? '{}');
}

/** Shows values of fields, and settings of the stages of the model. */
function fillIn({ values = {}, stages }) {
  Object.entries(values).forEach(([id, value]) => { byId(id).value = value; });
  settings.fill(stages);
  picker.check();
  remember();
}

/** Shows the settings of a picture in the composer. */
function reuse(picture) {
  const { request } = picture.recipe;
  const task = Object.values(request).find((value) => value?.prompt !== undefined);
  const { seed, stream } = picture.metadata;
  fillIn({
    values: {
      prompt: task?.prompt.text ?? byId('prompt').value,
      negative: task?.prompt.negativeText ?? '',
      count: Math.max(stream + 1, Number(byId('count').value)),
      seed,
      class: request.unconditional?.label ?? '',
    },
    stages: request.stages,
  });
  byId(drawsWords() ? 'prompt' : 'class').focus();
  announce('The settings of the picture are chosen');
}

/** Draws a picture again from its recipe. */
function repeat(picture) {
  const { request } = picture.recipe;
  showingErrors(drawOne({ ...request, preview: { everySteps: 1 }, priority: 'PRIORITY_HIGH' },
    { title: picture.title, kind: 'Drawn again' }));
}

/** The composer shows errors that belong to no form. */
async function showingErrors(drawing) {
  try {
    await drawing;
  } catch (error) {
    showError(composer, error);
  }
}

function actions(picture) {
  return [
    model.tasks.includes('text_diff')
      && { words: 'Change by words', icon: 'words', run: () => viewer.change(picture) },
    model.tasks.includes('variation')
      && { words: 'Variations', icon: 'vary', run: () => edits.variation(picture) },
    model.tasks.includes('inpaint')
      && { words: 'Paint over', icon: 'brush', run: () => viewer.paint(picture) },
    { words: 'Download', icon: 'download', run: () => download(picture), isRare: true },
    { words: 'Favourite', icon: 'star', run: () => gallery.favour(picture), holds: () => picture.isFavourite, isRare: true },
    { words: 'Forget', icon: 'close', run: () => gallery.forget(picture), isRare: true },
  ].filter(Boolean);
}

function download(picture) {
  element('a', { href: picture.url, download: picture.fileName }).click();
}

/** Draws what the model was trained on, or a class of it. */
async function drawAnything() {
  const text = byId('class').value;
  const label = text === '' ? undefined : Number.parseInt(text, 10);
  await drawNowOrLater(sweep.requests({ ...common(), unconditional: { label } }),
    { title: label === undefined ? model.name : `class ${label}`, kind: 'Without words' });
}

/** Draws the words of the composer. */
async function drawWords() {
  const text = byId('prompt').value.trim();
  if (text === '') {
    throw new ApiError({ message: 'The prompt is empty.' }, [
      { field: 'text_to_image.prompt.text', description: 'Say what the picture shall show.' }]);
  }
  const prompt = { text, negativeText: byId('negative').value.trim() };
  await drawNowOrLater(sweep.requests({ ...common(), textToImage: { prompt } }), { title: text, kind: 'From words' });
}

/** Draws what the composer says; a model that could not be asked for is asked for first. */
async function compose() {
  if (model === undefined) {
    await meet();
  }
  remember();
  await (drawsWords() ? drawWords() : drawAnything());
}

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  clearErrors(composer);
  showingErrors(compose());
});

byId('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

composer.addEventListener('input', remember);

byId('dice').addEventListener('click', () => {
  [byId('seed').value] = ofOneSeed({}).seeds;
  remember();
  announce(`Seed ${byId('seed').value}`);
});

byId('reset').addEventListener('click', () => {
  settings.reset();
  sweep.reset();
  remember();
});

byId('model').addEventListener('change', (event) => {
  show(known.find((candidate) => candidate.name === event.target.value));
  remember();
});

byId('open-picture').addEventListener('click', () => byId('own-picture').click());
byId('own-picture').addEventListener('change', ({ target }) => {
  const [file] = target.files;
  if (file !== undefined) {
    openFile(file);
    target.value = '';
  }
});

/** Shows a picture of this machine: how it was made if its file says so, else as one to start from. */
async function openFile(file) {
  const recipe = await recipeOf(file);
  if (recipe === undefined) {
    viewer.open(Picture.own(file));
    return;
  }
  const { request } = JSON.parse(recipe);
  const { width, height } = await createImageBitmap(file);
  const about = { recipe, seed: request.seeds?.[0] ?? '0', stream: request.firstImage ?? 0, width, height };
  viewer.open(new Picture(file, wordsOf({ request }) ?? file.name, about));
}

// A picture that is dropped anywhere is opened here, and not by the browser in place of the page.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  const file = [...event.dataTransfer.files].find(({ type }) => type.startsWith('image/'));
  if (file !== undefined && model !== undefined) {
    openFile(file);
  }
});

/** Asks which models there are, and shows the usual one. */
async function meet() {
  known = await models();
  const before = remembered();
  const named = (name) => known.find((candidate) => candidate.name === name);
  show(named(before.model) ?? known.find((candidate) => candidate.isDefault) ?? known[0]);
  if (before.model === undefined || before.model === model.name) {
    fillIn(before);
  }
  byId('model').replaceChildren(
    ...known.map((m) => element('option', { value: m.name, selected: m === model }, m.name)));
  byId('model-control').hidden = known.length < 2;
  byId(drawsWords() ? 'prompt' : 'class').focus();
}

/** Offers jobs if the server has them, and goes on with those of earlier visits. */
async function offerJobs() {
  byId('later-control').hidden = !await hasJobs();
  for (const { requests, ...about } of unfinished()) {
    await draw(requests, about);
  }
}

new Check(byId('check'));
await showingErrors(meet());
byId('draw').disabled = false;
if (model !== undefined) {
  await gallery.show();
  showingErrors(palette.show()); // which follows a job that runs
  await showingErrors(offerJobs());
}
