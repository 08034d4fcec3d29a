import postgres from 'postgres';
import { connect, type Db } from '#lib/db/index';
import { freshDatabase } from '../../../setup/database.ts';

/** One database for many schedules. */
export interface ModelDatabase {
  admin: postgres.Sql;
  web: Db;
  worker: Db;
  workerUrl: string;
  close(): Promise<void>;
}

/** Nobody has a page open: what pages are told is a quarter of the work, and is tested elsewhere. */
const deaf = `
  create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
    returns void language sql as 'select';
  create or replace function private.touch(target uuid, source text, ids uuid[])
    returns void language sql as 'select'`;

export async function openModelDatabase(): Promise<ModelDatabase> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  await admin.unsafe(deaf);
  const web = connect({ url: database.webUrl, name: 'web', max: 2 });
  const worker = connect({ url: database.workerUrl, name: 'worker', max: 4 });
  return {
    admin,
    web,
    worker,
    workerUrl: database.workerUrl,
    close: async () => {
      await Promise.all([web.end({ timeout: 5 }), worker.end({ timeout: 5 }), admin.end()]);
      await database.drop();
    },
  };
}
