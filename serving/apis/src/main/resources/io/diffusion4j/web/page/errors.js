// Errors where they belong: what is wrong with a field beside it, the rest below the form.

import { element } from './dom.js';

let next = 0;

/** Forgets what was wrong. */
export function clearErrors(form) {
  form.querySelectorAll('.field-error').forEach((message) => message.remove());
  form.querySelectorAll('[aria-invalid]').forEach((field) => {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  });
  const rest = form.querySelector('[role="alert"]');
  rest.hidden = true;
  rest.textContent = '';
}

/** Shows an ApiError in a form whose fields have their paths in data-field. */
export function showError(form, error) {
  clearErrors(form);
  const elsewhere = [];
  let first;
  for (const { field, description } of error.violations ?? []) {
    const control = [...form.querySelectorAll('[data-field]')].find((c) => c.dataset.field === field);
    if (control === undefined) {
      elsewhere.push(`${field}: ${description}`);
      continue;
    }
    const id = `field-error-${next++}`;
    (control.closest('label') ?? control).after(element('p', { id, class: 'field-error' }, description));
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', id);
    control.closest('details')?.setAttribute('open', '');
    first ??= control;
  }
  if (first === undefined || elsewhere.length > 0) {
    const rest = form.querySelector('[role="alert"]');
    rest.textContent = elsewhere.length > 0 ? elsewhere.join('; ') : said(error);
    rest.hidden = false;
  }
  first?.focus();
}

/** An error in a sentence. */
export function said(error) {
  const again = error.retryDelay ? ` Try again in ${Math.ceil(Number.parseFloat(error.retryDelay))} s.` : '';
  return error.reason === 'QUEUE_FULL'
    ? `Too many requests are waiting at the moment.${again}`
    : error.message;
}
