import { githubActivity } from './activity.ts';
import { answerApi } from './api.ts';
import { AuthorizationCodes } from './authorization-codes.ts';
import { createControl } from './control.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { type GithubPluginModule, loadGithubPlugin } from './emulate-plugin.ts';
import { Faults } from './faults.ts';
import { Journal } from './journal.ts';
import { linksAt, prefix } from './links.ts';
import type { Lifetimes, SeedOptions } from './options.ts';
import type { DoubleParts, ProviderDouble } from './provider-double.ts';
import { RateWindow } from './rate-window.ts';
import type { RequestLog } from './request-log.ts';
import { createRest } from './rest.ts';
import { seedWorld } from './seed.ts';
import { declareTables, Store } from './store.ts';
import { createWeb } from './web.ts';
import type { World } from './world.ts';

export interface GithubSettings {
  seed: SeedOptions;
  lifetimes: Lifetimes;
  expiringTokens: boolean;
}

interface GithubParts extends Omit<DoubleParts, 'settings'> {
  settings: GithubSettings;
  log: RequestLog;
}

/** The GitHub of the sandbox. Its switches stand below `/sandbox/control` itself: it was here first. */
export async function startGithub(parts: GithubParts): Promise<ProviderDouble & { world: World }> {
  const plugin = await loadGithubPlugin();
  const { seed } = parts.settings;
  const world = createWorld(parts, plugin);
  const journal = new Journal(parts.dataDir, world.store);
  await journal.open(() => seedWorld(world, plugin, seed));
  const activity = githubActivity(world);
  const reset = async (): Promise<void> => {
    activity.stop();
    world.faults.clear();
    world.codes.clear();
    world.rates.clear();
    world.rates.cap = null;
    world.store.clear();
    seedWorld(world, plugin, seed);
    await journal.flush();
  };
  const control = createControl({ world, activity, log: parts.log, reset });
  const web = createWeb(world);
  return {
    name: 'github',
    title: 'GitHub',
    summary: 'Repositories with issues, comments and people at work.',
    world,
    faults: world.faults,
    async answer(request, at) {
      const url = new URL(request.url);
      if (!isApi(url.pathname)) return web.fetch(onePath(request, url));
      const links = linksAt(at.origin, at.publicOrigin);
      const { method, headers } = request;
      return answerApi(world, { method, url, headers, body: await request.text(), links });
    },
    control: (request) => control.fetch(request),
    started(at) {
      world.ownLinks = linksAt(at.origin, at.publicOrigin);
    },
    async close() {
      await activity.close();
      await world.deliveries.close();
      await journal.close();
    },
  };
}

const isApi = (path: string): boolean =>
  path === `${prefix}/api` || path.startsWith(`${prefix}/api/`);

/** Pages answer to one spelling of their address. */
const onePath = (request: Request, url: URL): Request =>
  url.pathname === `${prefix}/` ? new Request(new URL(prefix, url), request) : request;

function createWorld(parts: GithubParts, plugin: GithubPluginModule): World {
  const { clock, apps, settings } = parts;
  const store = new Store(clock);
  const tables = declareTables(store);
  const faults = new Faults();
  const world: World = {
    clock,
    store,
    tables,
    apps,
    expiringTokens: settings.expiringTokens,
    lifetimes: settings.lifetimes,
    codes: new AuthorizationCodes(clock),
    faults,
    rates: new RateWindow(clock),
    deliveries: new DeliveryQueue(clock, tables, faults),
    rest: { call: () => Promise.reject(new Error('The sandbox has not started')) },
    ownLinks: linksAt('http://127.0.0.1'),
  };
  world.rest = createRest(world, plugin);
  return world;
}
