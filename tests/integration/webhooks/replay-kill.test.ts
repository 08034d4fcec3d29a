import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { startReplay } from '#lib/webhooks/index';
import { isLong } from '../../setup/is-long.ts';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';
import { patience } from '../../setup/patience.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';
import { person } from './people.ts';

const events = isLong ? 20_000 : 1_500;
const kills = isLong ? 40 : 4;
const child = fileURLToPath(new URL('./replay-child.ts', import.meta.url));

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
  await inbox.admin`create table private.handed (event_id uuid)`;
  await inbox.admin.unsafe(`
    create function private.note_handed() returns trigger language plpgsql security definer as $$
    begin
      insert into private.handed select n.id from fresh n join stale o using (id)
      where n.status = 'pending' and o.status = 'applied';
      return null;
    end $$`);
  await inbox.admin.unsafe(`
    create trigger note_handed after update on public.inbox_events
    referencing old table as stale new table as fresh for each statement
    execute function private.note_handed()`);
});
afterAll(() => inbox.close());

const takenSoFar = async (): Promise<number> => {
  const [row] = await inbox.admin<{ taken: number }[]>`select taken from public.replays`;
  return row?.taken ?? 0;
};

/** Stands in for the applying worker, so that there is always room. */
const settleAll = () => inbox.admin`
  update public.inbox_events set status = 'ignored' where status = 'pending'`;

it('a worker killed anywhere in a replay hands out nothing twice and leaves nothing out', async () => {
  const ids = Array.from({ length: events }, () => newId());
  await inbox.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, status, next_attempt_at)
    select id, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github', 'issues',
      id::text, '{}', '{}', 'verified', 'applied', null from unnest(${ids}::uuid[]) id`;
  const editor = await person(inbox, inbox.workspaceId, 'owner');
  await asUser(inbox.web, editor, (tx) =>
    startReplay(tx, { workspaceId: inbox.workspaceId, userId: editor.userId }, { filter: {} }),
  );
  for (let round = 0; round <= kills; round += 1) {
    const worker = spawn(
      process.execPath,
      [...leavesWithParent, '--conditions=react-server', child, inbox.database.workerUrl],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    const ended = once(worker, 'exit');
    const target = Math.round(((round + 0.5) / (kills + 1)) * events);
    await expect
      .poll(async () => {
        await settleAll();
        return takenSoFar();
      }, patience)
      .toBeGreaterThanOrEqual(round === kills ? events : target);
    worker.kill('SIGKILL');
    await ended;
  }
  const handed = await inbox.admin<{ id: string; times: number }[]>`
    select event_id as id, count(*)::int as times from private.handed group by 1 order by 1`;
  expect(handed.map(({ id }) => id)).toEqual(ids);
  expect(new Set(handed.map(({ times }) => times))).toEqual(new Set([1]));
  expect(await takenSoFar()).toBe(events);
}, 120_000);
