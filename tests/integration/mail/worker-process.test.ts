import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { connect, type Db, transaction } from '#lib/db/index';
import { sendMail } from '#lib/mail/index';
import { type MailServer, startMailServer } from '#lib/sandbox/mail/mail-server';
import { Mailbox } from '#lib/sandbox/mail/mailbox';
import { patience } from '../../setup/patience.ts';
import {
  newKeys,
  type OwnPostgres,
  startOwnPostgres,
  startWorkerProcess,
  type WorkerProcess,
} from '../worker/worker-process.ts';

const keys = newKeys();
const running: WorkerProcess[] = [];
const workspaceId = newId();
let postgres: OwnPostgres;
let db: Db;
let directory: string;
let mailbox: Mailbox;
let server: MailServer;
/** Runs when a mail was kept, before its sender is told. */
let onKept: () => Promise<void>;

beforeAll(async () => {
  postgres = await startOwnPostgres();
  db = connect({ url: postgres.urls.workerUrl, name: 'test', max: 2 });
  directory = await mkdtemp(join(tmpdir(), 'mail-process-'));
  mailbox = new Mailbox(directory, systemClock);
  await mailbox.open();
  const add = mailbox.add.bind(mailbox);
  mailbox.add = async (mail) => {
    const kept = await add(mail);
    await onKept();
    return kept;
  };
  server = await startMailServer(mailbox, 0);
  await postgres.admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Ops', 'ops')`;
  for (const role of ['owner', 'admin', 'viewer']) {
    const id = newId();
    await postgres.admin`insert into public.users (id, email) values (${id}, ${`${role}@x.test`})`;
    await postgres.admin`
      insert into public.members (workspace_id, user_id, role) values (${workspaceId}, ${id}, ${role})`;
  }
});
afterEach(async () => {
  onKept = () => Promise.resolve();
  for (const worker of running.splice(0)) {
    worker.kill('SIGKILL');
    await worker.exited;
  }
  await mailbox.clear();
});
afterAll(async () => {
  await db.end();
  await server.close();
  await postgres.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(postgres.urls, keys, {
    SANDBOX_SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    LOG_LEVEL: 'debug',
  });
  running.push(worker);
  return worker;
}

const queue = (to: string) =>
  transaction(db, (tx) =>
    sendMail(
      tx,
      { transport: 'sandbox', sealKey: keys.worker.publicKey, clock: systemClock },
      {
        workspaceId,
        to,
        message: { kind: 'test', url: 'http://localhost:3000/canary-of-a-link', workspace: 'Ops' },
      },
    ),
  );
const statusOf = async (id: string): Promise<unknown> => {
  const [row] = await postgres.admin`select status from private.mails where id = ${id}`;
  return row?.['status'];
};

describe('the worker’s process', () => {
  it('killed when the server had taken the mail: another sends it once more, recognisably', async () => {
    const victim = await start();
    onKept = async () => {
      onKept = () => Promise.resolve();
      victim.kill('SIGKILL');
      await victim.exited;
    };
    const { id } = await queue('ann@x.test');
    await victim.exited;
    expect(await statusOf(id)).toBe('queued');
    await postgres.admin`
      update private.mails set lease_until = now() - interval '1 second', enqueued_until = null`;
    const next = await start();
    await expect.poll(() => statusOf(id), patience).toBe('sent');
    expect(mailbox.all().map(({ messageId }) => messageId)).toEqual([
      `<${id}@localhost>`,
      `<${id}@localhost>`,
    ]);
    await expect.poll(() => next.lines.join('\n'), patience).toContain('A mail was sent');
    const said = [...victim.lines, ...next.lines].join('\n');
    expect(said).not.toContain('A sweep failed');
    expect(said).not.toMatch(/canary-of-a-link|ann@x\.test/);
  });

  it('tells owners and admins once of a connection that stopped, also when it is started anew', async () => {
    const connectionId = newId();
    await postgres.admin`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, 'github', '7', 'ada', 'active')`;
    await start();
    await postgres.admin`
      update public.connections set status = 'needs_reauth', status_detail = 'GitHub refused to renew the access.'
      where id = ${connectionId}`;
    await expect.poll(() => mailbox.all().length, patience).toBe(2);
    expect(new Set(mailbox.all().flatMap(({ to }) => to))).toEqual(
      new Set(['owner@x.test', 'admin@x.test']),
    );
    const [mail] = mailbox.all();
    expect(mail?.subject).toBe('Connect GitHub again in Ops');
    expect(mail?.text).toContain('GitHub refused to renew the access.');
    expect(mail?.text).toContain(`http://localhost:3000/w/ops/connections/${connectionId}`);
    await start();
    await postgres.admin`
      update public.connections set status_detail = 'Refused again.' where id = ${connectionId}`;
    // A mail that is queued afterwards is sent afterwards, and nothing stands before it.
    const { id } = await queue('last@x.test');
    await expect.poll(() => statusOf(id), patience).toBe('sent');
    expect(mailbox.all()).toHaveLength(3);
  });
});
