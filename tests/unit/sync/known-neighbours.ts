import type { Hazard } from './known-hazards.ts';

const match = 'tests/unit/flows/match-records.test.ts';
const plans = 'tests/integration/flows/plans.test.ts';

/** What can go wrong around it. */
export const neighbours: Record<string, Hazard> = {
  match: [
    'the first match makes things twice, or joins what is not the same',
    [match, 'never joins two of one side, nor by different keys, nor where a third could be meant'],
    [match, 'makes nothing where it is already, and nothing twice'],
    [plans, 'joins what is the same, makes what is missing, asks where it is not sure'],
    [plans, 'leaves out what came since and what is like it, names it, and the next plan finds it'],
    [
      'tests/integration/flows/plan-services.test.ts',
      'makes nothing twice of what is new at a side while it is carried out',
    ],
    [
      'tests/integration/flows/plan-kills.test.ts',
      'leaves rows each of which is carried out exactly once, wherever it was',
    ],
    ['tests/integration/flows/plan-bugs.test.ts', '%s is noticed'],
  ],
  tenants: [
    'one workspace sees or changes what is another’s',
    ['tests/integration/records/tenancy.test.ts', 'sees nothing of any of it'],
    ['tests/system/tenancy.test.ts', 'listens to its own workspace and to no other'],
    ['supabase/tests/02_tenancy.test.sql', 'a row cannot be moved to another workspace'],
  ],
  offline: [
    'what happened while nobody listened is never seen',
    ['tests/unit/live/stages.test.ts', 'is live only after what was missed has been read'],
    [
      'tests/contract/realtime-lifecycle.test.ts',
      'a dropped socket: the client rejoins by itself and is SUBSCRIBED a second time',
    ],
    ['tests/unit/live/log-pruned.test.ts', 'fetches everything anew and goes on from the end'],
    [
      'tests/integration/realtime/positions.test.ts',
      'are never skipped and follow the versions, whatever commits first',
    ],
  ],
};
