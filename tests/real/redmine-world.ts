import { redmineApi } from '#lib/connectors/redmine/api';
import { redmine } from '#lib/connectors/redmine/index';
import type {
  ContractEntry,
  ContractStream,
  ContractWorld,
} from '../contract/connectors/contract-entry.ts';

/** A Redmine that runs, with what its administrator may do. */
export interface RedmineAt {
  url: string;
  adminKey: string;
}

interface Shown {
  id: number;
  [key: string]: unknown;
}

type Act = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  json?: object,
) => Promise<unknown>;

/** Calls as the administrator, who is somebody else than the account of the connection. */
export function administratorOf({ url, adminKey }: RedmineAt): Act {
  return async (method, path, json) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'x-redmine-api-key': adminKey, 'content-type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  };
}

const partOf = (answer: unknown, key: string): Shown =>
  (answer as Record<string, Shown>)[key] as Shown;
const listOf = (answer: unknown, key: string): Shown[] =>
  (answer as Record<string, Shown[]>)[key] ?? [];

export interface SeededProject {
  projectId: number;
  /** Another project, with the same members. */
  otherId: number;
  ada: { id: number; key: string; login: string; password: string };
  issue: (subject: string, more?: object) => Promise<number>;
  change: (id: number, fields: object) => Promise<void>;
  show: (id: number) => Promise<Shown>;
  remove: (id: number) => Promise<void>;
  ids: () => Promise<number[]>;
}

/** A private project with two members, Ada and Bob, and as many issues as wanted. */
export async function seedProject(
  at: RedmineAt,
  tag: string,
  issues: number,
): Promise<SeededProject> {
  const act = administratorOf(at);
  const project = partOf(
    await act('POST', '/projects.json', {
      project: { name: `Pumps ${tag}`, identifier: `pumps-${tag}`, is_public: false },
    }),
    'project',
  );
  const other = partOf(
    await act('POST', '/projects.json', {
      project: { name: `Valves ${tag}`, identifier: `valves-${tag}`, is_public: false },
    }),
    'project',
  );
  const roles = listOf(await act('GET', '/roles.json'), 'roles');
  const manager = roles.find(({ name }) => name === 'Manager')?.id;
  const password = `Pa55-${tag}-word`;
  const join = async (login: string, firstname: string, lastname: string): Promise<Shown> => {
    const user = { login, firstname, lastname, mail: `${login}@example.test`, password };
    const made = partOf(await act('POST', '/users.json', { user }), 'user');
    const membership = { user_id: made.id, role_ids: [manager] };
    for (const { id } of [project, other]) {
      await act('POST', `/projects/${id}/memberships.json`, { membership });
    }
    return partOf(await act('GET', `/users/${made.id}.json`), 'user');
  };
  const ada = await join(`ada-${tag}`, 'Ada', `Lovelace ${tag}`);
  await join(`bob-${tag}`, 'Bob', `Builder ${tag}`);
  const issue: SeededProject['issue'] = async (subject, more = {}) =>
    partOf(
      await act('POST', '/issues.json', { issue: { project_id: project.id, subject, ...more } }),
      'issue',
    ).id;
  for (let n = 1; n <= issues; n += 1) {
    await issue(`Pump ${n}`, { description: `Pump ${n} *leaks*` });
  }
  return {
    projectId: project.id,
    otherId: other.id,
    ada: {
      id: ada.id,
      key: String(ada['api_key']),
      login: `ada-${tag}`,
      password,
    },
    issue,
    change: async (id, fields) => {
      await act('PUT', `/issues/${id}.json`, { issue: fields });
    },
    show: async (id) => partOf(await act('GET', `/issues/${id}.json`), 'issue'),
    remove: async (id) => {
      await act('DELETE', `/issues/${id}.json`);
    },
    ids: async () => {
      const found: number[] = [];
      for (let offset = 0; ; offset += 100) {
        const path = `/issues.json?project_id=${project.id}&status_id=*&limit=100&offset=${offset}`;
        const page = listOf(await act('GET', path), 'issues');
        found.push(...page.map(({ id }) => id));
        if (page.length < 100) return found;
      }
    },
  };
}

/** More than a page of 100. */
const seededIssues = 115;

export const entryOf = (at: RedmineAt): ContractEntry => ({
  connector: redmine,
  api: redmineApi,
  source: 'the real service',
  start: () => startWorld(at),
});

async function startWorld(at: RedmineAt): Promise<ContractWorld> {
  const tag = 'contract';
  const seeded = await seedProject(at, tag, seededIssues);
  const { host } = new URL(at.url);
  return {
    apiBaseUrl: at.url,
    auth: 'api_key',
    credential: seeded.ada.key,
    wrongCredential: 'f'.repeat(40),
    account: { id: `${host}/users/${seeded.ada.id}`, name: `Ada Lovelace ${tag} at ${host}` },
    streams: [await streamOf(seeded, tag)],
    dispose: () => Promise.resolve(),
  };
}

async function streamOf(seeded: SeededProject, tag: string): Promise<ContractStream> {
  const scope = { project_id: seeded.projectId };
  const refOf = (id: number) => ({ externalId: String(id), externalKey: String(id), scope });
  const parent = await seeded.issue('A parent of others');
  let turn = 0;
  return {
    resource: 'issues',
    scopeKey: String(seeded.projectId),
    all: async () => (await seeded.ids()).map(String),
    change: async () => {
      turn += 1;
      const [first = 0] = await seeded.ids();
      const title = `Changed ${turn}`;
      await seeded.change(first, { subject: title, description: `Why ${turn}` });
      return { externalId: String(first), fields: { title, body: `Why ${turn}` }, told: '' };
    },
    remove: async () => {
      const id = await seeded.issue('Soon gone');
      await seeded.remove(id);
      return { ...refOf(id), told: '' };
    },
    move: async () => {
      const id = await seeded.issue('Soon elsewhere');
      await seeded.change(id, { project_id: seeded.otherId });
      return { ...refOf(id), scopeKey: String(seeded.otherId), newId: String(id), told: '' };
    },
    write: async () => {
      turn += 1;
      const fields = {
        title: `Written ${turn}`,
        body: `Body ${turn}\n\nwith *more*`,
        state: 'done',
        assignees: [`Bob Builder ${tag}`],
        priority: 'Urgent',
        due_on: '2031-01-02',
        parent: String(parent),
      };
      return { ref: refOf(await seeded.issue(`To be written ${turn}`)), fields };
    },
    fresh: () => {
      turn += 1;
      const fields = {
        title: `Made ${turn}`,
        body: `Body ${turn}\n\nwith *more*`,
        assignees: [`Bob Builder ${tag}`],
        priority: 'Urgent',
        due_on: '2031-01-02',
        parent: String(parent),
      };
      return { fields, told: '' };
    },
    refusedFresh: () => ({ fields: { title: 'x'.repeat(300) }, field: 'title' }),
    refused: async () => {
      const id = await seeded.issue('Begins late', { start_date: '2030-06-01' });
      return { ref: refOf(id), fields: { due_on: '2030-01-01' }, field: 'due_on' };
    },
  };
}
