// The table of accounts: a row each, and below it, when opened, what was counted since the start.

const accountRows = new Map();
let rowsMade = 0;
const cellNames = ['State', 'Delivered', 'In flight', 'Waiting', 'Oldest', 'Request p50 · p99', 'Delivery p50 · p99', 'Dead letters'];

function sum(counts) {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}

function needsAttention(account) {
  return account.breaker !== 'closed' || account.state === 'credential_refused' || account.parked_partitions > 0 ||
    Boolean(account.reason);
}

/** Its changes that are not settled: taken, or parked and not read back. */
function backlogOf(account) {
  return account.waiting + account.parked_unread;
}

/** What its next request waits for; where nothing but a breaker that has not closed again, that. */
function stateOf(account) {
  return account.state === 'flowing' && account.breaker !== 'closed' ? 'half_open' : account.state;
}

/** The states to show: what its next request waits for, and whether its changes are parked. */
function statesOf(account) {
  const state = stateOf(account);
  const out = account.parked_partitions > 0 && state === 'flowing' ? [] : [states[state] ?? [plain(state), 'warn', 'triangle']];
  if (account.parked_partitions > 0) out.push(states.parked);
  return out;
}

function reasonOf(account, now) {
  const why = account.reason ?? meanings[stateOf(account)] ?? '';
  const since = account.since ? `for ${age((now - Date.parse(account.since)) / 1000)}` : '';
  const parked = account.parked > 0 ? `${number(account.parked)} parked` : '';
  const removed = account.removed ? 'removed from the configuration, what was taken is still delivered' : '';
  return [why, since, parked, removed].filter(Boolean).join(', ');
}

function makeRow(account, place) {
  const details = `details-${place}`;
  const opener = make('button', { type: 'button', class: 'opener', 'aria-expanded': 'false', 'aria-controls': details }, account.account);
  const cells = cellNames.map((name, index) => make('td', { role: 'cell', 'data-label': name, ...(index > 0 && { class: 'number' }) }));
  const head = make('th', { role: 'rowheader', scope: 'row' }, opener, make('div', { class: 'provider' }, account.provider));
  const row = {
    main: make('tr', { role: 'row' }, head, ...cells),
    counted: make('div', { class: 'counted' }),
    tags: [make('span'), make('span')],
    why: make('div', { class: 'why' }),
    sparks: [makeChart(['area', 'solid'], 'spark'), makeChart(['area', 'solid'], 'spark')],
    values: cells.map(() => make('span')),
    requests: make('div', { class: 'why' }),
    reasons: make('div', { class: 'why' }),
    opener,
  };
  row.details = make('tr', { role: 'row', class: 'details', id: details, hidden: '' }, make('td', { role: 'cell', colspan: '9' }, row.counted));
  cells[0].append(make('div', {}, ...row.tags.flatMap((tag) => [tag, ' ']), row.why));
  for (const index of [1, 3]) row.values[index].className = 'beside';
  cells[1].append(make('div', {}, row.sparks[0], row.values[1], row.requests));
  cells[3].append(make('span', {}, row.sparks[1], row.values[3]));
  for (const index of [2, 4, 5, 6]) cells[index].append(row.values[index]);
  cells[7].append(make('div', {}, row.values[7], row.reasons));
  opener.addEventListener('click', () => {
    const open = opener.getAttribute('aria-expanded') !== 'true';
    opener.setAttribute('aria-expanded', String(open));
    row.details.hidden = !open;
    if (open) showCounted(row);
  });
  return row;
}

function listOf(title, counts) {
  const entries = Object.entries(counts);
  const list = make('dl');
  for (const [word, count] of entries) list.append(make('div', {}, make('dt', {}, plain(word)), make('dd', {}, number(count))));
  if (entries.length === 0) list.append(make('div', {}, make('dt', {}, 'none'), make('dd', {}, '')));
  return make('section', {}, make('h3', {}, title), list);
}

function showCounted(row) {
  const of = row.account;
  row.counted.replaceChildren(
    listOf('Requests by verdict', of.verdicts),
    listOf('Dead letters by reason', of.dead_letters),
    listOf('Transport errors', of.transport_errors),
    listOf('Changes and connections', {
      taken: of.taken, delivered: of.delivered, merged: of.merged, parked: of.parked, 'times parked': of.parkings,
      'breaker openings': of.breaker_openings, 'retries held back': of.retries_held_back, connections: of.connections,
    }));
}

