import postgres from 'postgres';
import { newId } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { freshDatabase } from '../../setup/database.ts';

/** One connection of one workspace, and workers with a pool of their own each. */
export async function makePlace(workers: number) {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
  const pools: Db[] = Array.from({ length: workers }, (_, n) =>
    connect({ url: database.workerUrl, name: `test-worker-${n}`, max: 3 }),
  );
  const addConnection = async (): Promise<{ workspaceId: string; connectionId: string }> => {
    const at = { workspaceId: newId(), connectionId: newId() };
    await admin`
      insert into public.workspaces (id, name, slug)
      values (${at.workspaceId}, 'Test', ${`w${at.workspaceId.slice(-12)}`})`;
    await admin`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${at.connectionId}, ${at.workspaceId}, 'fake', '7', 'ada', 'active')`;
    return at;
  };
  return {
    admin,
    pools,
    workerUrl: database.workerUrl,
    addConnection,
    close: async () => {
      await Promise.all([...pools.map((pool) => pool.end()), admin.end()]);
      await database.drop();
    },
  };
}
