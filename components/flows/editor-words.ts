import type { MergePolicy, MergeRule } from '@/lib/kinds/index';
import type { Direction } from '@/lib/sync/schema';
import type { TransformType } from './mapping';

/** All text of the page that makes or changes a flow. */
export const editorWords = {
  add: 'New flow',
  edit: 'Mapping and sides',
  save: 'Save',
  saveAndPlan: 'Save and preview',
  cancel: 'Cancel',
  saved: 'The flow is saved',
  hint: {
    new: 'No service is written to yet: the next page shows what would be, row by row.',
    draft: 'A plan made before this is void; the next page makes a new one.',
    wider:
      'With a new side it is a draft again until a plan has looked at it; what is joined goes on meanwhile.',
    live: 'It holds from the next change on. A plan made before this is void.',
  },
  incomplete: 'Choose at least two streams and what makes two objects the same.',
  faulty: 'The hub did not take it. What is wrong stands where it is.',
  name: 'Name',
  streams: {
    title: 'Which streams are kept the same',
    hint: 'Two or three, of the same kind and of different connections.',
    none: 'No connection follows a stream yet.',
    paused: 'paused',
    why: {
      taken: (flow: string) => `Is a side of “${flow}”; a stream belongs to one flow`,
      kind: (own: string, chosen: string) =>
        `${own}, and the chosen ones are ${chosen.toLowerCase()}`,
      connection: (stream: string) =>
        `Of the same connection as ${stream}: sides are of different ones`,
      full: 'A flow has at most three sides',
      disconnected: 'The connection is disconnected',
    },
    place: (place: number) => `side ${place + 1}`,
    more: 'Choose one more to go on.',
  },
  rules: {
    title: 'What makes two objects the same, and what is made',
    first: 'First side',
    makeFirst: (name: string) => `Make ${name} the first side`,
    creates: (name: string) => `Make at ${name} what is missing there`,
    createsHint:
      'What another side has and this one has not. The plan lists each before it is made.',
    cannot: 'Nothing can be made at this service; its objects are joined only.',
    match: 'Two objects are the same when these are equal',
    matchHint:
      'All of them, whatever their case and spaces. Exactly one at each side is joined; where there are several, a person chooses.',
    difference: 'Where two of them differ',
    differences: { ask: 'Ask a person', first_side: 'The first side’s value stands' },
    differenceHints: {
      ask: 'Each difference becomes a conflict. Nothing is written for it until somebody decides.',
      first_side: 'The others are changed to it. The plan shows each change from and to.',
    },
  },
  mapping: {
    title: 'What travels where',
    hint: 'The record stands left, each service beside it. Suggestions are filled in, with their reason.',
    record: 'Record',
    lonely: (count: number) => `Only at one side, or at none (${count})`,
    lonelyHint:
      'As it is these do not cross: no other side has them. A field may stand under another name there.',
    facts: (count: number) => `Facts of the service (${count})`,
    factsHint:
      'Only the service says these, so nothing is written. They can be read into the record, or left alone.',
    loading: 'Suggestions are being made',
    failed: 'No suggestions could be made',
    failedHint: 'Each field has its own name and travels both ways until you say otherwise.',
    direction: (field: string, side: string) => `${field}: direction at ${side}`,
    sideField: (field: string, side: string) => `${field}: field at ${side}`,
    policy: (field: string, side: string) => `${field}: who wins at ${side}`,
    transform: (field: string, side: string) => `${field}: change of values at ${side}`,
    suggested: 'Suggested',
    changed: 'Changed by hand',
    reset: 'Reset to suggestion',
    resetOf: (field: string, side: string) => `Reset ${field} at ${side} to the suggestion`,
    resetAll: 'Reset all to suggestions',
    stays: 'does not travel',
  },
  directions: {
    both: 'Both ways',
    out: 'From the record to the service only',
    in: 'From the service into the record only',
    none: 'Does not travel',
  } satisfies Record<Direction, string>,
  ownRule: {
    manual: 'A person decides where both changed it',
    set: 'Additions and removals of both sides are united',
    remote: 'What the service says holds',
  } satisfies Record<MergeRule, string>,
  asField: 'Default',
  policies: {
    manual: { label: 'Ask a person', hint: 'Where both sides changed it, it waits as a conflict' },
    set: { label: 'Unite', hint: 'Additions and removals of both sides hold' },
    text: {
      label: 'Merge lines',
      hint: 'Lines changed at one side hold; the same lines changed at both are asked about',
    },
    counter: { label: 'Add up', hint: 'What both sides added or took away is added up' },
    remote: { label: 'The service says', hint: 'A fact that only the service knows' },
    local_wins: {
      label: 'The record wins',
      hint: 'What was changed here or came from the other sides stands',
    },
    remote_wins: { label: 'This side wins', hint: 'What was changed at this service stands' },
    latest_wins: {
      label: 'The later one wins',
      hint: 'By times set right for the service’s clock; where they cannot tell, a person is asked. The service’s time is of the whole object, so another field changed there counts as well',
    },
  } satisfies Record<MergePolicy, { label: string; hint: string }>,
  noTransform: { label: 'As it is', hint: 'The value is the same at both' },
  transforms: {
    values: { label: 'Value map', hint: 'Each value here has one there' },
    prefix: { label: 'Prefix', hint: 'The text there begins with it, the text here does not' },
    case: { label: 'Letters', hint: 'In small or capital letters there' },
    first: { label: 'First of the list', hint: 'A list here, only its first item there' },
    list: { label: 'List of one', hint: 'One value here, a list of one there' },
  } satisfies Record<TransformType, { label: string; hint: string }>,
  values: {
    title: (field: string, side: string) => `${field}: values at ${side}`,
    here: 'In the record',
    there: (side: string) => `At ${side}`,
    pair: (at: number, where: string) => `Pair ${at + 1}, ${where}`,
    add: 'Add a pair',
    fill: (count: number) => `Add ${count} known there`,
    remove: (at: number) => `Remove pair ${at + 1}`,
    none: 'No pairs yet.',
    otherwise: 'A value without a pair',
    others: { keep: 'stays as it is', skip: 'does not travel' },
    of: 'Of several values',
    ofSeveral: { all: 'all go there', first: 'only the first goes there' },
    count: (count: number) => (count === 1 ? '1 pair' : `${count} pairs`),
    show: (field: string, side: string) => `Show the value map of ${field} at ${side}`,
    prefix: 'Text it begins with there',
    cases: { lower: 'small', upper: 'CAPITAL' },
    letters: 'Letters there',
  },
  leave: {
    title: 'Leave without saving?',
    body: 'What you changed here is lost.',
    action: 'Leave',
  },
} as const;

const fieldNames: Record<string, string> = {
  due_on: 'Due on',
  raw_state: 'State as the service calls it',
  created_at: 'Created',
  closed_at: 'Closed',
  sent_at: 'Sent',
  edited_at: 'Edited',
  paid_at: 'Paid',
  external_ref: 'Reference',
  url: 'Address',
};

/** A canonical field as people call it. */
export function fieldName(field: string): string {
  const spaced = field.replaceAll('_', ' ');
  return fieldNames[field] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
