// Asks the worker every two seconds while the page is seen, and shows what it says.

const pause = 2000;
const longestAnswer = 8000;
let timer = 0;
let polling = false;
let historyAt = 0;
let lastAnswer = null;

function makeCard(title, key, kinds) {
  const card = { key: make('span', { class: 'key' }, key), now: make('span', { class: 'now' }), chart: makeChart(kinds), most: make('span') };
  card.figure = make('figure', {},
    make('figcaption', {}, make('h2', {}, title), card.key, card.now),
    card.chart, make('div', { class: 'scale', 'aria-hidden': 'true' }, make('span', {}, '−15 min'), card.most, make('span', {}, 'now')));
  find('totals').append(card.figure);
  return card;
}

const cards = {
  delivered: makeCard('Delivered', 'dashed: failed requests', ['area', 'solid', 'dashed failed']),
  waiting: makeCard('Waiting', '', ['area', 'solid']),
  time: makeCard('Delivery time', 'p99, dashed: p50', ['solid', 'dashed']),
  lag: makeCard('Lag', '', ['area', 'solid']),
};

function sayNow(card, text, small) {
  if (card.now.textContent !== text + small) card.now.replaceChildren(text, make('small', {}, small));
}

function showDelivered(status) {
  const total = status.accounts.reduce((all, each) => all + (each.recent.seconds > 0 ? each.recent.delivered / each.recent.seconds : 0), 0);
  const rates = asRates(past.delivered);
  const failed = asRates(past.failed);
  const most = mostOf(rates, failed);
  const all = status.accounts.reduce((sofar, each) => sofar + each.delivered, 0);
  sayNow(cards.delivered, rate(total), ` ${number(all)} since the start`);
  showChart(cards.delivered.chart, [rates, rates, mostOf(failed) > 0 ? failed : []], most,
    `${described('Delivered per second', rates, rate)}. ${described('Failed requests per second', failed, rate)}.`);
  say(cards.delivered.most, `top ${rate(most)}`);
}

function showWaiting(status) {
  const waiting = status.accounts.reduce((all, each) => all + backlogOf(each), 0);
  const parked = status.accounts.reduce((all, each) => all + each.parked, 0);
  const oldest = Math.min(...status.accounts.filter((each) => each.oldest).map((each) => Date.parse(each.oldest)));
  sayNow(cards.waiting, number(waiting), Number.isFinite(oldest) ? ` oldest ${age((Date.parse(status.now) - oldest) / 1000)}` : '');
  say(cards.waiting.key, parked > 0 ? `${number(parked)} of them parked` : '');
  const most = mostOf(past.waiting);
  showChart(cards.waiting.chart, [past.waiting, past.waiting], most, described('Waiting', past.waiting, number));
  say(cards.waiting.most, `top ${number(most)}`);
}

function showTime() {
  const newest = (values) => values.findLast((each) => each > 0);
  const p99 = past.p99.map(byTens);
  const p50 = newest(past.p50);
  sayNow(cards.time, bound(p50), p50 ? ` p50 · ${bound(newest(past.p99))} p99` : ' nothing delivered lately');
  showChart(cards.time.chart, [p99, past.p50.map(byTens)], byTens(30),
    `${described('p99 of the time to deliver', past.p99, bound)}. ${described('p50', past.p50, bound)}.`);
  say(cards.time.most, `top ${bound(mostOf(past.p99))}`);
}

function showLag(status) {
  const known = lagging(status);
  const lag = known.length > 0 ? known.reduce((all, each) => all + each.lag, 0) : undefined;
  const most = mostOf(past.lag);
  sayNow(cards.lag, number(lag), ` ${known.length === 0 ? 'no partition' : `records in ${number(known.length)} partition${known.length === 1 ? '' : 's'}`}`);
  showChart(cards.lag.chart, [past.lag, past.lag], most, described('Lag', past.lag, number));
  say(cards.lag.most, `top ${number(most)}`);
}

/** Whether one of the others says it too: why a worker is not ready is often what its broker says. */
function isSaidBy(text, others) {
  const said = text.replace(/^kafka: /, '');
  return [...others].some((each) => each !== text && each.includes(said));
}

function showTroubles(status) {
  const texts = new Set(status.workers.flatMap((worker) => worker.troubles));
  for (const worker of status.workers) if (worker.not_ready) texts.add(worker.not_ready);
  for (const text of texts) if (isSaidBy(text, texts)) texts.delete(text);
  if (status.configuration.refusal) texts.add(`The configuration is refused, the former one stays: ${status.configuration.refusal}`);
  if (partitionTrouble(status)) texts.add(partitionTrouble(status));
  const list = find('troubles');
  list.hidden = texts.size === 0;
  const joined = [...texts].join('\n');
  if (list.dataset.told === joined) return;
  list.dataset.told = joined;
  list.replaceChildren(...[...texts].map((text) => make('li', {}, text)));
}

function showHead(status) {
  const draining = status.workers.some((worker) => worker.state === 'draining');
  tell(find('ready'), status.ready ? ['Ready', 'good', 'disc'] : draining ? ['Draining', 'warn', 'hourglass'] : ['Not ready', 'bad', 'cross']);
  const now = new Date(status.now);
  say(find('about'), `${status.version} · up ${age((now - Date.parse(status.started)) / 1000)} · as of ${now.toLocaleTimeString('en-GB')}`);
  const troubled = status.accounts.filter(needsAttention).length;
  const title = troubled > 0 || !status.ready ? `${status.ready ? `${troubled} to look at` : 'Not ready'} · Leadrelay` : 'Leadrelay';
  if (document.title !== title) document.title = title;
}

function show(status) {
  showHead(status);
  showTroubles(status);
  showAccounts(status);
  showPartitions(status);
  showDelivered(status);
  showWaiting(status);
  showTime();
  showLag(status);
  find('unreachable').hidden = true;
  say(find('summary'), `${status.ready ? '' : 'Not ready. '}${summaryOf(status)}`);
}

function showUnreachable() {
  const since = lastAnswer ? `since ${lastAnswer.toLocaleTimeString('en-GB')}; what is below is as of then` : '';
  const text = `The worker cannot be reached${since ? ` ${since}` : ''}.`;
  say(find('unreachable'), text);
  find('unreachable').hidden = false;
  tell(find('ready'), ['Not reached', 'bad', 'cross']);
  document.title = 'Not reached · Leadrelay';
  say(find('summary'), 'The worker cannot be reached.');
}

async function ask(path) {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(longestAnswer) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

async function askHistory(started) {
  if (past.of === started && Date.now() - historyAt < 5000) return;
  forgetPastOfAnother(started);
  takePast(await ask(`history.json?after=${past.last}`));
  historyAt = Date.now();
}

/** The worker's answer, or nothing where there is none. */
async function askAll() {
  try {
    const status = await ask('status.json');
    await askHistory(status.started);
    return status;
  } catch {
    return null;
  }
}

/** One round; a worker with very many accounts is asked less often, so that asking takes little of its time. */
async function poll() {
  if (polling) return;
  polling = true;
  clearTimeout(timer);
  const began = performance.now();
  const status = await askAll();
  polling = false;
  if (!document.hidden) timer = setTimeout(poll, Math.max(pause, 10 * (performance.now() - began)));
  if (!status) return showUnreachable();
  lastAnswer = new Date();
  show(status);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden) poll();
});
find('filter').addEventListener('input', applyFilter);
find('filter').addEventListener('submit', (event) => { event.preventDefault(); });
poll();
