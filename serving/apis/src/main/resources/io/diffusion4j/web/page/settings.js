// How each stage samples. Only what somebody changed is sent; the rest stays the model's.

import { element } from './dom.js';

const NAMES = { prior: 'Prior', decoder: 'Decoder', super_res: 'Upsampler' };

/** What a stage is called. */
export function stageName(stage) {
  return NAMES[stage] ?? stage;
}

/** Shows the stages of a model in a container. */
export class Settings {
  constructor(container) {
    this.container = container;
    this.stages = [];
  }

  show(model) {
    this.stages = model.stages.map((stage) => new StageSettings(stage));
    this.container.replaceChildren(...this.stages.map((stage) => stage.view));
  }

  reset() {
    this.stages.forEach((stage) => stage.reset());
  }

  /** The stages that are not as the model does by itself; undefined if all are. */
  changes() {
    const changed = this.stages
      .map((stage) => [stage.name, stage.changes()])
      .filter(([, options]) => Object.keys(options).length > 0);
    return changed.length > 0 ? Object.fromEntries(changed) : undefined;
  }
}

class StageSettings {
  constructor(stage) {
    this.name = stage.name;
    const path = (option) => `stages["${stage.name}"].${option}`;
    this.sampler = element(
      'select',
      { 'data-field': path('sampler') },
      ...stage.samplers.map((name) => element('option', { value: name }, name)),
    );
    this.steps = element('input', {
      type: 'number', inputMode: 'numeric', min: 1, max: stage.maxSteps, 'data-field': path('steps'),
    });
    const guides = stage.guides ?? [];
    this.guide = choice(guides.map((guide) => guide.name), path('guidance'));
    this.guidance = stage.guided || guides.length > 0
      ? element('input', {
          type: 'number', inputMode: 'decimal', min: 0, step: 0.5,
          max: Math.max(stage.maxGuidanceScale, ...guides.map((guide) => guide.maxScale)),
          'data-field': path('guidance_scale'),
        })
      : undefined;
    this.schedule = choice(stage.schedules, path('schedule'));
    this.thresholding = choice(stage.thresholdings, path('thresholding'));
    this.size = stage.sizeUnit > 0
      ? element('input', {
          type: 'text', pattern: '\\d+[x×]\\d+', title: 'width × height, such as 768x512',
          placeholder: `${stage.imageWidth}x${stage.imageHeight}`, 'data-field': path('size'),
        })
      : undefined;
    this.controls = [
      [this.size, 'size', '', size],
      [this.sampler, 'sampler', stage.defaultSampler, (text) => text],
      [this.steps, 'steps', String(stage.defaultSteps), (text) => Number.parseInt(text, 10)],
      [this.guide, 'guidance', '', (text) => text],
      [this.guidance, 'guidanceScale', String(stage.defaultGuidanceScale), Number],
      [this.schedule, 'schedule', '', (text) => text],
      [this.thresholding, 'thresholding', '', (text) => text],
    ].filter(([control]) => control !== undefined);
    this.view = element(
      'fieldset',
      { class: 'stage' },
      element('legend', {}, stageName(stage.name)),
      this.size && labelled('Size', this.size),
      labelled('Sampler', this.sampler),
      labelled('Steps', this.steps),
      this.guide && labelled('Guided by', this.guide),
      this.guidance && labelled('Guidance', this.guidance),
      this.schedule && labelled('Timesteps', this.schedule),
      this.thresholding && labelled('Thresholding', this.thresholding),
    );
    this.reset();
  }

  reset() {
    this.controls.forEach(([control, , byDefault]) => {
      control.value = byDefault;
    });
  }

  changes() {
    return Object.fromEntries(
      this.controls
        .filter(([control, , byDefault]) => control.value !== '' && control.value !== byDefault)
        .map(([control, option, , parsed]) => [option, parsed(control.value)]),
    );
  }
}

/** One of some names, or what the stage does by itself, which has none. */
function choice(names, field) {
  return names.length > 0
    ? element(
        'select',
        { 'data-field': field },
        element('option', { value: '' }, "the model's own"),
        ...names.map((name) => element('option', { value: name }, name)),
      )
    : undefined;
}

/** Width and height of a text such as 768x512; what it lacks the service asks for. */
function size(text) {
  const [width, height] = text.split(/[x×]/).map((number) => Number.parseInt(number, 10) || 0);
  return { width, height: height ?? 0 };
}

function labelled(words, control) {
  return element('label', { class: 'control' }, element('span', {}, words), control);
}
