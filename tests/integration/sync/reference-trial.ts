import type { Json, JsonObject } from '#lib/core/index';
import { FlowTrial, issue } from './flow-trial.ts';
import type { Bug } from './model/bugs.ts';
import type { ModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';

export const titled = (title: string, more: JsonObject = {}): JsonObject => ({
  ...issue,
  title,
  ...more,
});
/** What an object of this title is called there. */
export const idOf = ({ remote }: Side, title: string): string => {
  const found = [...remote.objects.values()].find(({ fields }) => fields['title'] === title);
  if (!found) throw new Error(`${title} is not there.`);
  return found.id;
};
export const titleOf = ({ remote }: Side, id: Json | undefined): string | null => {
  if (typeof id !== 'string') return null;
  const title = remote.objects.get(id)?.fields['title'];
  return typeof title === 'string' ? title : `nothing: ${id}`;
};
/** The title of the parent of an object, as the service has it. */
export const parentOf = (side: Side, title: string): string | null =>
  titleOf(side, side.remote.objects.get(idOf(side, title))?.fields['parent']);
export const parents = (side: Side, titles: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(titles.map((title) => [title, parentOf(side, title)]));
export const place = (side: Side, title: string, parent: string | null): void =>
  side.remote.edit(idOf(side, title), { parent: parent === null ? null : idOf(side, parent) });
export const told = ({ remote }: Side): JsonObject[] =>
  remote.writes.filter(({ by }) => by === 'hub').map(({ patch }) => patch);

export const names = ['One', 'Two', 'Three', 'Four'] as const;

/** The same objects at two services, which call them by the same names and mean others. */
export async function beginPlaced(
  at: ModelDatabase,
  count: number,
  bug: Bug | null = null,
): Promise<FlowTrial> {
  const flow = await FlowTrial.begin(at, [{ name: 'left' }, { name: 'ENG' }], bug);
  const order = names.slice(0, count).map((title, n) => ({ title, id: `ENG-${n + 1}` }));
  for (const { title, id } of order.toReversed()) {
    flow.side(0).remote.create(id, titled(title));
    await flow.work(2);
  }
  const found = [flow.side(0), flow.side(1)].map((side) => idOf(side, 'One'));
  if (found.join() !== `ENG-1,ENG-${count}`) throw new Error('They mean the same.');
  return flow;
}
