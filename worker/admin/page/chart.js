// Charts of the last 15 minutes: lines over equal steps, the newest at the right edge.

const mostSamples = 180;
const chartWidth = 180;
const chartHeight = 40;

/** Seconds on a scale on which each tenfold takes the same room, from a millisecond on. */
function byTens(seconds) {
  return seconds > 0 ? Math.max(0, Math.log10(seconds * 1000)) : 0;
}

function points(values, most) {
  const step = chartWidth / (mostSamples - 1);
  return values.map((value, index) => {
    const x = chartWidth - (values.length - 1 - index) * step;
    const y = chartHeight - 1 - (most > 0 ? Math.min(value / most, 1) : 0) * (chartHeight - 3);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
}

function lineOf(values, most) {
  return values.length < 2 ? '' : 'M' + points(values, most).join('L');
}

function areaOf(values, most) {
  if (values.length < 2) return '';
  const step = chartWidth / (mostSamples - 1);
  const left = chartWidth - (values.length - 1) * step;
  return `${lineOf(values, most)}V${chartHeight}H${left.toFixed(1)}Z`;
}

/** An empty chart whose lines have these classes; the first may be `area`, drawn together with a solid line. */
function makeChart(kinds, className = '') {
  const out = draw('svg', { viewBox: `0 0 ${chartWidth} ${chartHeight}`, preserveAspectRatio: 'none', role: 'img', class: className });
  out.append(draw('path', { class: 'base', d: `M0 ${chartHeight - 0.5}H${chartWidth}` }));
  for (const kind of kinds) out.append(draw('path', { class: kind }));
  return out;
}

/** Shows the series, one for each kind, on one scale from 0 to `most`; `label` is what the picture says, in words. */
function showChart(chart, series, most, label) {
  const paths = chart.querySelectorAll('path:not(.base)');
  series.forEach((values, index) => {
    const path = paths[index];
    set(path, 'd', path.classList.contains('area') ? areaOf(values, most) : lineOf(values, most));
  });
  set(chart, 'aria-label', label);
}

function mostOf(...series) {
  return Math.max(0, ...series.flat());
}

/** What a series did, in words. */
function described(what, values, word) {
  if (values.length === 0) return `${what}: nothing known yet`;
  const last = values[values.length - 1];
  return `${what} over the last ${age(values.length * 5)}: now ${word(last)}, least ${word(Math.min(...values))}, most ${word(Math.max(...values))}`;
}

// --- The history that the worker keeps, and the page goes on with ----------------------------------------------------------------------

const seriesNames = ['milliseconds', 'delivered', 'failed', 'waiting', 'lag', 'p50', 'p99'];
const past = { of: '', last: 0, accounts: new Map() };
for (const name of seriesNames) past[name] = [];

function extend(values, more) {
  values.push(...more);
  if (values.length > mostSamples) values.splice(0, values.length - mostSamples);
}

/** A worker that has begun anew, at another time, counts its samples anew. */
function forgetPastOfAnother(started) {
  if (past.of === started) return;
  past.of = started;
  past.last = 0;
  past.accounts.clear();
  for (const name of seriesNames) past[name].length = 0;
}

/** Takes in what is new since `past.last`. */
function takePast(answer) {
  past.last = answer.last;
  for (const name of seriesNames) extend(past[name], answer[name]);
  const named = new Set(answer.accounts.map((each) => each.account));
  for (const name of [...past.accounts.keys()]) if (!named.has(name)) past.accounts.delete(name);
  for (const each of answer.accounts) {
    if (!past.accounts.has(each.account)) past.accounts.set(each.account, { delivered: [], waiting: [] });
    const known = past.accounts.get(each.account);
    extend(known.delivered, each.delivered);
    extend(known.waiting, each.waiting);
  }
}

/** Counts as rates: the steps are five seconds, or as long as they took. */
function asRates(counts) {
  const first = past.milliseconds.length - counts.length;
  return counts.map((count, index) => count * 1000 / Math.max(past.milliseconds[first + index], 1));
}
