import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { makeWorld, origin, type World } from './world.ts';

const states = isLong ? 1_000 : 30;
/** So many callbacks of one process are under way at once. */
const atOnce = 10;

let world: World;
const children: ChildProcess[] = [];
let processes: ((states: string[]) => Promise<string[]>)[];

beforeAll(async () => {
  world = await makeWorld();
  processes = await Promise.all([0, 1].map(startCallbacks));
});
afterAll(async () => {
  for (const child of children) child.stdin?.end();
  await world.close();
});

async function startCallbacks(): Promise<(states: string[]) => Promise<string[]>> {
  const script = path.join(import.meta.dirname, 'callback-process.ts');
  const child = spawn(process.execPath, ['--conditions=react-server', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL_WEB: world.database.webUrl,
      SEAL_WORKER_PUBLIC_KEY: world.web.sealKey,
      USER_ID: world.owner.userId,
      SESSION_ID: world.owner.sessionId,
      ORIGIN: origin,
    },
  });
  children.push(child);
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const next = () => new Promise<string>((resolve) => waiting.push(resolve));
  await next();
  return async (some) => {
    const answer = next();
    child.stdin.write(`${JSON.stringify(some)}\n`);
    return JSON.parse(await answer) as string[];
  };
}

it(`the same state twice at once, ${states} times over two processes: exactly one of the two goes on, and one exchange each`, async () => {
  const outcomes: string[] = [];
  for (let done = 0; done < states; done += atOnce) {
    const pages = await Promise.all(Array.from({ length: atOnce }, () => world.begin()));
    const some = pages.map((page) => page.get('state') ?? '');
    const answers = await Promise.all(processes.map((finish) => finish(some)));
    for (let n = 0; n < atOnce; n += 1) {
      outcomes.push(
        answers
          .map((each) => each[n] ?? '')
          .sort((a, b) => a.localeCompare(b))
          .join(' '),
      );
    }
  }
  // Who took the state waits for the worker; the other one is told that it was used.
  expect(new Set(outcomes)).toEqual(new Set(['commands.timeout connections.state_reused']));
  const [row] = await world.admin<{ count: number }[]>`
    select count(*)::int as count from private.commands where kind = 'connections.exchange'`;
  expect(row?.count).toBe(states);
});
