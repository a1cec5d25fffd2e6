// The table of partitions, and what the workers hold.

const partitionRows = new Map();
const partitionCells = ['State', 'Lag', 'Not settled', 'Committed'];

function partitionState(partition) {
  if (partition.stalled) return ['Stalled', 'bad', 'square'];
  if (partition.paused) return ['Paused', 'warn', 'bars'];
  if (partition.catching_up) return ['Catching up', 'calm', 'hourglass'];
  return partition.of_parked ? ['Parked changes', 'calm', 'bars'] : ['Reading', 'good', 'disc'];
}

/** The source's before those of parked changes. */
function inOrder(one, other) {
  return Number(one.of_parked) - Number(other.of_parked) || one.topic.localeCompare(other.topic) || one.partition - other.partition;
}

function partitionsOf(status) {
  return status.workers.flatMap((worker) => worker.partitions).sort(inOrder);
}

function makePartitionRow(partition) {
  const cells = partitionCells.map((name, index) => make('td', { role: 'cell', 'data-label': name, ...(index > 0 && { class: 'number' }) }));
  const row = { cells, tag: make('span'), main: null };
  cells[0].append(row.tag);
  row.main = make('tr', { role: 'row' }, make('th', { role: 'rowheader', scope: 'row' }, `${partition.topic} ${partition.partition}`), ...cells);
  return row;
}

function showPartition(row, partition) {
  tell(row.tag, partitionState(partition));
  say(row.cells[1], number(partition.lag));
  say(row.cells[2], number(partition.outstanding));
  say(row.cells[3], partition.committed < 0 ? nothing : number(partition.committed));
}

function memoryOf(workers) {
  const held = workers.reduce((all, each) => all + each.held_bytes, 0);
  const budget = workers.reduce((all, each) => all + each.budget_bytes, 0);
  const unwritten = workers.reduce((all, each) => all + each.dead_letters_unwritten, 0);
  const letters = unwritten > 0 ? ` · ${number(unwritten)} dead letters unwritten` : '';
  return `${number(workers.length)} worker${workers.length === 1 ? '' : 's'} · ${mebibytes(held)} of ${mebibytes(budget)} MiB held${letters}`;
}

function showPartitions(status) {
  const body = find('partitions').tBodies[0];
  const gone = new Set(partitionRows.keys());
  const all = partitionsOf(status);
  for (const partition of all) {
    const key = `${partition.topic} ${partition.partition}`;
    gone.delete(key);
    if (!partitionRows.has(key)) {
      partitionRows.set(key, makePartitionRow(partition));
    }
    showPartition(partitionRows.get(key), partition);
  }
  for (const key of gone) {
    partitionRows.get(key).main.remove();
    partitionRows.delete(key);
  }
  const rows = all.map((each) => partitionRows.get(`${each.topic} ${each.partition}`).main);
  putInOrder(body, rows);
  find('partitions').hidden = all.length === 0;
  find('no-partitions').hidden = all.length > 0;
  say(find('memory'), memoryOf(status.workers));
}

/** The partitions whose lag is known: those of the source topics. */
function lagging(status) {
  return partitionsOf(status).filter((each) => each.lag !== undefined && each.lag !== null);
}

/** What is to be said of partitions beside what the workers tell; empty where all is well. */
function partitionTrouble(status) {
  const stalled = partitionsOf(status).filter((each) => each.stalled).length;
  if (stalled === 0) return '';
  return `${number(stalled)} partition${stalled === 1 ? ' makes' : 's make'} no progress though there is work`;
}
