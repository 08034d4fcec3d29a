import { between, type Chance, pick, seededChance, weighted } from '../chance.ts';
import { draftIssue, type Topic } from '../seed-texts.ts';
import { apiWords, webWords } from '../seed-words.ts';
import type { IssueRow, LabelRow, PersonRow, StateRow, TeamRow } from './rows.ts';
import { seedLabels, seedPeople, seedTeams } from './seed-data.ts';
import { insertEntity } from './tables.ts';
import type { LinearWorld } from './world.ts';

const dayMs = 86_400_000;
/** The oldest issue is so many days old. */
const historyDays = 240;

const labelOfTopic: Partial<Record<Topic, string>> = {
  bug: 'Bug',
  feature: 'Feature',
  slow: 'Performance',
  test: 'Flaky test',
  upgrade: 'Dependencies',
};

type World = Pick<LinearWorld, 'clock' | 'tables' | 'settings'>;

/** Two teams, people, states, labels and issues; the same for the same number and day. */
export function seedLinear(world: World): void {
  const { tables, settings } = world;
  const chance = seededChance(settings.random);
  const people = seedPeople.map((person) =>
    insertEntity(tables.people, 'person', {
      ...person,
      email: `${person.displayName}@northwind.example`,
    }),
  );
  const shared = seedLabels.map((label) =>
    insertEntity(tables.labels, 'label', { ...label, teamUuid: null }),
  );
  for (const seed of seedTeams) {
    const team = insertEntity(tables.teams, 'team', {
      key: seed.key,
      name: seed.name,
      description: seed.description,
      private: false,
      memberUuids: people.map((person) => person.uuid),
      lastNumber: 0,
    });
    const own = seed.labels.map((label) =>
      insertEntity(tables.labels, 'label', { ...label, isGroup: false, teamUuid: team.uuid }),
    );
    const states = seed.states.map(({ share, ...state }, position) => ({
      share,
      row: insertEntity(tables.states, 'state', { ...state, teamUuid: team.uuid, position }),
    }));
    const count = seed.key === 'ENG' ? settings.issues : settings.opsIssues;
    const labels = [...shared, ...own].filter((label) => !label.isGroup);
    const context = { world, chance, people, team, labels, states };
    for (let number = 1; number <= count; number += 1) seedIssue(context, number, count);
    tables.teams.update(team.id, { lastNumber: count });
  }
}

interface SeedContext {
  world: World;
  chance: Chance;
  people: PersonRow[];
  team: TeamRow;
  labels: LabelRow[];
  states: { share: number; row: StateRow }[];
}

function seedIssue(context: SeedContext, number: number, count: number): void {
  const { world, chance, people, team, labels, states } = context;
  const { issues } = world.tables;
  const { topic, title, body } = draftIssue(chance, team.key === 'ENG' ? apiWords : webWords);
  const state = weighted(
    chance,
    states.map(({ share, row }) => [row, share] as const),
  );
  const times = timesOf(world, chance, number / count, state);
  const active = people.filter((person) => person.active);
  const named = labels.find((label) => label.name === labelOfTopic[topic]);
  const extra = chance() < 0.25 ? [pick(chance, labels)] : [];
  const parents = issues.findBy('teamUuid', team.uuid);
  const hasParent = chance() < 0.12 && parents.length > 0;
  const row = insertEntity(issues, 'issue', {
    teamUuid: team.uuid,
    number,
    title,
    description: body,
    priority: weighted(chance, [
      [0, 40],
      [1, 5],
      [2, 15],
      [3, 25],
      [4, 15],
    ]),
    stateUuid: state.uuid,
    assigneeUuid: chance() < 0.6 ? pick(chance, active).uuid : null,
    creatorUuid: pick(chance, people).uuid,
    labelUuids: [...new Set([...(named ? [named] : []), ...extra].map((label) => label.uuid))],
    parentUuid: hasParent ? pick(chance, parents).uuid : null,
    dueDate: chance() < 0.2 ? dayOf(world.clock.now() + between(chance, -20, 60) * dayMs) : null,
    startedTime: state.type === 'started' ? times.changed : null,
    completedTime: state.type === 'completed' ? times.changed : null,
    canceledTime: state.type === 'canceled' ? times.changed : null,
    // What was done long ago has been archived by itself.
    archivedTime: isLongDone(world, state, times.changed) ? times.changed : null,
    trashed: false,
  });
  issues.put({ ...row, created_at: times.created, updated_at: times.changed } satisfies IssueRow);
}

function timesOf(
  { clock }: World,
  chance: Chance,
  /** 0 for the oldest, 1 for the newest. */
  share: number,
  state: StateRow,
): { created: string; changed: string } {
  const now = clock.now();
  const createdMs = now - Math.round((1 - share) * historyDays * dayMs) - between(chance, 1, dayMs);
  const isClosed = state.type === 'completed' || state.type === 'canceled';
  const ageMs = now - createdMs;
  const livedMs = Math.min(
    Math.round(ageMs * (0.05 + 0.9 * chance())),
    between(chance, 60_000, (isClosed ? 20 : 60) * dayMs),
  );
  const iso = (ms: number): string => new Date(ms).toISOString();
  return { created: iso(createdMs), changed: iso(createdMs + livedMs) };
}

const isLongDone = ({ clock }: World, state: StateRow, changed: string): boolean =>
  state.type === 'completed' && Date.parse(changed) < clock.now() - 180 * dayMs;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
