/**
 * `npm run sandbox -- <command>`: makes the sandbox live, or makes it fail, while the hub runs.
 * Reads where it listens from `.patchbay/runtime.json`, which the supervisor writes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ControlClient, type FaultSettings } from '#lib/sandbox/index';

const usage = `Usage: npm run sandbox -- <command> [--at linear, or another provider than GitHub]

  status                          what is in the sandbox, and what is going on
  activity [--rate 1] [--seconds 60] [--repo northwind/api, --at linear --team ENG] [--seed 7]
                                  people open, edit, close, reopen, label, assign and comment
  activity --stop                 they stop
  faults                          what is set to go wrong
  faults clear                    nothing goes wrong any more
  faults --status 429 [--retry-after 5] [--body json|secondary|html|huge|empty] [--times 3]
         --latency 800 | --lost-response | --refused
         [--method GET] [--path /api/repos] [--times 3, or 0 for all]
         [--drop 0.1] [--duplicate 0.1] [--reorder 0.1] [--delay 0.1] [--delay-ms 2000] [--seed 1]
         [--hourly-limit 5000]
  expire [--login mara-lindqvist] access tokens end now; refresh tokens still work
  revoke [--login mara-lindqvist] tokens are gone
  reset                           the repository of the first start, no tokens, no hooks`;

const runtimeSchema = z.object({
  origin: z.string(),
  sandbox: z.object({ url: z.url(), controlToken: z.string() }),
});

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: text,
    seconds: text,
    repo: text,
    seed: text,
    stop: flag,
    status: text,
    'retry-after': text,
    body: text,
    times: text,
    method: text,
    path: text,
    latency: text,
    'lost-response': flag,
    refused: flag,
    drop: text,
    duplicate: text,
    reorder: text,
    delay: text,
    'delay-ms': text,
    'hourly-limit': text,
    login: text,
    at: text,
    team: text,
    help: flag,
  },
});

type Values = typeof values;

function number(name: keyof Values, otherwise: number): number {
  const given = values[name];
  if (given === undefined) return otherwise;
  const read = Number(given);
  if (typeof given !== 'string' || given.trim() === '' || Number.isNaN(read)) {
    throw new Error(`--${name} needs a number`);
  }
  return read;
}

function connect(): ControlClient {
  const path = join(process.cwd(), '.patchbay', 'runtime.json');
  let raw: string;
  try {
    raw = readFileSync(path, 'utf8');
  } catch {
    throw new Error('Patchbay is not running here: start it with `npm start`, then try again.');
  }
  const { sandbox } = runtimeSchema.parse(JSON.parse(raw));
  return new ControlClient(new URL(sandbox.url).origin, sandbox.controlToken, values.at);
}

async function activity(client: ControlClient): Promise<void> {
  if (values.stop) {
    const { done } = await client.stopActivity();
    console.log(`Stopped after ${done} actions.`);
    return;
  }
  const rate = number('rate', 1);
  const seconds = number('seconds', 60);
  const place = values.at ? {} : { repo: values.repo ?? 'northwind/api' };
  const team = values.team ? { team: values.team } : {};
  const seed = number('seed', Date.now() % 1_000_000);
  await client.call('POST', '/activity', { rate, seconds, seed, ...place, ...team });
  console.log(
    `${values.team ?? values.at ?? place.repo}: ${rate} actions a second for ${seconds} s. Ctrl-C stops.`,
  );
  process.once('SIGINT', () => void client.stopActivity().finally(() => process.exit(130)));
  let shown = '';
  for (let running = true; running; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const state = await client.activity();
    if (state.last && state.last !== shown) console.log(`${state.done}  ${state.last}`);
    shown = state.last ?? shown;
    running = state.running;
  }
  const { done, refused } = await client.activity();
  console.log(`${done} actions, ${refused} refused.`);
}

type Rule = NonNullable<FaultSettings['requests']>[number];

function requestRule(): Rule | null {
  const effect = effectOf();
  if (!effect) return null;
  const times = number('times', 1);
  return {
    effect,
    times: times === 0 ? null : times,
    ...(values.method ? { method: values.method.toUpperCase() } : {}),
    ...(values.path ? { path: values.path } : {}),
  };
}

function effectOf(): Rule['effect'] | null {
  if (values['lost-response']) return { kind: 'lost-response' };
  if (values.refused) return { kind: 'refused' };
  if (values.latency) return { kind: 'latency', ms: number('latency', 0) };
  if (!values.status) return null;
  const body = z.enum(['json', 'secondary', 'html', 'huge', 'empty']).parse(values.body ?? 'json');
  return {
    kind: 'status',
    status: number('status', 500),
    body,
    ...(values['retry-after'] ? { retryAfterSeconds: number('retry-after', 0) } : {}),
  };
}

async function faults(client: ControlClient): Promise<void> {
  if (positionals[1] === 'clear') {
    console.log(JSON.stringify(await client.clearFaults(), null, 2));
    return;
  }
  const rule = requestRule();
  const rates = ['drop', 'duplicate', 'reorder', 'delay'] as const;
  const deliveries = rates.some((name) => values[name] !== undefined)
    ? {
        ...Object.fromEntries(rates.map((name) => [name, number(name, 0)])),
        delayMs: number('delay-ms', 2_000),
        seed: number('seed', 1),
      }
    : undefined;
  const hourlyLimit = values['hourly-limit'] ? number('hourly-limit', 0) : undefined;
  if (!rule && !deliveries && hourlyLimit === undefined) {
    console.log(JSON.stringify((await client.status())['faults'], null, 2));
    return;
  }
  const set = await client.setFaults({
    requests: rule ? [rule] : [],
    ...(deliveries ? { deliveries } : {}),
    ...(hourlyLimit === undefined ? {} : { hourlyLimit }),
  });
  console.log(JSON.stringify(set, null, 2));
}

const print = async (answer: Promise<unknown>): Promise<void> =>
  console.log(JSON.stringify(await answer, null, 2));

async function run(): Promise<void> {
  const command = positionals[0];
  if (values.help || command === undefined) return console.log(usage);
  const commands: Record<string, (client: ControlClient) => Promise<void>> = {
    status: (client) => print(client.status()),
    activity,
    faults,
    expire: (client) => print(client.expireTokens({ login: values.login })),
    revoke: (client) => print(client.revokeTokens({ login: values.login })),
    reset: (client) => print(client.reset()),
  };
  const chosen = commands[command];
  if (!chosen) throw new Error(`There is no command ${command}.\n\n${usage}`);
  await chosen(connect());
}

await run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
