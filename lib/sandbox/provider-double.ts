import type { Clock } from '#lib/core/index';
import type { FaultEffect, Faults } from './faults.ts';
import type { OauthApp } from './options.ts';

/** What every double is started with. */
export interface DoubleParts {
  clock: Clock;
  /** A folder of this double's own; it makes it when missing. */
  dataDir: string;
  /** The OAuth apps registered at this provider. */
  apps: OauthApp[];
  /** This double's own settings (seeds, lifetimes); it checks them itself. */
  settings: unknown;
}

/** Where one request reached the sandbox. */
export interface MountedAt {
  /** Scheme and host the caller used. */
  origin: string;
  /** Where people reach the pages: the gateway's origin when there is one. */
  publicOrigin: string;
}

/**
 * One provider of the sandbox. It answers everything below `/sandbox/<name>`; its switches stand below
 * `/sandbox/control/<name>`, where the control token has been checked already. Its fault rules name
 * paths as they stand behind `/sandbox/<name>`.
 */
export interface ProviderDouble {
  name: string;
  /** "Sandbox Linear" in headings is made from this. */
  title: string;
  /** One sentence for the overview page. */
  summary: string;
  faults: Faults;
  answer(request: Request, at: MountedAt): Response | Promise<Response>;
  control(request: Request): Response | Promise<Response>;
  /** A failure in this provider's own words; a general one when missing. */
  faultResponse?(effect: Extract<FaultEffect, { kind: 'status' }>): Response;
  /** The port is known now; links in webhooks need it. */
  started?(at: MountedAt): void;
  close(): Promise<void>;
}

export interface DoubleModule {
  name: string;
  start(parts: DoubleParts): Promise<ProviderDouble>;
}

/** The path of a double, as browsers and clients see it. */
export const mountOf = (name: string): string => `/sandbox/${name}`;
