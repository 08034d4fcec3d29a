import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi, routes } from '#lib/api/index';
import { openApiDocument } from '#lib/api/openapi';
import { newId } from '#lib/core/index';
import { sampleRequest } from '../../contract/matrix-samples.ts';
import { makeWorld, type World } from '../../contract/matrix-world.ts';
import { naughtyStrings } from '../../fixtures/hostile/naughty-strings.ts';
import { isLong } from '../../setup/is-long.ts';
import { type TextField, textFieldsOf, withText } from './text-fields.ts';
import { request } from './web-fixture.ts';

let world: World;
let api: Api;
let before = 0;
beforeAll(async () => {
  world = await makeWorld();
  api = createApi(world.web.hub);
});
afterAll(() => world.close());

/** Of every text field all strings in the long run; otherwise so many, each field another part. */
const perField = isLong ? naughtyStrings.length : 2;
const fields = textFieldsOf(openApiDocument(routes));

const stringsFor = (at: number): string[] =>
  Array.from({ length: perField }, (_, n) => {
    return naughtyStrings[(at * perField + n) % naughtyStrings.length] ?? '';
  });

interface Fault {
  field: string;
  text: string;
  status: number;
  type: string | null;
}

async function send(field: TextField, text: string): Promise<Fault | null> {
  const route = routes.find(({ contract }) => contract.id === field.operation);
  if (!route) throw new Error(`No route is called ${field.operation}`);
  const sample = await sampleRequest(world, route, 'owner', 'own');
  const answer = await api.fetch(await withText(sample, route.contract.path, field, text));
  const type = answer.headers.get('content-type');
  const name = `${field.operation} ${field.in} ${field.path.join('.')}`;
  const fault = {
    field: name,
    text: JSON.stringify(text).slice(0, 80),
    status: answer.status,
    type,
  };
  if (answer.status < 400) {
    await answer.body?.cancel();
    return null;
  }
  const told = await answer.text();
  const isTyped = type === 'application/problem+json' && /"code":"[a-z]+\.[a-z0-9_]+"/.test(told);
  return answer.status < 500 && isTyped ? null : fault;
}

describe(`every text field of the API (${fields.length} of them)`, () => {
  it('is known from the contracts: paths, queries and bodies', () => {
    expect(fields.length).toBeGreaterThan(60);
    for (const place of ['path', 'query', 'body']) {
      expect(fields.some((field) => field.in === place)).toBe(true);
    }
  });

  it.each(['path', 'query', 'body'] as const)(
    'in the %s: whatever is written there gets a typed answer, never 5xx',
    async (place) => {
      // The first round warms the process up: what it loads then it keeps.
      if (place === 'query') before = process.memoryUsage().rss;
      const faults: Fault[] = [];
      for (const [at, field] of fields.entries()) {
        if (field.in !== place) continue;
        for (const text of stringsFor(at)) {
          const fault = await send(field, text);
          if (fault) faults.push(fault);
        }
      }
      expect(faults).toEqual([]);
    },
    isLong ? 3_600_000 : undefined,
  );

  it('leaves nothing in the log that says a mistake of ours', () => {
    expect(world.web.logged.filter((line) => /unexpected|could not answer/i.test(line))).toEqual(
      [],
    );
  });
});

/** What a record keeps of a text, in words of the product: the fields of all services are compared so. */
const canonical = {
  title: (text: string) => text.normalize('NFC').trim(),
  body: (text: string) => text.normalize('NFC').replace(/\r\n?/g, '\n').trimEnd(),
};

describe('the title and the body of a record', () => {
  it.each(['title', 'body'] as const)(
    '%s: each naughty string comes back byte for byte in its canonical form, or is refused by name',
    async (field) => {
      const { cookie } = world.people.owner;
      const id = await world.row('record', world.own);
      const same: boolean[] = [];
      const refusals = new Set<string>();
      let version = 1;
      for (const text of naughtyStrings.filter((_, n) => isLong || n % 12 === 0)) {
        const answer = await api.fetch(
          request(`/records/${id}`, {
            method: 'PATCH',
            cookie,
            json: { mutation_id: newId(), version, data: { [field]: text } },
          }),
        );
        if (answer.status === 200) {
          const seen = await api.fetch(request(`/records/${id}`, { cookie }));
          const shown = (await seen.json()) as { version: number; data: Record<string, unknown> };
          version = shown.version;
          same.push((shown.data[field] ?? '') === canonical[field](text));
        } else {
          const { code } = (await answer.json()) as { code: string };
          refusals.add(`${answer.status} ${code}`);
        }
      }
      expect(same.length).toBeGreaterThan(naughtyStrings.length / (isLong ? 2 : 20));
      expect(same.every(Boolean)).toBe(true);
      expect([...refusals].filter((one) => !one.startsWith('400 request.'))).toEqual([]);
    },
  );
});

it('after all of that the process has grown by 50 MB at most', () => {
  globalThis.gc?.();
  expect((process.memoryUsage().rss - before) / 1_048_576).toBeLessThanOrEqual(50);
});
