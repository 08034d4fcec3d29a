import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Handler, Hono } from 'hono';
import type { Store } from './store.ts';

type Register = (path: string, ...handlers: Handler[]) => void;

/** What emulate's GitHub plugin asks of the application it registers its routes on. */
export interface PluginApp {
  get: Register;
  post: Register;
  put: Register;
  patch: Register;
  delete: Register;
}

/** What the plugin asks of the thing that sends webhooks. It replaces `dispatch` by a wrapper. */
interface PluginWebhooks {
  dispatch(
    event: string,
    action: string | undefined,
    payload: unknown,
    owner: string,
    repo?: string,
  ): Promise<void>;
}

export interface GithubPluginModule {
  githubPlugin: {
    register(app: PluginApp, store: Store, webhooks: PluginWebhooks, baseUrl: string): void;
  };
  seedFromConfig(store: Store, baseUrl: string, config: SeedConfig): void;
}

interface SeedConfig {
  users: { login: string; name: string; email: string; bio: string; location: string }[];
  orgs: {
    login: string;
    name: string;
    description: string;
    members: { login: string; role: 'admin' }[];
  }[];
  repos: { owner: string; name: string; description: string; private: boolean; language: string }[];
}

const marker = 'githubPlugin = {';

/**
 * emulate 0.12.2 exports a finished server only, one that takes any token for its first user. Its
 * plugins are files of their own though, with hashed names, so the file is found by what is in it.
 * The version is pinned exactly; a version that moved the plugin fails here, at start, with a sentence.
 */
export async function loadGithubPlugin(): Promise<GithubPluginModule> {
  const directory = dirname(fileURLToPath(import.meta.resolve('emulate')));
  const file = readdirSync(directory)
    .filter((name) => /^dist-\w+\.js$/.test(name))
    .find((name) => readFileSync(join(directory, name), 'utf8').includes(marker));
  if (!file) throw new Error(`emulate in ${directory} has no GitHub plugin; 0.12.2 is needed`);
  const loaded: unknown = await import(pathToFileURL(join(directory, file)).href);
  if (!isGithubPlugin(loaded))
    throw new Error(`${file} of emulate does not export its GitHub plugin`);
  return loaded;
}

function isGithubPlugin(value: unknown): value is GithubPluginModule {
  if (typeof value !== 'object' || value === null) return false;
  if (!('githubPlugin' in value && 'seedFromConfig' in value)) return false;
  const plugin = value.githubPlugin;
  return typeof plugin === 'object' && plugin !== null && 'register' in plugin;
}

/**
 * The plugin registers `/issues/:issue_number` before `/issues/comments`, which hides the latter.
 * A number is a number, so the pattern says so.
 */
export function pluginApp(app: Hono): PluginApp {
  const register =
    (method: string): Register =>
    (path, ...handlers) => {
      app.on(method, [path.replace(':issue_number', ':issue_number{[0-9]+}')], ...handlers);
    };
  return {
    get: register('GET'),
    post: register('POST'),
    put: register('PUT'),
    patch: register('PATCH'),
    delete: register('DELETE'),
  };
}
