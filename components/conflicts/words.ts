import { formatCount } from '@/components/ui/format-number';

const plural = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${formatCount(count)} ${many}`;

/** All text of the Conflicts page. */
export const words = {
  title: 'Conflicts',
  sub: (open: number, records: number) =>
    `${plural(open, 'field', 'fields')} of ${plural(records, 'record', 'records')} changed on both sides`,
  failed: 'The conflicts could not be read',
  loading: 'The conflicts are loading',
  more: 'Show more',
  statuses: { open: 'Open', automatic: 'Settled by itself', resolved: 'Decided' },
  filters: {
    connection: 'service',
    where: 'where',
    field: 'field',
    record: 'record',
    flow: 'flow',
    one: 'this one',
  },
  empty: {
    title: 'No conflicts',
    body: 'A conflict is one field that changed here and at its service before either was told of the other. Both values then wait here, the field is not sent, and everything else of the record goes on.',
  },
  emptyAutomatic: {
    title: 'Nothing was settled by itself',
    body: 'Where a policy says who wins, the other value is kept here and can be brought back.',
  },
  emptyResolved: {
    title: 'Nothing was decided yet',
    body: 'What people chose, and when, stands here.',
  },
  none: { title: 'Nothing fits these filters', action: 'Clear filters' },
  untitled: 'without a title',
  deleted: 'deleted',
  sides: { base: 'Before', local: 'Here', remote: 'There' },
  nothing: 'nothing',
  choose: {
    local: 'Keep ours',
    remote: 'Take theirs',
    base: 'As before',
    value: 'Write a value',
  },
  keys: { local: '1', remote: '2', base: '3', value: 'e' },
  select: (field: string) => `Select ${field}`,
  open: 'Open the record',
  openThere: (service: string) => `Open in ${service}`,
  changedBy: (who: string) => `changed by ${who}`,
  version: (version: number) => `version ${version}`,
  since: 'as it was brought in',
  somebody: 'somebody',
  hub: 'Patchbay',
  tellsOthers: (count: number) =>
    count === 1
      ? 'The record lives at one more service, which is told of the choice.'
      : `The record lives at ${count} more services, which are told of the choice.`,
  why: {
    oscillation:
      'It was changed back and forth again and again, so it was stopped. If something at a service insists on its value, it will come back.',
    joined: 'Two records were made one, and this was not the same in both.',
    refused: (service: string) =>
      `${service} refused the edit, which other services may have taken already.`,
    delete_wins: (service: string) => `It was deleted at ${service} before the edit was sent.`,
    local_wins: 'The policy of this field lets ours win.',
    remote_wins: 'The policy of this field lets theirs win.',
    latest_wins:
      'The later change won here, by times set right for the clocks of the services. They say when a record changed, not each field, so “later” is only as fine as that.',
    latest_unsure:
      'The later change wins here, and which one that was could not be told: they lie too close together for what is known of the clocks, so a person is asked.',
    text: 'Both changed the same lines.',
  },
  settledBy: {
    policy: 'settled by the policy',
    deleted: 'over, the record was deleted',
    agreed: 'both sides came to agree',
    person: (name: string) => `decided by ${name}`,
  },
  stands: 'Stands since',
  now: 'now',
  always: {
    label: 'Always like this',
    local: (field: string, service: string) =>
      `From now on our ${field} wins over ${service} without asking; what loses is kept and can be brought back.`,
    remote: (field: string, service: string) =>
      `From now on the ${field} of ${service} wins over ours without asking; what loses is kept and can be brought back.`,
    kept: 'It is always like this now',
    others: (open: number, field: string) =>
      `${plural(open, 'open conflict', 'open conflicts')} of ${field} there could be settled the same way.`,
    settle: 'Settle them',
  },
  edit: {
    label: (field: string) => `The ${field} that is to stand`,
    list: 'Separated by commas',
    save: 'Let this stand',
    cancel: 'Cancel',
  },
  bulk: {
    selected: (count: number) => `${formatCount(count)} selected`,
    clear: 'Clear',
    all: 'Settle all',
    allOurs: 'Keep ours in all',
    allTheirs: 'Take theirs in all',
    titles: { local: 'Keep ours in all of them?', remote: 'Take theirs in all of them?' },
    bodies: {
      local:
        'What is here goes to the services and overwrites what stands there. The values there stay in the list of what was decided.',
      remote:
        'What stands at the services is taken over here. Our values stay in the list of what was decided.',
    },
    found: (count: number) => `${plural(count, 'field', 'fields')} would be settled.`,
    none: 'Nothing is left to settle.',
    done: (count: number) => `${plural(count, 'conflict', 'conflicts')} settled`,
    refused: (count: number) => `${plural(count, 'was', 'were')} refused`,
    left: (count: number) => `${plural(count, 'is', 'are')} still open.`,
  },
  done: {
    local: 'Ours stands',
    remote: 'Theirs stands',
    base: 'It is as before',
    value: 'The new value stands',
  },
  settled: (count: number) => `${plural(count, 'conflict', 'conflicts')} settled`,
  changed: 'It has changed since you looked',
  changedHint: 'The present values are shown; nothing was overwritten.',
  refused: 'It could not be settled',
  notSaved: 'The choice was not saved',
  undo: 'Undo',
  undone: { reopened: 'The question is open again', brought_back: 'The other value is back' },
  undoneHint: {
    reopened: 'Nobody had been told.',
    brought_back: 'It goes to the service as an edit.',
  },
  notUndone: 'It could not be undone',
  nothingToUndo: 'There is nothing to undo',
  readOnly: 'Your role lets you look, not decide.',
  skipped: (lines: number) => `${plural(lines, 'line', 'lines')} the same`,
  leftOut: (lines: number) => `${plural(lines, 'more line', 'more lines')}, in the record itself`,
  added: 'added',
  removed: 'removed',
} as const;
