import type { JsonObject } from '#lib/core/index';
import { plain, type RemoteSwitches } from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import type { Bug } from './model/bugs.ts';
import type { ModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

export const issue = { title: 'New', body: 'text', state: 'open', labels: ['a'] };

export const shown = (side: Side | undefined): JsonObject[] =>
  [...(side?.remote.objects.values() ?? [])]
    .filter(({ deleted }) => !deleted)
    .map(({ fields }) => fields);

/** Empty services in a live flow, each of which gets what the others have. */
export class FlowTrial {
  readonly trial: Trial;
  readonly flowId: string;
  private constructor(trial: Trial, flowId: string) {
    this.trial = trial;
    this.flowId = flowId;
  }

  static async begin(
    at: ModelDatabase,
    switches: Partial<RemoteSwitches>[],
    bug: Bug | null = null,
  ): Promise<FlowTrial> {
    const sides = switches.map((given, n) => ({
      switches: { ...plain, name: `side${n}`, seed: n + 1, ...given },
      objects: {},
    }));
    const trial = await Trial.apart(at, sides, bug);
    return new FlowTrial(trial, await trial.flow());
  }

  get sides(): Side[] {
    return this.trial.sides;
  }

  side(at: number): Side {
    const side = this.sides[at];
    if (!side) throw new Error('There is no such side.');
    return side;
  }

  /** What happened at the sides is told by webhooks, in order. */
  async tell(): Promise<void> {
    for (const side of this.sides) {
      await this.trial.observe(side, ...side.remote.queue.splice(0));
    }
  }

  /** Webhooks, jobs and time; a bound instead of a clock. */
  async work(rounds = 4): Promise<string[]> {
    const outcomes: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await this.tell();
      outcomes.push(...(await this.trial.runJobs(new Mortal(), ['push', 'create'])));
      await this.trial.letTimePass();
    }
    return outcomes;
  }

  /** One round in which the worker dies at a point with this name. */
  async dieAt(name: string): Promise<void> {
    await this.trial.runJobs(new Mortal((point) => point === name), ['create']);
  }

  rows() {
    return this.trial.admin`
      select state, error, next_attempt_at is null as rests from public.creations
      where workspace_id = ${this.trial.owner.workspaceId} order by id`;
  }

  living() {
    return this.trial.admin`
      select r.id, r.data, (select count(*)::int from public.links l where l.record_id = r.id) as links
      from public.records r
      where r.workspace_id = ${this.trial.owner.workspaceId} and r.deleted_at is null order by r.id`;
  }

  /** Somebody wants all that is owed, however many they are. */
  async sayYes(): Promise<void> {
    await this.trial.admin`
      update public.creations set is_planned = true where workspace_id = ${this.trial.owner.workspaceId}`;
  }

  async setFlow(status: 'live' | 'paused'): Promise<void> {
    await this.trial.admin`
      update public.flows set status = ${status} where workspace_id = ${this.trial.owner.workspaceId}`;
  }

  /** Objects at each side, links of each record, and calls that made something. */
  async state() {
    const living = await this.living();
    return {
      objects: this.sides.map((side) => shown(side).length),
      links: living.map((row) => Number(row['links'])),
      made: this.sides.reduce((sum, { remote }) => sum + remote.made.length, 0),
    };
  }

  /** One object at each side, one record that lives at all of them, nothing made twice. */
  one(): Awaited<ReturnType<FlowTrial['state']>> {
    const { length } = this.sides;
    return { objects: this.sides.map(() => 1), links: [length], made: length - 1 };
  }

  end(): Promise<void> {
    return this.trial.end();
  }
}
