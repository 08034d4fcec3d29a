import { type Json, type JsonObject, jsonEqual } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import type { Side, Trial } from './trial.ts';

/** Rounds after which work that is still due is called unquiet. */
const quietRounds = 12;

interface Row {
  connection_id: string;
  external_id: string;
  record_id: string;
  link_id: string;
  state: string;
  held: string[];
  data: JsonObject;
  deleted_at: Date | null;
  places: number;
  last_title: Json;
}

const same = (field: string, a: Json | undefined, b: Json | undefined): boolean =>
  fieldsEqual(fieldRule('task', field).comparator, a, b);

/** What all forms of a value have in common. */
const lowered = (value: Json | undefined): Json => {
  if (Array.isArray(value))
    return [...new Set(value.map((item) => JSON.stringify(item).toLowerCase()))];
  return typeof value === 'string' ? value.toLowerCase().replace(/ +/g, ' ') : (value ?? null);
};

/** Faults stop, everything settles, and the promises are looked at one by one. */
export async function judge(trial: Trial): Promise<string[]> {
  for (const { api } of trial.sides) api.faults = [];
  await trial.admin`update public.streams set phase = 'live', resyncs = 0, next_poll_at = now()
    where workspace_id = ${trial.owner.workspaceId} and phase = 'failed'`;
  await trial.letTimePass();
  const broken: string[] = [];
  // Polls alone find every change of what is there.
  if (!(await settle(trial))) broken.push('P3 the hub never comes to rest');
  broken.push(...(await compare(trial, false)));
  await sweepAll(trial);
  if (!(await settle(trial))) broken.push('P3 the hub never comes to rest after a sweep');
  broken.push(...(await compare(trial, true)));
  broken.push(...(await lostUpdates(trial)));
  broken.push(...(await needlessQuestions(trial)));
  broken.push(...(await lateDeliveries(trial)));
  broken.push(...(await positions(trial)));
  broken.push(...(await afterlife(trial)));
  return broken;
}

/** Lets time pass and works until there is nothing to do; false when that never happens. */
async function settle(trial: Trial): Promise<boolean> {
  await pollAll(trial);
  let quiet = 0;
  for (let round = 0; round < quietRounds && quiet < 2; round += 1) {
    await trial.letTimePass();
    const outcomes = await trial.runJobs();
    const isQuiet = outcomes.every((one) => ['nothing', 'unchanged', 'skipped'].includes(one));
    // Twice: a poll that goes on with a walk cut short comes to its end first.
    quiet = isQuiet ? quiet + 1 : 0;
  }
  return quiet === 2;
}

async function pollAll(trial: Trial): Promise<void> {
  await trial.admin`update public.streams set next_poll_at = now()
    where workspace_id = ${trial.owner.workspaceId} and phase = 'live'`;
}

async function sweepAll(trial: Trial): Promise<void> {
  for (const side of trial.sides) await trial.wantSweep(side);
}

const rowsOf = (trial: Trial): Promise<Row[]> => trial.admin<Row[]>`
  select l.connection_id, l.external_id, l.record_id, l.id as link_id, l.state, l.held, r.data, r.deleted_at,
    (select count(*)::int from public.links o where o.record_id = r.id and o.state <> 'tombstone') as places
  from public.links l join public.records r on r.id = l.record_id
  where l.workspace_id = ${trial.owner.workspaceId}`;

