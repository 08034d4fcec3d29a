import { z } from 'zod';
import { type Clock, systemClock } from '#lib/core/index';
import { Activity } from './activity.ts';
import { AuthorizationCodes } from './authorization-codes.ts';
import { createControl } from './control.ts';
import { ControlClient } from './control-client.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { type GithubPluginModule, loadGithubPlugin } from './emulate-plugin.ts';
import { Faults } from './faults.ts';
import { Journal } from './journal.ts';
import { linksAt } from './links.ts';
import { appSchema, lifetimeSchema, seedSchema } from './options.ts';
import { RateWindow } from './rate-window.ts';
import { RequestLog } from './request-log.ts';
import { createRest } from './rest.ts';
import { seedWorld } from './seed.ts';
import { closeServer, listen, portOf } from './server.ts';
import { declareTables, Store } from './store.ts';
import { createWeb } from './web.ts';
import type { World } from './world.ts';

export interface SandboxOptions {
  /** 0 picks a free one. */
  port: number;
  /** Where state is kept; made when missing. */
  dataDir: string;
  controlToken: string;
  apps: z.input<typeof appSchema>[];
  seed?: z.input<typeof seedSchema>;
  /** GitHub's expiring user tokens, for apps that do not say themselves. */
  expiringTokens?: boolean;
  lifetimes?: z.input<typeof lifetimeSchema>;
  /** The origin under which people see the pages, when a gateway stands before them. */
  publicOrigin?: string | null;
  clock?: Clock;
}

export interface Sandbox {
  /** The process itself, `http://127.0.0.1:<port>`. */
  origin: string;
  port: number;
  /** Base of pages and OAuth: github.com. */
  url: string;
  /** Base of the REST API: api.github.com. */
  apiUrl: string;
  control: ControlClient;
  close(): Promise<void>;
}

/** Starts a sandbox in this process. Its state is what `dataDir` holds, or the seed. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const plugin = await loadGithubPlugin();
  const seed = seedSchema.parse(options.seed ?? {});
  const world = createWorld(options, plugin);
  const journal = new Journal(options.dataDir, world.store);
  await journal.open(() => seedWorld(world, plugin, seed));
  const activity = new Activity(world);
  const log = new RequestLog(world.clock);
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
  const { controlToken, publicOrigin = null } = options;
  const control = createControl({ world, activity, log, controlToken, reset });
  const web = createWeb(world);
  const server = await listen(
    { world, web: web.fetch, control: control.fetch, log, publicOrigin },
    options.port,
  );
  const origin = `http://127.0.0.1:${portOf(server)}`;
  world.ownLinks = linksAt(origin, publicOrigin ?? origin);
  return {
    origin,
    port: portOf(server),
    url: world.ownLinks.web.replace(publicOrigin ?? origin, origin),
    apiUrl: world.ownLinks.api,
    control: new ControlClient(origin, controlToken),
    async close() {
      await closeServer(server);
      await activity.close();
      await world.deliveries.close();
      await journal.close();
    },
  };
}

function createWorld(options: SandboxOptions, plugin: GithubPluginModule): World {
  const clock = options.clock ?? systemClock;
  const store = new Store(clock);
  const tables = declareTables(store);
  const faults = new Faults();
  const world: World = {
    clock,
    store,
    tables,
    apps: z.array(appSchema).parse(options.apps),
    expiringTokens: options.expiringTokens ?? false,
    lifetimes: lifetimeSchema.parse(options.lifetimes ?? {}),
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
