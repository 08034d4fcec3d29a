import { formatCount, formatUpTo } from '@/components/ui/format-number';
import { flowCountMost } from '@/lib/flows/schema';

const many = (count: number, one: string, more: string) =>
  `${formatCount(count)} ${count === 1 ? one : more}`;

/** Figures of a flow are not counted beyond a bound. */
const upTo = (count: number, one: string, more: string) =>
  `${formatUpTo(count, flowCountMost)} ${count === 1 ? one : more}`;

/** All text of the list of flows and of a flow's page; the mapping and the plan have their own. */
export const words = {
  title: 'Flows',
  one: 'Flow',
  sub: 'Streams that are kept the same',
  add: 'New flow',
  failed: 'The flows could not be loaded',
  oneFailed: 'The flow could not be read',
  loading: 'The flows are loading',
  oneLoading: 'The flow is loading',
  refused: 'That did not work',
  empty: {
    title: 'No streams are kept the same yet',
    body: 'A flow joins two or three streams of different services. An issue that is changed at one side is changed at the others; one that is new at one side is made at the others. Before anything happens you see exactly what would.',
  },
  few: {
    title: 'A flow needs streams of two services',
    body: 'Connect a second service and choose what to follow there; then its streams can be kept the same.',
    action: 'Connect a service',
  },
  kinds: {
    task: 'Tasks',
    message: 'Messages',
    contact: 'Contacts',
    event: 'Events',
    payment: 'Payments',
    document: 'Documents',
  },
  statuses: { draft: 'Draft', live: 'Live', paused: 'Paused' },
  statusHints: {
    draft: 'Nothing is joined yet. Make a plan and look at it first.',
    live: 'Changes cross at once; what is new at one side is made at the others.',
    paused:
      'Nothing crosses, and edits made here wait as well. What is joined stays joined, and the services are still read.',
  },
  owedWaits: (owed: number) =>
    `${upTo(owed, 'change or object waits', 'changes and objects wait')} for the flow to be resumed.`,
  figures: {
    joined: 'Joined',
    owed: 'Owed',
    unknown: 'Nobody knows',
    conflicts: 'Conflicts',
    refused: 'Refused',
    plan: 'Last plan',
  },
  figureHints: {
    joined: 'Records that live at more than one side',
    owed: 'Objects to be made and changes on their way',
    unknown:
      'Sent, and the service did not answer: what became of it is looked up, and it is not sent again before that is known',
    conflicts: 'Fields changed at several sides, which wait for a decision',
    refused: 'What a service did not take: objects to be made, and edits',
  },
  noPlan: 'none yet',
  seePlan: 'See the plan',
  actions: {
    pause: 'Pause',
    resume: 'Resume',
    remove: 'Remove',
    edit: 'Mapping and sides',
    plan: 'Preview',
    planAgain: 'Plan again',
    open: 'Open',
    more: (name: string) => `More about ${name}`,
  },
  pause: {
    title: (name: string) => `Pause “${name}”?`,
    body: (joined: number) =>
      `Nothing crosses any more, edits made here wait as well, and nothing is made at the other sides. ${
        joined === 0
          ? 'Nothing is joined yet.'
          : `${upTo(joined, 'joined record stays', 'joined records stay')} joined.`
      } The services are still read. What changes meanwhile crosses when the flow is resumed; what is new meanwhile is found by the next plan.`,
  },
  resume: {
    title: (name: string) => `Resume “${name}”?`,
    body: 'What changed meanwhile, at one side or here, goes to the others now. Where both sides changed the same field, it follows the policy of the field. Objects that are new since the pause are not made by this: the next plan finds them.',
  },
  paused: (name: string) => `“${name}” is paused`,
  resumed: (name: string) => `“${name}” goes on`,
  removed: (name: string) => `“${name}” is gone`,
  remove: {
    title: (name: string) => `Remove “${name}”?`,
    body: (joined: number, owed: number) =>
      [
        joined === 0
          ? 'Nothing is joined, so nothing comes apart.'
          : `${upTo(joined, 'record stays', 'records stay')} joined, with all links, and the services are kept apart: an edit at one does not reach the others any more, and the record shows the latest of them. An edit made here still goes to each of its services.`,
        'New objects are not made at the other sides any more.',
        owed === 0
          ? null
          : `${upTo(owed, 'change or object is', 'changes and objects are')} owed: objects are not made, edits of one service do not reach another, and edits made here go out.`,
        'Nothing is deleted at any service. Streams go on being read, and keep their mapping; a new flow of them, once its plan is enabled, keeps them the same again from then on.',
      ]
        .filter(Boolean)
        .join(' '),
  },
  sides: {
    title: 'Sides',
    first: 'Its values stand where nobody else decides',
    creates: 'What is missing here is made',
    createsNot: 'Nothing is made here',
    cannot: 'This service lets nothing be made',
    records: (count: number) => many(count, 'record', 'records'),
    changed: 'last change',
    gone: 'The stream is not there any more',
  },
  phases: {
    waiting: 'Waiting',
    backfill: 'First read',
    live: 'Live',
    paused: 'Paused',
    failed: 'Failed',
  },
  way: (joined: number) =>
    joined === 0 ? 'nothing joined yet' : upTo(joined, 'record joined', 'records joined'),
  facts: {
    title: 'How it works',
    match: 'Same when',
    matchValue: (fields: readonly string[]) => `${fields.join(' and ')} are equal`,
    matchOne: (field: string) => `${field} is equal`,
    difference: 'Differences',
    differences: {
      first_side: 'The first side’s value stands',
      ask: 'A person is asked',
    },
    version: 'Version',
    made: 'Made',
    changed: 'Changed',
  },
  crossings: {
    title: 'Changed at its services just now',
    perHour: (count: number) => `${formatCount(count)} changes an hour`,
    none: 'Nothing has changed at these services of late.',
    failed: 'What has changed could not be read.',
    retry: 'Read it again',
    untitled: 'without a title',
    hub: 'in the hub',
    at: (place: string) => `at ${place}`,
  },
  owed: {
    title: 'Objects to be made',
    none: 'Nothing is owed: what one side has, the others have.',
    failed: 'What is owed could not be read',
    retry: 'Try again',
    retried: 'It is tried again',
    drop: 'Let it be',
    dropped: 'It is not made any more',
    many: 'So many new objects at once are not usual, so nothing is made before you have looked.',
    release: 'Make them all',
    released: 'They are made now',
    states: {
      owed: 'Waiting',
      sending: 'On its way',
      unknown: 'Nobody knows',
      refused: 'Refused',
      done: 'Made',
      cancelled: 'Let be',
    },
    stateHints: {
      unknown:
        'The service did not answer. Whether it was made is looked up there; it is not sent again before that is known.',
    },
    open: 'Open the record',
    showing: (shown: number, total: number) =>
      `The first ${formatCount(shown)} of ${formatCount(total)}`,
  },
  tell: {
    title: 'Only want to hear of it?',
    body: 'A Slack channel can be told of each change in these streams, without a flow.',
    action: 'Tell a Slack channel instead',
    offer: 'Tell a Slack channel',
    only: 'To hear of changes in Slack no flow is needed: a channel is told of them.',
    at: 'To hear of the chosen streams in a channel no flow is needed.',
  },
} as const;

export { many };
