import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SendOutcome } from '#lib/mail/transport';
import { deliverMail, type Transport } from '#lib/mail/worker';
import { type Member, makeWorld, takeJobs, type World } from './world.ts';

let world: World;
let owner: Member;
beforeAll(async () => {
  world = await makeWorld();
  owner = await world.member();
});
afterEach(async () => {
  await world.admin`delete from private.mails`;
  await world.mailbox.clear();
});
afterAll(() => world.close());

const alive = new AbortController().signal;

/** A transport in which a worker dies: before the mail went out, or after it was taken. */
function fatal(at: 'before' | 'after') {
  const reached = Promise.withResolvers<void>();
  const wakes = Promise.withResolvers<void>();
  const real = world.deps().transport;
  const transport: Transport = {
    name: 'smtp',
    send: async (mail, signal) => {
      const outcome = at === 'after' ? await real?.send(mail, signal) : undefined;
      reached.resolve();
      await wakes.promise;
      return outcome ?? (await real?.send(mail, signal)) ?? { kind: 'accepted' };
    },
  };
  return { transport, reached: reached.promise, wake: wakes.resolve };
}

/** A transport that answers when it is woken. */
function held(outcome: SendOutcome) {
  const reached = Promise.withResolvers<void>();
  const wakes = Promise.withResolvers<void>();
  const transport: Transport = {
    name: 'smtp',
    send: async () => {
      reached.resolve();
      await wakes.promise;
      return outcome;
    },
  };
  return { transport, reached: reached.promise, wake: wakes.resolve };
}

describe('a worker that dies', () => {
  it('with a job and before it claimed the mail: the next sweep makes another job', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    expect(await takeJobs(world.workerDb)).toHaveLength(1);
    expect(await world.work()).toBe(0);
    await world.letTimePass();
    expect(await world.work()).toBe(1);
    expect(await world.mail(id)).toMatchObject({ status: 'sent' });
    expect(world.mailbox.all()).toHaveLength(1);
  });

  it('with the mail claimed and not sent: it is sent once by another', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    const { transport, reached, wake } = fatal('before');
    const dead = world.work({ transport });
    await reached;
    expect(await world.work()).toBe(0);
    await world.letTimePass();
    expect(await world.work()).toBe(1);
    expect(await world.mail(id)).toMatchObject({ status: 'sent', attempts: 2 });
    expect(world.mailbox.all()).toHaveLength(1);
    wake();
    await dead;
  });

  it('after the server took the mail: one duplicate at most, and its Message-ID says so', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    const { transport, reached, wake } = fatal('after');
    const dead = world.work({ transport });
    await reached;
    await world.letTimePass();
    expect(await world.work()).toBe(1);
    const kept = world.mailbox.all();
    expect(kept.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 2 }, () => `<${id}@patchbay.test>`),
    );
    const withoutBoundary = kept.map(({ raw }) =>
      raw.replace(/--_NmP-[^\s"]+|boundary="[^"]+"/g, ''),
    );
    expect(withoutBoundary[0]).toBe(withoutBoundary[1]);
    // The first one wakes up again: its word does not count any more.
    wake();
    await dead;
    expect(await world.mail(id)).toMatchObject({ status: 'sent', attempts: 2 });
    await world.letTimePass();
    expect(await world.work()).toBe(0);
    expect(world.mailbox.all()).toHaveLength(2);
  });

  it.each(['address_refused', 'fault'] as const)(
    'and wakes up with a %s while another one is sending: its word does not count',
    async (kind) => {
      const { id } = await world.send(owner, 'ann@x.test');
      const late = held({ kind, code: 'smtp.550', detail: 'No' });
      const dead = world.work({ transport: late.transport });
      await late.reached;
      await world.letTimePass();
      const sender = held({ kind: 'accepted' });
      const living = world.work({ transport: sender.transport });
      await sender.reached;
      late.wake();
      await dead;
      expect(await world.mail(id)).toMatchObject({ status: 'queued', code: null, attempts: 2 });
      // The lease is still the second one's: nobody begins a third try.
      await world.admin`update private.mails set enqueued_until = null`;
      expect(await world.work()).toBe(0);
      sender.wake();
      await living;
      expect(await world.mail(id)).toMatchObject({ status: 'sent', code: null });
      expect(await world.admin`select 1 from private.mail_suppressions`).toHaveLength(0);
    },
  );
});

describe('two workers', () => {
  it('send each mail once, whatever jobs they hold', async () => {
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, n) => world.send(owner, `${n}@x.test`)),
    );
    const jobs = sent.map(({ id }) => ({ mail_id: id }));
    const everybody = [...jobs, ...jobs, ...jobs].map((job) =>
      deliverMail(world.deps(), job, alive),
    );
    await Promise.all([...everybody, world.work(), world.work()]);
    expect(world.mailbox.all()).toHaveLength(12);
    expect(new Set(world.mailbox.all().map(({ messageId }) => messageId)).size).toBe(12);
  });
});

describe('a worker that is told to stop', () => {
  it('leaves the mail to the next one', async () => {
    const { id } = await world.send(owner, 'ann@x.test');
    const [job] = await takeJobs(world.workerDb);
    const stopping = new AbortController();
    stopping.abort(new Error('The worker stops'));
    await deliverMail(world.deps(), job ?? {}, stopping.signal);
    expect(await world.mail(id)).toMatchObject({ status: 'queued' });
    await world.letTimePass();
    await world.work();
    expect(world.mailbox.all()).toHaveLength(1);
  });
});
