import type { Tx } from '#lib/db/index';
import { selectRefusals } from './inbox-list-store.ts';
import type { Refusal } from './schema.ts';

/** What was refused since midnight UTC, the latest first; at most `limits.pageRows`. */
export const listRefusals = (tx: Tx, workspaceId: string): Promise<Refusal[]> =>
  selectRefusals(tx, workspaceId);
