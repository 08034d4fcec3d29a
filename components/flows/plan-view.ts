import type { ProgressState } from '@/components/ui/progress-bar';
import type { StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { Flow, Plan, PlanRow } from '@/lib/flows/schema';
import { planWords } from './plan-words';

export type TabName = keyof typeof planWords.tabs;

export interface PlanTab {
  name: TabName;
  count: number;
}

const tabOrder: readonly TabName[] = ['all', 'join', 'create', 'review', 'skipped', 'failed'];

/** The views of a plan's rows with how many each has; what went wrong only once something did. */
export function tabsOf({ counts, skipped, failed }: Plan): PlanTab[] {
  const { joins, creates, reviews } = counts;
  const many: Record<TabName, number> = {
    all: joins + creates + reviews,
    join: joins,
    create: creates,
    review: reviews,
    skipped,
    failed,
  };
  return tabOrder
    .map((name) => ({ name, count: many[name] }))
    .filter(({ name, count }) => count > 0 || !['skipped', 'failed'].includes(name));
}

/** What a tab asks the hub for. */
export function filterOf(tab: TabName): { action?: string; status?: string } {
  if (tab === 'all') return {};
  return tab === 'skipped' || tab === 'failed' ? { status: tab } : { action: tab };
}

export function toTab(name: string | null, tabs: readonly PlanTab[]): TabName {
  return tabs.find((tab) => tab.name === name)?.name ?? 'all';
}

export const planLooks: Record<Plan['status'], { tone: Tone; shape: StatusShape }> = {
  queued: { tone: 'neutral', shape: 'ring' },
  making: { tone: 'accent', shape: 'half' },
  ready: { tone: 'accent', shape: 'diamond' },
  enabling: { tone: 'accent', shape: 'half' },
  done: { tone: 'ok', shape: 'solid' },
  cancelled: { tone: 'neutral', shape: 'square' },
  failed: { tone: 'bad', shape: 'square' },
  void: { tone: 'warn', shape: 'ring' },
};

export const rowLooks: Record<PlanRow['status'], { tone: Tone; shape: StatusShape }> = {
  planned: { tone: 'neutral', shape: 'ring' },
  done: { tone: 'ok', shape: 'solid' },
  skipped: { tone: 'warn', shape: 'half' },
  failed: { tone: 'bad', shape: 'square' },
  rejected: { tone: 'neutral', shape: 'square' },
};

export interface PlanProgress {
  label: string;
  unit: string;
  state: ProgressState;
}

/** What the bar says; null where nothing moves. */
export function progressOf({ status }: Plan): PlanProgress | null {
  const text = planWords.progress;
  switch (status) {
    case 'queued':
    case 'making':
      return { label: text.making, unit: text.makingUnit, state: 'running' };
    case 'enabling':
      return { label: text.enabling, unit: text.enablingUnit, state: 'running' };
    case 'ready':
    case 'done':
    case 'cancelled':
    case 'failed':
    case 'void':
      return null;
  }
}

/** Rows of another step are others: a plan that is read on shows them anew. */
export const editionOf = (plan: Plan): string =>
  plan.status === 'enabling' ? `${plan.status}:${plan.done}` : plan.status;

/** What a member may do with a plan in this state. */
export function stepsOf(plan: Plan): { enable: boolean; again: boolean; stop: boolean } {
  return {
    enable: plan.status === 'ready',
    again: ['ready', 'done', 'cancelled', 'failed', 'void'].includes(plan.status),
    stop: ['queued', 'making', 'enabling'].includes(plan.status),
  };
}

/** What enabling does, in the numbers of the plan; zeros are left out but that nothing is deleted. */
export function enableLines(plan: Plan, makers: string): string[] {
  const text = planWords.enable;
  const { joins, creates, updates, conflicts, reviews } = plan.counts;
  return [
    joins > 0 ? text.joins(joins) : null,
    creates > 0 ? text.creates(creates, makers) : null,
    updates > 0 ? text.updates(updates) : null,
    conflicts > 0 ? text.conflicts(conflicts) : null,
    reviews > 0 ? text.reviews(reviews) : null,
    text.deletes,
  ].filter((line) => line !== null);
}

export interface SideNames {
  /** The service a stream is of, with its stream where two are of one service. */
  of: (streamId: string) => string;
}

/** Names for streams of a flow, as short as they can be told apart. */
export function sideNames(
  sides: Flow['sides'],
  providerOf: (connector: string) => string,
): SideNames {
  const names = new Map(
    sides.map((side) => {
      const service = providerOf(side.connector);
      const isShared = sides.filter(({ connector }) => connector === side.connector).length > 1;
      return [side.stream_id, isShared ? `${service} ${side.stream_name}` : service];
    }),
  );
  return { of: (streamId) => names.get(streamId) ?? 'a stream that is gone' };
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });
export const inWords = (names: readonly string[]): string => list.format(new Set(names));

/** What a row does, in a few words. */
export function doesOf(row: PlanRow, sides: SideNames): string {
  const text = planWords.does;
  switch (row.action) {
    case 'join':
      return text.join(inWords(row.others.map((other) => sides.of(other.stream_id))));
    case 'create':
      return text.create(inWords(row.targets.map(sides.of)));
    case 'review': {
      if (!row.choice) return text.open(row.others.length);
      const { record_id: chosen } = row.choice;
      if (chosen === null) return text.nobody;
      return text.chosen(row.others.find((other) => other.record_id === chosen)?.title ?? chosen);
    }
  }
}

/** How many fields of a row change and how many become conflicts. */
export function differenceCounts({ differences }: PlanRow): { updates: number; conflicts: number } {
  const conflicts = differences.filter(({ becomes }) => becomes === 'conflict').length;
  return { conflicts, updates: differences.length - conflicts };
}
