import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Every route handler Next serves, and who may call it. /api/v1 has its contracts; the others are
 * few, so each is declared here with the reason it is open.
 */
const declared: Record<string, { methods: string[]; who: string }> = {
  'app/api/v1/[[...route]]': {
    methods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    who: 'as each contract says',
  },
  'app/api/auth/[...nextauth]': {
    methods: ['GET', 'POST'],
    who: 'everybody: it is how one comes in; POST from this origin only',
  },
  'app/api/oauth/[connector]/[workspace]/[app]/callback': {
    methods: ['GET'],
    who: 'the session that began the authorization, proved by its state',
  },
  'app/api/oauth/[connector]/callback': {
    methods: ['GET'],
    who: 'the session that began the authorization, proved by its state',
  },
  'app/api/webhooks/[connector]/[endpoint]': {
    // Some services ask by GET or HEAD whether we are there; anything else so asked is refused.
    methods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    who: 'whoever signs with the endpoint’s secret',
  },
  'app/api/health/live': { methods: ['GET'], who: 'everybody' },
  'app/api/health/ready': { methods: ['GET'], who: 'everybody' },
  'app/api/metrics': { methods: ['GET'], who: 'the bearer of the gateway’s token' },
};

function handlers(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /^route\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

function methodsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const names = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
  return names.filter((name) =>
    new RegExp(
      `export (?:async )?function ${name}\\b|\\bas ${name}\\b|export const ${name}\\b`,
    ).test(text),
  );
}

describe('the routes Next serves', () => {
  const found = handlers('app').sort();

  it('are all declared here', () => {
    expect(found.map((file) => path.dirname(file))).toEqual(Object.keys(declared).sort());
  });

  it.each(found)('%s serves the methods that are declared', (file) => {
    expect(methodsOf(file).sort()).toEqual(declared[path.dirname(file)]?.methods.toSorted());
  });

  it('hold no Server Action: pages write through /api/v1', () => {
    const sources = ['app', 'components'].flatMap((folder) =>
      readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name)),
    );
    expect(sources.length).toBeGreaterThan(50);
    const actions = sources.filter((file) =>
      /^\s*['"]use server['"]/m.test(readFileSync(file, 'utf8')),
    );
    expect(actions).toEqual([]);
  });
});
