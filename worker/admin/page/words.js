// Numbers and states in words, and the few things that the page does with elements.

const whole = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** What is not known, or not there. */
const nothing = '–';

function number(value) {
  return value === undefined || value === null ? nothing : whole.format(value);
}

function rate(perSecond) {
  return (perSecond >= 100 ? whole.format(Math.round(perSecond)) : tenths.format(perSecond)) + '/s';
}

/** A length of time, to two parts: 45 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. Its blanks do not break. */
function age(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [[Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
  const first = parts.findIndex(([many]) => many > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([many]) => many > 0);
  return shown.map(([many, unit]) => `${many}\u00a0${unit}`).join('\u00a0');
}

/** A histogram's bound in seconds; 30 is the last one, and what is beyond it too. */
function bound(seconds) {
  if (!seconds) return nothing;
  if (seconds >= 30) return '> 10 s';
  return seconds < 1 ? `${tenths.format(seconds * 1000)} ms` : `${tenths.format(seconds)} s`;
}

function quantiles(of) {
  return of && of.p99 ? `${bound(of.p50)} · ${bound(of.p99)}` : nothing;
}

function mebibytes(bytes) {
  return tenths.format(bytes / 1048576);
}

/** The word with blanks in place of underscores. */
function plain(word) {
  return word.replaceAll('_', ' ');
}

// A state's word, how it is to be taken, and its shape on a grid of 10.
const shapes = {
  disc: 'M5 0a5 5 0 1 0 0 10a5 5 0 1 0 0-10z',
  half: 'M5 0a5 5 0 1 0 0 10zM6 0.1v1.5a3.5 3.5 0 0 1 0 6.8v1.5a5 5 0 0 0 0-9.8z',
  bars: 'M1 0h3v10h-3zM6 0h3v10h-3z',
  hourglass: 'M1 0h8v2l-3 3l3 3v2h-8v-2l3-3l-3-3z',
  triangle: 'M5 0l5 10h-10z',
  square: 'M0 0h10v10h-10z',
  cross: 'M1.8 0l3.2 3.2l3.2-3.2l1.8 1.8l-3.2 3.2l3.2 3.2l-1.8 1.8l-3.2-3.2l-3.2 3.2l-1.8-1.8l3.2-3.2l-3.2-3.2z',
};
const states = {
  flowing: ['Flowing', 'good', 'disc'],
  busy: ['Busy', 'good', 'half'],
  limited: ['Limited', 'calm', 'hourglass'],
  retry_budget: ['Retries held back', 'warn', 'hourglass'],
  waiting: ['Waiting', 'warn', 'hourglass'],
  breaker_open: ['Breaker open', 'bad', 'square'],
  credential_refused: ['Credential refused', 'bad', 'cross'],
  half_open: ['Breaker half open', 'warn', 'half'],
  parked: ['Parked', 'warn', 'bars'],
};
const meanings = {
  busy: 'as many in flight as are good for it',
  limited: 'a window of its rate limit is full',
  retry_budget: 'until retries are few among its requests',
  waiting: 'the provider asks to wait',
  breaker_open: 'the provider fails',
  half_open: 'the next request tells whether the provider works again',
};

function make(tag, attributes = {}, ...children) {
  const out = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) out.setAttribute(name, value);
  out.append(...children);
  return out;
}

function draw(tag, attributes = {}, ...children) {
  const out = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) out.setAttribute(name, value);
  out.append(...children);
  return out;
}

/** Sets the text, and touches nothing where it is the same: readers and selections stay undisturbed. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Makes the element tell a state: its shape and its word. */
function tell(element, [word, tone, shape]) {
  if (element.dataset.told === word + tone) return;
  element.dataset.told = word + tone;
  element.className = `tag ${tone}`;
  element.replaceChildren(draw('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, draw('path', { d: shapes[shape] })), word);
}

function find(id) {
  return document.getElementById(id);
}

/** The rows of a table's body, all of them. One that is moved keeps the focus. */
function putInOrder(body, rows) {
  if (rows.every((row, index) => body.rows[index] === row)) return;
  const focused = document.activeElement;
  body.append(...rows);
  if (document.activeElement !== focused) focused.focus({ preventScroll: true });
}
