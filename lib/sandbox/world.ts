import type { Clock } from '#lib/core/index';
import type { AuthorizationCodes } from './authorization-codes.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { Faults } from './faults.ts';
import type { Links } from './links.ts';
import type { Lifetimes, OauthApp } from './options.ts';
import type { RateWindow } from './rate-window.ts';
import type { Rest } from './rest.ts';
import type { Store, Tables } from './store.ts';

/** Everything one running sandbox is made of; handed to whatever answers a request. */
export interface World {
  clock: Clock;
  store: Store;
  tables: Tables;
  apps: OauthApp[];
  expiringTokens: boolean;
  lifetimes: Lifetimes;
  codes: AuthorizationCodes;
  faults: Faults;
  rates: RateWindow;
  deliveries: DeliveryQueue;
  rest: Rest;
  /** Links in webhooks, which no caller asked for. */
  ownLinks: Links;
}

export const findApp = (world: World, clientId: string): OauthApp | undefined =>
  world.apps.find((app) => app.clientId === clientId);
