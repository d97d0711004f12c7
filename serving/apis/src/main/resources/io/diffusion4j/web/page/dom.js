// Builds elements. Words become text nodes and attributes only, never markup, whoever wrote them.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with properties, attributes and listeners; children are elements or words. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) {
      made.addEventListener(name.slice(2), value);
    } else if (name === 'class') {
      made.className = value;
    } else if (name in made && !name.startsWith('aria')) {
      made[name] = value;
    } else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

const ICONS = {
  vary: 'M4 7h9a4 4 0 0 1 4 4v0M4 7l3-3M4 7l3 3M20 17h-9a4 4 0 0 1-4-4v0M20 17l-3-3M20 17l-3 3',
  brush: 'M4 20c3 0 5-1 5-4a2.5 2.5 0 0 1 5 0c0 3-4 4-10 4zM12.5 13.5 20 4',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M5 20h14',
  star: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9L3.5 9.7l5.9-.8z',
  before: 'M15 5l-7 7 7 7',
  after: 'M9 5l7 7-7 7',
  dice: 'M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01',
  words: 'M4 6h9M4 11h6M4 16h5M13 19l1-3.5 6-6 2 2-6 6z',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
};

/** A picture of what a button does; its words say it too. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** What is rarely wanted, behind a button that shows it. */
export function more(words, label, buttons) {
  const summary = element('summary', { class: 'button', 'aria-label': label, title: 'More' }, words);
  const fold = element('details', { class: 'more' }, summary, element('div', { class: 'menu' }, ...buttons));
  fold.addEventListener('click', ({ target }) => {
    if (target.closest('.menu button, .menu a')) {
      fold.open = false;
    }
  });
  return fold;
}

/** Keeps a button pressed while something holds, which may change when the target says so. */
export function pressedWhile(button, target, holds) {
  const show = () => button.setAttribute('aria-pressed', String(holds()));
  target.addEventListener('change', show);
  show();
}

/** The element of this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Tells it to those who do not see it. */
export function announce(words) {
  byId('announcer').textContent = words;
}
