import { formatCount } from '@/components/ui/format-number';
import type { Plan, PlanRow } from '@/lib/flows/schema';
import { many } from './words';

/** All text of the page of a plan. */
export const planWords = {
  title: 'Preview',
  what: 'What enabling would do, row by row',
  failed: 'The plan could not be read',
  rowsFailed: 'The rows could not be read',
  none: {
    title: 'See what would happen first',
    body: 'A plan compares the records of the sides: which are the same, what is missing where, and what differs. Nothing is joined, made or changed by it.',
    action: 'Make the plan',
  },
  again: 'Plan again',
  cancel: 'Stop',
  cancelled: 'The plan is stopped',
  started: 'The plan is being made',
  statuses: {
    queued: 'Waiting its turn',
    making: 'Being made',
    ready: 'Ready',
    enabling: 'Being carried out',
    done: 'Carried out',
    cancelled: 'Stopped',
    failed: 'Failed',
    void: 'Void',
  } satisfies Record<Plan['status'], string>,
  progress: {
    making: 'Comparing records',
    makingUnit: 'records',
    enabling: 'Carrying out the plan',
    enablingUnit: 'rows',
  },
  counts: {
    joins: 'joined',
    creates: 'made',
    updates: 'fields changed',
    conflicts: 'conflicts',
    reviews: 'to decide',
    deletes: 'deleted',
  } satisfies Record<keyof Plan['counts'], string>,
  countHints: {
    joins: 'Records that are the same at several sides',
    creates: 'Objects that are missing at a side and made there',
    updates: 'Fields of joined records that take another value',
    conflicts: 'Fields that differ and wait for a person; nothing is written for them',
    reviews: 'Records with more than one that could be the same',
    deletes: 'Flows delete nothing',
  } satisfies Record<keyof Plan['counts'], string>,
  estimate: ({ calls, minutes, limit }: NonNullable<Plan['estimate']>) =>
    `About ${many(calls, 'call', 'calls')} to the services, ${timeWords(minutes)}${limit ? `; ${limit.provider} lets ${formatCount(limit.objects)} new objects ${spanWords(limit.per_seconds)} be made` : ''}`,
  noCalls: 'No call to a service is needed',
  tabs: {
    all: 'All',
    join: 'Join',
    create: 'Make',
    review: 'Decide',
    skipped: 'Skipped',
    failed: 'Failed',
  },
  columns: { title: 'Record', does: 'What happens', differences: 'Differences', status: 'State' },
  actions: { join: 'Join', create: 'Make', review: 'Decide' } satisfies Record<
    PlanRow['action'],
    string
  >,
  rowStatuses: {
    planned: 'Planned',
    done: 'Done',
    skipped: 'Skipped',
    failed: 'Failed',
    rejected: 'Left out',
  } satisfies Record<PlanRow['status'], string>,
  untitled: 'without a title',
  does: {
    join: (names: string) => `is the same at ${names}`,
    create: (names: string) => `is made at ${names}`,
    open: (count: number) => `${count} could be the same`,
    chosen: (title: string) => `is “${title}”`,
    nobody: 'is none of them',
  },
  differences: {
    updates: (count: number) => many(count, 'change', 'changes'),
    conflicts: (count: number) => many(count, 'conflict', 'conflicts'),
    none: 'none',
  },
  becomes: { update: 'changes', conflict: 'conflict' },
  row: {
    joined: 'The same record',
    made: 'Made at',
    differences: 'Where they differ',
    noDifferences: 'Nothing differs.',
    conflict: 'Nothing is written for a conflict until somebody decides.',
    candidates: 'Which of these is the same?',
    nobody: 'None of them',
    nobodyHint: 'It is made where it is missing, at the sides that make.',
    undecided: 'As long as nobody decides, it is left out.',
    choose: 'Keep the choice',
    chosen: 'The choice is kept',
    open: 'Open the record',
    openThere: (service: string) => `Open in ${service}`,
    from: 'from',
    to: 'to',
  },
  empty: {
    title: 'No rows of this kind',
    body: 'Nothing of the plan does this.',
    whole: 'Nothing to do',
    wholeBody: 'The sides are the same already, or hold nothing yet. Enabling makes the flow live.',
  },
  notices: {
    void: 'The flow has changed since this plan was made',
    voidBody: 'It cannot be carried out any more. A new one sees the flow as it is now.',
    failed: 'The plan stopped with an error',
    cancelled: 'The plan was stopped',
    cancelledBody: 'What was joined and made until then stays.',
    open: (count: number) => `${many(count, 'row waits', 'rows wait')} for a decision`,
    openBody: 'What nobody decides is left out, and the next plan shows it again.',
    decide: 'Decide',
    done: 'The flow is live',
    doneBody: (done: number) => `${many(done, 'row was', 'rows were')} carried out.`,
    trouble: (skipped: number, failed: number) =>
      [
        skipped > 0 ? `${many(skipped, 'row was', 'rows were')} skipped` : null,
        failed > 0 ? `${formatCount(failed)} failed` : null,
      ]
        .filter(Boolean)
        .join(', '),
    troubleBody:
      'Their records are others by now, or a service did not take them. Each says why below; a new plan takes up what is left.',
    seeSkipped: 'See the skipped',
    seeFailed: 'See the failed',
  },
  enable: {
    action: 'Enable',
    title: (name: string) => `Enable “${name}”?`,
    lead: 'Exactly this is done, and then the flow is live:',
    joins: (count: number) => `${many(count, 'record is', 'records are')} joined`,
    creates: (count: number, names: string) =>
      `${many(count, 'object is', 'objects are')} made${names ? ` at ${names}` : ''}`,
    updates: (count: number) => `${many(count, 'field is', 'fields are')} changed`,
    conflicts: (count: number) =>
      `${many(count, 'conflict is', 'conflicts are')} opened for a person`,
    reviews: (count: number) =>
      `${many(count, 'row is', 'rows are')} carried out as somebody decided, or left out`,
    deletes: 'Nothing is deleted',
    after: 'A row whose records change meanwhile is skipped and listed.',
    live: 'From then on what is new at one side is made at the others.',
  },
} as const;

const minutesOfHour = 60;

const spanWords = (seconds: number): string =>
  seconds === 60 ? 'a minute' : seconds === 3_600 ? 'an hour' : `in ${formatCount(seconds)} s`;

function timeWords(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  if (minutes < minutesOfHour) return `about ${many(Math.round(minutes), 'minute', 'minutes')}`;
  return `about ${many(Math.round(minutes / minutesOfHour), 'hour', 'hours')}`;
}
