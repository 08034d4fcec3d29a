import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { type JsonObject, newId, systemClock } from '#lib/core/index';
import { asUser, connect, type Db, type Tx, transaction } from '#lib/db/index';
import { type MailDesk, sendMail } from '#lib/mail/index';
import type { MailMessage } from '#lib/mail/message';
import { type DeliveryDeps, deliverMail, enqueueDueMails, smtpTransport } from '#lib/mail/worker';
import { logger } from '#lib/observability/index';
import { startMailServer } from '#lib/sandbox/mail/mail-server';
import { Mailbox } from '#lib/sandbox/mail/mailbox';
import { generateKeyPair } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { freshDatabase } from '../../setup/database.ts';

export interface Member {
  userId: string;
  sessionId: string;
  workspaceId: string;
  email: string;
}

export type World = Awaited<ReturnType<typeof makeWorld>>;

/** The outbox on a real PostgreSQL, and a real SMTP server to send to. */
export async function makeWorld() {
  const database = await freshDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'mail-test-'));
  const mailbox = new Mailbox(directory, systemClock);
  await mailbox.open();
  const server = await startMailServer(mailbox, 0);
  const admin = postgres(database.superuserUrl, { max: 3, onnotice: () => undefined });
  const webDb = connect({ url: database.webUrl, name: 'test-web', max: 4 });
  const workerDb = connect({ url: database.workerUrl, name: 'test-worker', max: 8 });
  const keys = generateKeyPair();
  const desk: MailDesk = { transport: 'smtp', sealKey: keys.publicKey, clock: systemClock };
  const deps = (over: Partial<DeliveryDeps> = {}): DeliveryDeps => ({
    db: workerDb,
    opener: createOpener(keys.privateKey),
    transport: smtpTransport({ name: 'smtp', url: `smtp://127.0.0.1:${server.port}` }),
    from: { address: 'hub@patchbay.test', name: 'Patchbay' },
    clock: systemClock,
    log: logger('test', 'silent'),
    ...over,
  });
  return {
    database,
    admin,
    webDb,
    workerDb,
    mailbox,
    server,
    keys,
    desk,
    deps,
    member: (role = 'owner', workspaceId?: string) => newMember(admin, role, workspaceId),
    /** As a member of the workspace, in a transaction of their own. */
    send: (member: Member, to: string, message: MailMessage = testMessage, more = {}) =>
      asUser(webDb, member, (tx) =>
        sendMail(tx, desk, { workspaceId: member.workspaceId, to, message, ...more }),
      ),
    /** What the queue does: due rows become jobs, jobs are handled. */
    async work(over: Partial<DeliveryDeps> = {}): Promise<number> {
      const jobs = await takeJobs(workerDb);
      await Promise.all(
        jobs.map((job) => deliverMail(deps(over), job, new AbortController().signal)),
      );
      return jobs.length;
    },
    mail: async (id: string) => {
      const [row] = await admin`select * from private.mails where id = ${id}`;
      if (!row) throw new Error('no such mail');
      return row;
    },
    /** The wait before the next try, and a dead worker's lease, are over. */
    letTimePass: () => admin`
      update private.mails set retry_at = least(retry_at, now()), enqueued_until = null,
        lease_until = least(lease_until, now() - interval '1 second')`,
    async close() {
      await Promise.all([webDb.end(), workerDb.end(), admin.end(), server.close()]);
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const testMessage: MailMessage = {
  kind: 'test',
  url: 'http://localhost:3000/w/x/settings',
  workspace: 'Ops',
};

export async function takeJobs(db: Db): Promise<JsonObject[]> {
  const jobs: JsonObject[] = [];
  const send = async (_tx: Tx, _name: string, sent: { payload: JsonObject }[]): Promise<void> => {
    jobs.push(...sent.map(({ payload }) => payload));
  };
  await transaction(db, (tx) => enqueueDueMails(tx, { send }));
  return jobs;
}

async function newMember(
  admin: postgres.Sql,
  role: string,
  workspaceId: string | undefined,
): Promise<Member> {
  const member = {
    userId: newId(),
    sessionId: newId(),
    workspaceId: workspaceId ?? newId(),
    email: `${newId()}@x.test`,
  };
  await admin`insert into public.users (id, email) values (${member.userId}, ${member.email})`;
  await admin`
    insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${member.sessionId}, ${randomBytes(32)}, ${member.userId}, now() + interval '1 day')`;
  if (workspaceId === undefined) {
    await admin`
      insert into public.workspaces (id, name, slug)
      values (${member.workspaceId}, 'Ops', ${`w${member.workspaceId.slice(-12)}`})`;
  }
  await admin`
    insert into public.members (workspace_id, user_id, role)
    values (${member.workspaceId}, ${member.userId}, ${role})`;
  return member;
}
