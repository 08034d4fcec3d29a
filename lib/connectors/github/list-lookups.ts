import { z } from 'zod';
import {
  type ConnectorContext,
  type LookupItem,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { pageMark } from './link-header.ts';
import { repositoryPath } from './repository-path.ts';

const perPage = 100;
const maxPages = 10;

const labelSchema = z.looseObject({ name: z.string().min(1), description: z.string().nullish() });
const userSchema = z.looseObject({ login: z.string().min(1) });

interface Lookup {
  /** Below the repository. */
  path: string;
  read(item: unknown): LookupItem | null;
}

const lookups: Readonly<Record<string, Lookup>> = {
  // https://docs.github.com/en/rest/issues/labels#list-labels-for-a-repository
  labels: {
    path: '/labels',
    read: (item) => {
      const { data } = labelSchema.safeParse(item);
      return data ? { id: data.name, name: data.name, detail: data.description || null } : null;
    },
  },
  // https://docs.github.com/en/rest/issues/assignees#list-assignees
  users: {
    path: '/assignees',
    read: (item) => {
      const { data } = userSchema.safeParse(item);
      return data ? { id: data.login, name: data.login, detail: null } : null;
    },
  },
};

/** Labels of a repository, or who can be assigned in it; ids are what an edit writes. */
export async function listLookup(
  ctx: ConnectorContext,
  name: string,
  scope: JsonObject | null,
): Promise<LookupItem[]> {
  const lookup = Object.hasOwn(lookups, name) ? lookups[name] : undefined;
  if (!lookup) throw new HubError('request.invalid', `GitHub has no ${name}.`);
  if (!scope) throw new HubError('request.invalid', `${name} belong to a repository: name one.`);
  const items = new Map<string, LookupItem>();
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await ctx.http.send({
      method: 'GET',
      path: `${repositoryPath(scope)}${lookup.path}`,
      query: { per_page: perPage, page },
    });
    if (!Array.isArray(answer.json)) throw badAnswer(`the list of ${name} is no list`);
    for (const found of answer.json) {
      const item = lookup.read(found);
      if (item) items.set(item.id, toStorableJson({ ...item }));
    }
    if (!pageMark(answer.headers.get('link'), 'next')) break;
  }
  return [...items.values()];
}
