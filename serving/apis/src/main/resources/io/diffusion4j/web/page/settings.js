// How each stage samples, by the settings that the server lists. Only what somebody changed is sent; the rest stays the
// model's.

import { element } from './dom.js';

const NAMES = { prior: 'Prior', decoder: 'Decoder', super_res: 'Upsampler' };

/** What the stages make. */
const MADE = { prior: 'the idea', decoder: 'the picture', super_res: 'the details' };

/** What a stage is called. */
export function stageName(stage) {
  return NAMES[stage] ?? stage;
}

/** What a setting is called. */
export function settingName(name) {
  return name[0].toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

/** The name of a setting in a request. */
export function fieldName(name) {
  return name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
}

const itself = { read: (text) => text, text: String };

/** The forms of values: a control, the value of its text for a request, and the text of a value. */
const FORMS = {
  NAME: { ...itself, control: choice },
  N: { ...itself, control: number('numeric', 1), read: (text) => Number.parseInt(text, 10) },
  X: { ...itself, control: number('decimal', 0.5), read: Number },
  WxH: {
    control: pair('768x512'),
    read: (text) => {
      const [width, height] = text.split(/[x×]/).map((part) => Number.parseInt(part, 10) || 0);
      return { width, height: height ?? 0 }; // what it lacks the service asks for
    },
    text: ({ width, height }) => `${width}x${height}`,
  },
  'LOW,HIGH': {
    control: pair('0.3,3'),
    read: (text) => {
      const [low, high] = text.split(/[,;\s]+/).map(Number);
      return { low, high };
    },
    text: ({ low, high }) => `${low},${high}`,
  },
};

/** One of some names, or what the stage does by itself if that has none. */
function choice({ choices, defaultValue }) {
  const own = defaultValue === '' ? [element('option', { value: '' }, "the model's own")] : [];
  return element('select', {}, ...own, ...choices.map((name) => element('option', { value: name }, name)));
}

function number(inputMode, step) {
  return ({ least, most }) => element(
    'input', { type: 'number', inputMode, step: most <= 1 ? 0.05 : step, ...limits(least, most) });
}

function limits(min, max) {
  return Object.fromEntries(Object.entries({ min, max }).filter(([, limit]) => limit !== undefined));
}

function pair(example) {
  return () => element('input', { type: 'text', autocomplete: 'off', placeholder: `such as ${example}` });
}

/** Shows the stages of a model in a container. */
export class Settings {
  constructor(container) {
    this.container = container;
    this.stages = [];
  }

  show(model) {
    this.stages = model.stages.map((stage) => new StageSettings(stage)).filter(({ rows }) => rows.length > 0);
    this.container.replaceChildren(...this.stages.map((stage) => stage.view));
  }

  reset() {
    this.fill({});
  }

  /** Shows the values of a request; what it does not name is the model's. */
  fill(stages = {}) {
    this.stages.forEach((stage) => stage.fill(stages[stage.name] ?? {}));
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
  constructor({ name, settings = [] }) {
    this.name = name;
    this.rows = settings
      .filter((setting) => FORMS[setting.form] !== undefined && (setting.form !== 'NAME' || setting.choices.length > 0))
      .map((setting) => {
        const form = FORMS[setting.form];
        const control = form.control(setting);
        control.dataset.field = `stages["${name}"].${setting.name}`;
        const byDefault = ['N', 'X'].includes(setting.form) && setting.defaultValue !== ''
          ? String(Number(setting.defaultValue))
          : setting.defaultValue;
        return { setting, form, control, byDefault };
      });
    this.view = element(
      'fieldset',
      { class: 'stage' },
      element('legend', {}, [stageName(name), MADE[name]].filter(Boolean).join(': ')),
      ...this.rows.map(({ setting, control }) => element('label', { class: 'control' },
        element('span', {}, settingName(setting.name)), control, element('small', {}, setting.help.replaceAll(name, stageName(name).toLowerCase())))),
    );
    this.fill({});
  }

  fill(options) {
    this.rows.forEach(({ setting, form, control, byDefault }) => {
      const value = options[fieldName(setting.name)];
      control.value = value === undefined || value === '' ? byDefault : form.text(value);
    });
  }

  changes() {
    return Object.fromEntries(
      this.rows
        .filter(({ control, byDefault }) => control.value !== '' && control.value !== byDefault)
        .map(({ setting, form, control }) => [fieldName(setting.name), form.read(control.value)]),
    );
  }
}