/** P1: what is there is here and the same, unless a person is asked; what is gone is gone. */
async function compare(trial: Trial, isSwept: boolean): Promise<string[]> {
  const rows = await rowsOf(trial);
  const open = await trial.admin`select link_id, field from public.conflicts
    where workspace_id = ${trial.owner.workspaceId} and status = 'open'`;
  const asked = new Set(open.map((row) => `${row['link_id']} ${row['field']}`));
  const broken: string[] = [];
  for (const side of trial.sides) {
    for (const object of side.remote.objects.values()) {
      const row = rows.find(
        (known) => known.connection_id === side.connectionId && known.external_id === object.id,
      );
      const name = `${side.remote.switches.name} ${object.id}`;
      if (object.deleted) {
        if (isSwept && row && row.state !== 'tombstone')
          broken.push(`P1 ${name} is gone there only`);
        if (isSwept && row && row.places === 0 && !row.deleted_at)
          broken.push(`P1 ${name} lives on`);
      } else if (!row) broken.push(`P1 ${name} was never read`);
      else if (row.state === 'tombstone' || row.deleted_at)
        broken.push(`P1 ${name} is gone here only`);
      else
        broken.push(...differences(side, name, row, object.fields, asked, trial.sides.length > 1));
    }
  }
  return broken.map((fault) => (isSwept ? fault : `${fault}, by polls alone`));
}

function differences(
  { remote, mapping }: Side,
  name: string,
  row: Row,
  there: JsonObject,
  asked: ReadonlySet<string>,
  isShared: boolean,
): string[] {
  const broken: string[] = [];
  if (['dirty', 'pushing', 'unknown'].includes(row.state))
    broken.push(`P3 ${name} stays ${row.state}`);
  for (const [field, place] of Object.entries(mapping.places)) {
    if (mapping.outward.includes(field) && row.data[field] === null) continue;
    const isHeld = row.held.includes(field);
    if (isHeld && !asked.has(`${row.link_id} ${field}`))
      broken.push(`P2 ${name} ${field} is held for nothing`);
    const said = mapping.say({ [field]: row.data[field] ?? null }, there)[place] ?? null;
    const ours = remote.canonical({ [place]: said })[place];
    const read = mapping.read(there)[field];
    // A record that lives at several services keeps a form of its own beside each of theirs, and so
    // does a value that has another form there by its mapping.
    const isMapped = mapping.rules.length > 0;
    const isSame =
      isShared || isMapped
        ? same(place, lowered(said), lowered(there[place])) ||
          same(field, lowered(row.data[field]), lowered(read))
        : same(field, ours, there[field]);
    if (!isHeld && !isSame) broken.push(`P1 ${name} ${field} differs`);
  }
  if (!jsonEqual(there['milestone_x'], 0)) broken.push(`P5 ${name}: an unknown field was touched`);
  return broken;
}

/** Without the words a mapping of before may have put in front. */
const bare = (value: Json): Json =>
  typeof value === 'string' ? value.replace(/^(t: )+/, '') : value;

/** P2: the last write of a field is what stands, or somebody was asked, or the loser was logged. */
async function lostUpdates(trial: Trial): Promise<string[]> {
  const rows = await rowsOf(trial);
  const logged = await trial.admin`select record_id, field from public.conflicts
    where workspace_id = ${trial.owner.workspaceId}`;
  const known = new Set(logged.map((row) => `${row['record_id']} ${row['field']}`));
  const broken: string[] = [];
  for (const row of rows) {
    // What was written to an object that is gone may have gone with it, unseen.
    const wentSomewhere = rows.some(
      ({ record_id, state }) => record_id === row.record_id && state === 'tombstone',
    );
    if (row.deleted_at || wentSomewhere) continue;
    for (const field of ['title', 'body', 'state']) {
      const last = lastWrite(trial, rows, row, field);
      if (!last || known.has(`${row.record_id} ${field}`)) continue;
      const forms = [
        last.value,
        ...trial.sides.map(({ remote }) => remote.canonical({ [field]: last.value })[field]),
      ];
      if (!forms.some((form) => same(field, bare(lowered(form)), bare(lowered(row.data[field]))))) {
        broken.push(
          `P2 the last ${field} of ${row.external_id} (${JSON.stringify(last.value)}) is lost`,
        );
      }
    }
  }
  return broken;
}

