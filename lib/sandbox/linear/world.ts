import type { Clock } from '#lib/core/index';
import type { Faults } from '../faults.ts';
import type { OauthApp } from '../options.ts';
import type { MountedAt } from '../provider-double.ts';
import type { Store } from '../store.ts';
import type { ConsentCodes } from './consent-codes.ts';
import type { Meters } from './meters.ts';
import type { LinearSettings } from './settings.ts';
import type { LinearTables } from './tables.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** Everything one running Linear is made of. */
export interface LinearWorld {
  clock: Clock;
  apps: OauthApp[];
  settings: LinearSettings;
  store: Store;
  tables: LinearTables;
  codes: ConsentCodes;
  faults: Faults;
  meters: Meters;
  sender: WebhookSender;
  /** Links in webhooks, which no caller asked for. */
  at: MountedAt;
}

export const mount = '/sandbox/linear';

/** The workspace everything lives in. */
export const organization = {
  id: '2d0f6c1a-7f5e-4b52-9c3e-5a0b8f6d9e11',
  name: 'Northwind',
  urlKey: 'northwind',
};

export const issueUrl = (origin: string, identifier: string): string =>
  `${origin}${mount}/${organization.urlKey}/issue/${identifier}`;
