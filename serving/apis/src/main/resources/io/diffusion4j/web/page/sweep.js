// One option in several values: a grid of pictures that differ in nothing else.

import { ApiError } from './api.js';
import { element } from './dom.js';
import { ofOneSeed } from './noise.js';
import { fieldName, settingName, stageName } from './settings.js';

const MOST = 24;

const WHOLE = { pattern: /^[0-9]+$/, expected: 'whole numbers, such as 5, 10, 25' };
const DECIMAL = { pattern: /^[0-9]*\.?[0-9]+$/, expected: 'numbers, such as 1, 2.5, 4' };

/** What the values of a setting are, by its form. */
const KINDS = { N: WHOLE, X: DECIMAL };

/** Which option, and which values. */
export class Sweep {
  constructor(container) {
    this.container = container;
    this.choice = element('select');
    this.values = element('input', {
      type: 'text', autocomplete: 'off', placeholder: 'none, or such as 5, 10, 25', 'data-field': 'sweep' });
    container.append(
      element('legend', {}, 'One setting in several values'),
      element('label', { class: 'control' }, element('span', {}, 'Setting'), this.choice),
      element('label', { class: 'control' }, element('span', {}, 'Values'), this.values));
  }

  /** Offers the options of a model. */
  show({ stages }) {
    this.options = [
      { words: 'Seed', kind: WHOLE, set: (request, value) => ({ ...request, seeds: [value] }) },
      ...stages.flatMap((stage) => (stage.settings ?? [])
        .filter(({ form }) => KINDS[form] !== undefined)
        .map(({ name, form }) => ofStage(stage, name, KINDS[form]))),
    ];
    this.choice.replaceChildren(
      ...this.options.map(({ words }, i) => element('option', { value: String(i) }, words)));
    this.reset();
  }

  reset() {
    this.values.value = '';
  }

  /** A request for each value, or the request itself if there are no values: [{request, caption}]. */
  requests(request) {
    const values = this.values.value.split(/[,;\s]+/).filter((value) => value !== '');
    if (values.length === 0) {
      return [{ request }];
    }
    const { words, kind, set } = this.options[Number(this.choice.value)];
    const wrong = values.find((value) => !kind.pattern.test(value));
    if (wrong !== undefined || values.length > MOST) {
      throw new ApiError({ message: 'The values of the grid are wrong.' }, [{
        field: 'sweep',
        description: wrong === undefined
          ? `${values.length} values (expected: at most ${MOST})`
          : `${wrong} (expected: ${kind.expected})`,
      }]);
    }
    const one = ofOneSeed(request);
    return values.map((value) => ({ request: set(one, value), caption: `${words} ${value}` }));
  }
}

function ofStage({ name }, setting, kind) {
  const option = fieldName(setting);
  return {
    words: `${stageName(name)}: ${settingName(setting).toLowerCase()}`,
    kind,
    set: (request, value) => ({
      ...request,
      stages: { ...request.stages, [name]: { ...request.stages?.[name], [option]: Number(value) } },
    }),
  };
}