/** Where a rule says who wins nobody is asked, nor where only one side has changed anything. */
async function needlessQuestions(trial: Trial): Promise<string[]> {
  // A question from before the rule stays one, and a rule may raise one by itself.
  if (trial.isRemapped) return [];
  const asked = await trial.admin`select c.field, l.connection_id, l.external_id
    from public.conflicts c join public.links l on l.id = c.link_id
    where c.workspace_id = ${trial.owner.workspaceId} and c.status = 'open'
      and c.policy not in ('oscillation', 'refused')`;
  return asked.flatMap((row) => {
    const field = String(row['field']);
    const { decided } = trial.side(String(row['connection_id'])).mapping;
    if (decided.includes(field))
      return `P2 somebody was asked about ${field} though a rule decides`;
    const isEdited = trial.edits.some(
      ({ id, patch }) => id === row['external_id'] && Object.hasOwn(patch, field),
    );
    return trial.sides.length > 1 || isEdited
      ? []
      : `P2 somebody was asked about ${field}, which nobody had changed here`;
  });
}

/** The newest write of a field by people, here or at any place the record lives or lived at. */
function lastWrite(
  trial: Trial,
  rows: Row[],
  row: Row,
  field: string,
): { value: Json; turn: number } | null {
  const places = rows.filter(({ record_id }) => record_id === row.record_id);
  const written: { value: Json; turn: number }[] = [];
  for (const { patch, id, turn } of trial.edits) {
    const isIt = places.some(({ external_id }) => external_id === id);
    if (isIt && Object.hasOwn(patch, field)) written.push({ value: patch[field] ?? null, turn });
  }
  for (const place of places) {
    const { remote, mapping } = trial.side(place.connection_id);
    for (const { by, id, patch: made, turn } of remote.writes) {
      const isIt = by === 'somebody' && id === place.external_id && turn > 0;
      const patch = mapping.read(made);
      if (isIt && Object.hasOwn(patch, field)) written.push({ value: patch[field] ?? null, turn });
    }
  }
  return written.sort((a, b) => b.turn - a.turn)[0] ?? null;
}

/** P3 and P4: after the end, webhooks late, twice and backwards change nothing and nothing is written. */
async function lateDeliveries(trial: Trial): Promise<string[]> {
  const count = async () => {
    const [row] = await trial.admin`select count(*)::int as n from public.change_log
      where workspace_id = ${trial.owner.workspaceId}`;
    return Number(row?.['n']);
  };
  const writes = () => trial.sides.map(({ remote }) => remote.writes.length).join(' ');
  const before = { changes: await count(), writes: writes() };
  for (const side of trial.sides) {
    const { sent } = side.remote;
    await trial.observe(side, ...structuredClone([...sent, ...sent.toReversed()]));
  }
  await sweepAll(trial);
  await settle(trial);
  const broken: string[] = [];
  if ((await count()) !== before.changes) broken.push('P4 a late webhook changed a record');
  if (writes() !== before.writes) broken.push('P3 a write after the end');
  return broken;
}

async function positions(trial: Trial): Promise<string[]> {
  const [log] = await trial.admin`
    select count(*)::int as n, coalesce(max(position), 0)::int as last, count(distinct position)::int as distinct
    from public.change_log where workspace_id = ${trial.owner.workspaceId}`;
  const isWhole = log?.['n'] === log?.['last'] && log?.['n'] === log?.['distinct'];
  return isWhole ? [] : ['the positions of the log have gaps'];
}

/** P4: between its end and its return nothing happens to a record. */
async function afterlife(trial: Trial): Promise<string[]> {
  const log = await trial.admin`
    select record_id, op, lag(op) over (partition by record_id order by version) as before
    from public.change_log where workspace_id = ${trial.owner.workspaceId}`;
  const late = log.filter((row) => row['before'] === 'delete' && row['op'] !== 'restore');
  return late.length > 0 ? ['P4 a record changed after its end'] : [];
}