function showSparks(row, account) {
  const known = past.accounts.get(account.account);
  for (const spark of row.sparks) spark.toggleAttribute('hidden', !known);
  if (!known) return;
  const rates = asRates(known.delivered);
  showChart(row.sparks[0], [rates, rates], mostOf(rates), described('Delivered per second', rates, rate));
  showChart(row.sparks[1], [known.waiting, known.waiting], mostOf(known.waiting), described('Waiting', known.waiting, number));
}

function showAccount(row, account, now) {
  row.account = account;
  const shown = statesOf(account);
  row.tags.forEach((tag, index) => {
    tag.hidden = !shown[index];
    if (shown[index]) tell(tag, shown[index]);
  });
  say(row.why, reasonOf(account, now));
  const recent = account.recent;
  const oldest = account.oldest ? age((now - Date.parse(account.oldest)) / 1000) : nothing;
  const texts = ['', recent.seconds > 0 ? rate(recent.delivered / recent.seconds) : nothing, `${account.in_flight} of ${account.concurrency}`,
    number(backlogOf(account)), oldest, quantiles(recent.request_seconds), quantiles(recent.delivery_seconds), number(sum(account.dead_letters))];
  texts.forEach((text, index) => { say(row.values[index], text); });
  say(row.requests, recent.seconds > 0 ? `${rate(recent.requests / recent.seconds)} requests` : '');
  say(row.reasons, Object.entries(account.dead_letters).map(([word, count]) => `${plain(word)} ${number(count)}`.replaceAll(' ', '\u00a0')).join(', '));
  showSparks(row, account);
  if (!row.details.hidden) showCounted(row);
}

/** Whether the filter lets the account through. */
function isWanted(account) {
  const text = find('find').value.trim().toLowerCase();
  return (!find('attention').checked || needsAttention(account)) &&
    (text === '' || `${account.account} ${account.provider}`.toLowerCase().includes(text));
}

function applyFilter() {
  let any = false;
  for (const row of accountRows.values()) {
    const wanted = isWanted(row.account);
    any = any || wanted;
    row.main.hidden = !wanted;
    row.details.hidden = !wanted || row.opener.getAttribute('aria-expanded') !== 'true';
  }
  find('none').hidden = any || accountRows.size === 0;
}

/** Those that need attention first, otherwise as the worker tells them. */
function orderRows(accounts) {
  const named = [...accounts.filter(needsAttention), ...accounts.filter((each) => !needsAttention(each))];
  putInOrder(find('accounts').tBodies[0], named.map((each) => accountRows.get(each.account)).flatMap((row) => [row.main, row.details]));
}

/** Dead letters of records that cannot be read, or that name an account that there is not; empty where there are none. */
function strayLetters(status) {
  const counts = Object.entries(status.dead_letters_without_account).map(([word, count]) => `${plain(word)} ${number(count)}`);
  return counts.length > 0 ? `Dead letters of no account here, since the start: ${counts.join(', ')}.` : '';
}

function showAccounts(status) {
  const now = Date.parse(status.now);
  const gone = new Set(accountRows.keys());
  for (const account of status.accounts) {
    gone.delete(account.account);
    if (!accountRows.has(account.account)) accountRows.set(account.account, makeRow(account, rowsMade++));
    showAccount(accountRows.get(account.account), account, now);
  }
  for (const name of gone) {
    accountRows.get(name).main.remove();
    accountRows.get(name).details.remove();
    accountRows.delete(name);
  }
  orderRows(status.accounts);
  say(find('stray'), strayLetters(status));
  find('stray').hidden = find('stray').textContent === '';
  find('filter').hidden = status.accounts.length < 8;
  applyFilter();
}

/** What screen readers are told when it changes: the accounts that need somebody, not the numbers. */
function summaryOf(status) {
  const troubled = status.accounts.filter(needsAttention);
  const many = status.accounts.length;
  const all = `${number(many)} account${many === 1 ? '' : 's'}`;
  if (troubled.length === 0) return `${all}, none needs attention.`;
  const named = troubled.slice(0, 3).map((each) => `${each.account} (${statesOf(each).map(([word]) => word.toLowerCase()).join(', ')})`);
  const more = troubled.length > 3 ? ` and ${number(troubled.length - 3)} more` : '';
  return `${all}, ${number(troubled.length)} need${troubled.length === 1 ? 's' : ''} attention: ${named.join(', ')}${more}.`;
}
