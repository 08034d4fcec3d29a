import { isHubError, newId } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { createSubscription, listDeliveries } from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { generateKeyPair } from '#lib/security/index';
import { type Member, makeMember } from '../sync/world.ts';
import { makeWorld, type NewChange, type World } from './delivery-world.ts';

export const keys = generateKeyPair();

export const webhook = (more: object = {}) =>
  subscriptionInputSchema.parse({
    kind: 'webhook',
    name: 'A hook',
    config: { url: 'https://example.test/hook' },
    ...more,
  });

/** What a promise came to: `done`, or the code of the fault. */
export const fault = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (isHubError(error) ? error.code : String(error)),
  );

/** So many changes of one record, one version after the other. */
export const versions = (n: number, recordId = newId()): NewChange[] =>
  Array.from({ length: n }, (_, index) => ({ recordId, version: index + 1 }));

/** The owner of a workspace of their own, and what they do with their subscriptions. */
export class Manager {
  readonly world: World;
  member: Member = { userId: '', sessionId: '', workspaceId: '' };
  private made = 0;

  constructor(world: World) {
    this.world = world;
  }

  static async make(): Promise<Manager> {
    return new Manager(await makeWorld());
  }

  /** Another workspace, and none but its subscriptions. */
  async begin(): Promise<void> {
    await this.world.admin`delete from public.subscriptions where kind <> 'analytics'`;
    this.made += 1;
    this.member = await makeMember(this.world.admin, `manager-${this.made}`);
  }

  as<T>(work: (tx: Tx) => Promise<T>, who: Member = this.member): Promise<T> {
    return asUser(this.world.web, who, work);
  }

  get deps() {
    return { userId: this.member.userId, sealKey: keys.publicKey };
  }

  create(more: object = {}) {
    const at = { workspaceId: this.member.workspaceId, input: webhook(more) };
    return this.as((tx) => createSubscription(tx, this.deps, at));
  }

  /** The oldest first. */
  async list(filter: object = {}) {
    const at = { workspaceId: this.member.workspaceId, filter, cursor: undefined, limit: 200 };
    const page = await this.as((tx) => listDeliveries(tx, at));
    return page.data.toReversed();
  }
}
