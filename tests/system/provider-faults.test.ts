import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '#lib/core/index';
import type { FaultSettings } from '#lib/sandbox/index';
import { closeCase, editInGitHub, type HubCase, openLiveCase, untilEqual } from './hub-case.ts';
import { type Kept, owner } from './person.ts';
import { eventually, until } from './waiting.ts';

type Effect = NonNullable<FaultSettings['requests']>[number]['effect'];

interface FaultCase {
  name: string;
  effect: Effect;
  code: ErrorCode;
}

const status = (code: number, body: 'json' | 'html' | 'huge' | 'empty' = 'json'): Effect => ({
  kind: 'status',
  status: code,
  body,
});

const faults: FaultCase[] = [
  { name: '403', effect: status(403), code: 'provider.forbidden' },
  { name: '404', effect: status(404), code: 'provider.not_found' },
  { name: '422', effect: status(422), code: 'provider.refused' },
  {
    name: '429',
    effect: { kind: 'status', status: 429, retryAfterSeconds: 1 },
    code: 'provider.rate_limited',
  },
  { name: '500', effect: status(500), code: 'provider.unavailable' },
  { name: 'HTML', effect: status(200, 'html'), code: 'provider.bad_answer' },
  { name: '10 MB', effect: status(200, 'huge'), code: 'provider.answer_too_large' },
  { name: 'nothing', effect: { kind: 'refused' }, code: 'provider.unreachable' },
];

const recoveryDeadlineMs = 30_000;
/** Each try of a call waits fifteen seconds for an answer. */
const silenceDeadlineMs = 120_000;

describe('GitHub answering what it should not', () => {
  let world: HubCase & Kept;

  beforeAll(async () => {
    world = await openLiveCase();
  });
  afterAll(() => closeCase(world));

  const check = () =>
    world.person.call<{ code?: string; status?: string }>(
      'POST',
      `/connections/${world.connectionId}/check`,
    );

  it.each(faults)('$name is named $code, and passes', async ({ effect, code }) => {
    const { person, sandbox, connectionId } = world;
    await sandbox.setFaults({ requests: [{ path: '/api/', times: null, effect }] });
    const answer = await check();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json.code).toBe(code);
    // A poll or a webhook's upkeep that meets the same fault has lines of its own.
    const row = await eventually('the log names it, and what was done about it', async () =>
      (await person.log(connectionId)).find(
        (one) => one.code === code && one.details['outcome'] !== undefined,
      ),
    );
    expect(row.message.length).toBeGreaterThan(10);
    expect(row.details['outcome']).toMatch(/\.$/);
    expect((await person.connection(connectionId)).status).toBe('active');

    await sandbox.clearFaults();
    const passed = async () => (await check()).status === 200;
    await until('the connection works again', passed, recoveryDeadlineMs);
    expect((await person.connection(connectionId)).status).toBe('active');
  });

  it('silence is named provider.timeout, and passes', async () => {
    const { person, sandbox, connectionId } = world;
    const effect: Effect = { kind: 'latency', ms: 120_000 };
    await sandbox.setFaults({ requests: [{ path: '/api/', times: null, effect }] });
    // Whoever asked is told before the last of the tries is given up.
    expect((await check()).status).toBeGreaterThanOrEqual(400);
    const row = await eventually(
      'the log names it',
      async () => (await person.log(connectionId)).find((one) => one.code === 'provider.timeout'),
      silenceDeadlineMs,
    );
    expect(row.details['outcome']).toMatch(/\.$/);
    await sandbox.clearFaults();
    const passed = async () => (await check()).status === 200;
    await until('the connection works again', passed, recoveryDeadlineMs);
    expect((await person.connection(connectionId)).status).toBe('active');
  });

  it('401 asks for a new authorization, and gets it in place', async () => {
    const { person, sandbox, connectionId } = world;
    await sandbox.revokeTokens({ login: owner });
    const answer = await check();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const connection = await person.connection(connectionId);
    expect(connection).toMatchObject({ status: 'needs_reauth' });
    expect(connection.status_code).toBeTruthy();
    expect(connection.status_detail).toMatch(/\.$/);
    await editInGitHub(sandbox, 30, { title: 'Edited while nobody could read' });

    await person.connectGitHub(owner, connectionId);
    expect(await person.connection(connectionId)).toMatchObject({ status: 'active' });
    expect((await check()).status).toBe(200);
    await untilEqual(world);
  });
});
