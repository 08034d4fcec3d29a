import { describe, expect, it } from 'vitest';
import { startDraft } from '@/components/deliveries/start-draft';
import { crossingRate, crossingsOf } from '@/components/flows/flow-crossings';
import { healthOf, sidesInOrder } from '@/components/flows/flow-view';
import {
  differenceCounts,
  doesOf,
  editionOf,
  enableLines,
  filterOf,
  inWords,
  progressOf,
  sideNames,
  stepsOf,
  tabsOf,
  toTab,
} from '@/components/flows/plan-view';
import { planWords } from '@/components/flows/plan-words';
import { tellSlackPath } from '@/components/flows/tell-path';
import { type Plan, planStatuses } from '@/lib/flows/schema';
import type { Board } from '@/lib/hub/schema';
import { flow, idOf, plan, planRow, side } from './flow-sample.ts';

const providers: Record<string, string> = { github: 'GitHub', linear: 'Linear' };
const nameOf = (connector: string): string => providers[connector] ?? connector;
const sides = sideNames(flow().sides, nameOf);

describe('a plan', () => {
  it('is shown by what its rows do; what went wrong only where something did', () => {
    expect(tabsOf(plan()).map(({ name, count }) => [name, count])).toEqual([
      ['all', 152],
      ['join', 120],
      ['create', 30],
      ['review', 2],
    ]);
    const tabs = tabsOf(plan({ skipped: 4 }));
    expect(tabs.at(-1)).toEqual({ name: 'skipped', count: 4 });
    expect(toTab('skipped', tabs)).toBe('skipped');
    expect(toTab('failed', tabs)).toBe('all');
    expect([filterOf('all'), filterOf('review'), filterOf('skipped')]).toEqual([
      {},
      { action: 'review' },
      { status: 'skipped' },
    ]);
  });

  it.each(planStatuses)('that is %s can be stopped, enabled or made again, never all', (status) => {
    const { enable, again, stop } = stepsOf(plan({ status }));
    expect(enable).toBe(status === 'ready');
    expect(again).toBe(!stop);
    expect(progressOf(plan({ status })) !== null).toBe(stop);
  });

  it('repeats every number before it is enabled, and that nothing is deleted', () => {
    expect(enableLines(plan(), 'Linear')).toEqual([
      '120 records are joined',
      '30 objects are made at Linear',
      '12 fields are changed',
      '3 conflicts are opened for a person',
      '2 rows are carried out as somebody decided, or left out',
      'Nothing is deleted',
    ]);
    const none: Plan['counts'] = {
      joins: 0,
      creates: 0,
      updates: 0,
      conflicts: 0,
      reviews: 0,
      deletes: 0,
    };
    expect(enableLines(plan({ counts: none }), '')).toEqual(['Nothing is deleted']);
  });

  it('is read anew as its rows are carried out', () => {
    const running = plan({ status: 'enabling', done: 5 });
    expect(editionOf(running)).not.toBe(editionOf({ ...running, done: 6 }));
    expect(editionOf(plan())).toBe(editionOf(plan({ done: 1 })));
  });

  it('says in words how long it takes', () => {
    const words = (calls: number, minutes: number) => planWords.estimate({ calls, minutes });
    expect(words(1, 0.3)).toBe('About 1 call to the services, less than a minute');
    expect(words(42, 2.4)).toContain('about 2 minutes');
    expect(words(9_000, 150)).toContain('about 3 hours');
  });

  it('says whose bound on new objects makes it last so long', () => {
    const limit = { provider: 'GitHub', objects: 500, per_seconds: 3_600 };
    expect(planWords.estimate({ calls: 700, minutes: 62, limit })).toContain(
      '; GitHub lets 500 new objects an hour be made',
    );
    expect(
      planWords.estimate({ calls: 700, minutes: 62, limit: { ...limit, per_seconds: 60 } }),
    ).toContain('500 new objects a minute');
  });
});

describe('a row', () => {
  const other = { record_id: idOf(9), stream_id: idOf(2), title: 'Login fails', url: null };

  it('says what it does, with the services it does it at', () => {
    expect(doesOf(planRow(1, { others: [other] }), sides)).toBe('is the same at Linear');
    const made = planRow(2, { action: 'create', targets: [idOf(1), idOf(2)] });
    expect(doesOf(made, sides)).toBe('is made at GitHub and Linear');
  });

  it('in review says how many there are, whom a person chose, or that it is none', () => {
    const row = planRow(3, { action: 'review', others: [other, { ...other, title: 'Log in' }] });
    expect(doesOf(row, sides)).toBe('2 could be the same');
    expect(doesOf({ ...row, choice: { record_id: idOf(9) } }, sides)).toBe('is “Login fails”');
    expect(doesOf({ ...row, choice: { record_id: null } }, sides)).toBe('is none of them');
  });

  it('counts changes apart from conflicts', () => {
    const difference = { field: 'title', stream_id: idOf(2), from: 'a', to: 'b' };
    const row = planRow(4, {
      differences: [
        { ...difference, becomes: 'update' },
        { ...difference, becomes: 'conflict' },
      ],
    });
    expect(differenceCounts(row)).toEqual({ updates: 1, conflicts: 1 });
  });

  it('tells two streams of one service apart', () => {
    const names = sideNames([side(2), side(3)], nameOf);
    expect(names.of(idOf(3))).toBe('Linear stream 3');
    expect(names.of(idOf(8))).toContain('gone');
    expect(inWords(['A', 'A', 'B'])).toBe('A and B');
  });
});

describe('a flow', () => {
  it('is drawn by what stands still, then by what waits for a person', () => {
    expect(healthOf(flow())).toBe('waiting');
    expect(healthOf(flow({ conflicts: 0, refused: 0 }))).toBe('ok');
    expect(healthOf(flow({ status: 'paused' }))).toBe('stopped');
    expect(healthOf(flow({ status: 'draft' }))).toBe('idle');
    const turned = sidesInOrder(flow({ sides: [side(2), side(1)] }));
    expect(turned.map(({ position }) => position)).toEqual([0, 1]);
  });

  it('shows changes of its kind at its services only', () => {
    const change = { kind: 'task', connection_id: idOf(101), position: 1 };
    const latest = [
      change,
      { ...change, position: 2, kind: 'payment' },
      { ...change, position: 3, connection_id: idOf(199) },
      { ...change, position: 4, connection_id: null },
    ] as unknown as Board['latest'];
    expect(crossingsOf(flow(), latest).map(({ position }) => position)).toEqual([1]);
    const connections = [
      { id: idOf(101), changes_per_hour: 4 },
      { id: idOf(102), changes_per_hour: 6 },
      { id: idOf(103), changes_per_hour: 90 },
    ] as Board['connections'];
    expect(crossingRate(flow(), connections)).toBe(10);
  });

  it('leads to a subscription of its streams for Slack', () => {
    const of = { name: 'Issues', kind: 'task' as const, streamIds: [idOf(1), idOf(2)] };
    const path = new URL(tellSlackPath('/w/ops', of), 'http://hub.test');
    expect(path.pathname).toBe('/w/ops/deliveries');
    expect(startDraft(path.searchParams)).toMatchObject({
      kind: 'slack',
      name: 'Issues',
      kinds: ['task'],
      streams: [idOf(1), idOf(2)],
    });
    const bare = new URL(tellSlackPath('/w/ops'), 'http://hub.test');
    expect(startDraft(bare.searchParams)).toMatchObject({ kind: 'slack', kinds: [], streams: [] });
    expect(startDraft(new URLSearchParams('new=pigeon'))).toBeNull();
  });
});
