import type { SettingChange } from './lineage-store.ts';
import type { LineageRefs, LineageStep } from './schema.ts';

/** Who gave a field the value it has, and why. Pure. */
export function settingStep(field: string, change: SettingChange | null): LineageStep {
  if (!change) {
    const text = `“${field}” has had this value for longer than the history is kept.`;
    return { code: 'before_log', text, at: null, refs: {} };
  }
  const { at } = change;
  const refs = refsOf(change);
  if (change.op === 'create') {
    const by = change.origin === 'connection' ? arrival(change) : `by ${personOf(change)}`;
    return { code: 'made', text: `It has been so since the record was made, ${by}.`, at, refs };
  }
  return { code: 'set', text: settingText(change), at, refs };
}

const unknownService = 'a service that is not connected any more';

function settingText(change: SettingChange): string {
  const service = change.connection ?? unknownService;
  switch (change.reason) {
    case 'refused':
      return `${change.connection ?? 'A service'} did not take an edit of it, so the value from before was put back.`;
    case 'joined':
      return 'It is so since two records were made one.';
    case 'remapped':
      return `It was read anew from ${service}, by other rules of mapping.`;
    case 'answered':
      return `It came from ${service}, with the answer to an edit that was sent there.`;
    case 'resolved':
      return `${personOf(change)} decided that it is this.`;
    case 'resolution_undone':
      return `${personOf(change)} took back what had been decided about it.`;
    case 'made':
    case 'withdrawn':
    case null:
      return originText(change);
  }
}

function originText(change: SettingChange): string {
  if (change.origin === 'hub') return 'Patchbay changed it. Why was not noted at the time.';
  if (change.origin === 'connection') return `It came ${arrival(change)}.`;
  const person = personOf(change);
  if (change.undo_id !== null)
    return `${person} took it back, with all else that one run had done.`;
  if (change.undoes !== null) return `${person} took back an earlier change.`;
  return `${person} set it here.`;
}

const personOf = ({ actor }: SettingChange): string => actor ?? 'Somebody';

const runNames = { backfill: 'the first reading', poll: 'a poll', reconcile: 'a sweep' } as const;

/** Webhooks and runs are kept for a shorter time than changes. */
function arrival(change: SettingChange): string {
  const from = `from ${change.connection ?? unknownService}`;
  if (change.inbox_event !== null) return `${from}, by the webhook “${change.inbox_event}”`;
  if (change.told_by_event) return `${from}, by a webhook that is not kept any more`;
  if (change.run_kind !== null) return `${from}, in ${runNames[change.run_kind]}`;
  if (change.of_run) return `${from}, in a run that is not kept any more`;
  return from;
}

function refsOf(change: SettingChange): LineageRefs {
  return present({
    position: change.position,
    connection_id: change.connection_id,
    inbox_event_id: change.inbox_event_id,
    inbox_status: change.inbox_status,
    run_id: change.undo_id === null ? change.run_id : null,
    undo_id: change.undo_id,
  });
}

const present = (refs: { [K in keyof LineageRefs]: LineageRefs[K] | null }): LineageRefs =>
  Object.fromEntries(Object.entries(refs).filter(([, value]) => value !== null)) as LineageRefs;
