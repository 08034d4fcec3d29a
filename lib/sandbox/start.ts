import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, systemClock } from '#lib/core/index';
import { ControlClient } from './control-client.ts';
import { startGithub } from './github-double.ts';
import { linksAt } from './links.ts';
import { appSchema, lifetimeSchema, seedSchema } from './options.ts';
import { mountOf, type ProviderDouble } from './provider-double.ts';
import { providerDoubles } from './provider-doubles.ts';
import { RequestLog } from './request-log.ts';
import { closeServer, listen, portOf } from './server.ts';

export interface SandboxOptions {
  /** 0 picks a free one. */
  port: number;
  /** Where state is kept; made when missing. */
  dataDir: string;
  controlToken: string;
  apps: z.input<typeof appSchema>[];
  /** GitHub's. */
  seed?: z.input<typeof seedSchema>;
  /** GitHub's expiring user tokens, for apps that do not say themselves. */
  expiringTokens?: boolean;
  lifetimes?: z.input<typeof lifetimeSchema>;
  /** Settings of the other providers, by their name; each checks its own. */
  settings?: Record<string, unknown>;
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
  /** GitHub's switches, and the log of every request. */
  control: ControlClient;
  /** Another provider: the base of its addresses, and its switches. */
  at(provider: string): { url: string; control: ControlClient };
  close(): Promise<void>;
}

/** Starts a sandbox in this process. Its state is what `dataDir` holds, or the seeds. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? systemClock;
  const log = new RequestLog(clock);
  const { controlToken, publicOrigin = null } = options;
  const { github, others } = await startDoubles(options, clock, log);
  const doubles = [github, ...others];
  const server = await listen({ doubles, controlToken, log, publicOrigin }, options.port);
  const origin = `http://127.0.0.1:${portOf(server)}`;
  for (const double of doubles) double.started?.({ origin, publicOrigin: publicOrigin ?? origin });
  const links = linksAt(origin);
  return {
    origin,
    port: portOf(server),
    url: links.web,
    apiUrl: links.api,
    control: new ControlClient(origin, controlToken),
    at: (provider) => ({
      url: origin + mountOf(provider),
      control: new ControlClient(origin, controlToken, provider),
    }),
    async close() {
      await closeServer(server);
      await Promise.all(doubles.map((double) => double.close()));
    },
  };
}

async function startDoubles(options: SandboxOptions, clock: Clock, log: RequestLog) {
  const apps = z.array(appSchema).parse(options.apps);
  const appsOf = (provider: string) => apps.filter((app) => app.provider === provider);
  const settings = {
    seed: seedSchema.parse(options.seed ?? {}),
    lifetimes: lifetimeSchema.parse(options.lifetimes ?? {}),
    expiringTokens: options.expiringTokens ?? false,
  };
  const { dataDir } = options;
  const github = await startGithub({ clock, dataDir, apps: appsOf('github'), settings, log });
  const others: ProviderDouble[] = await Promise.all(
    providerDoubles.map((double) =>
      double.start({
        clock,
        dataDir: join(dataDir, double.name),
        apps: appsOf(double.name),
        settings: options.settings?.[double.name] ?? {},
      }),
    ),
  );
  return { github, others };
}
