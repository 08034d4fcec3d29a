import { authOf } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { selectApps } from './app-store.ts';
import { type FormFault, formFault } from './check-fields.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { maySetUp } from './connection-store.ts';
import { judgeAddresses, type TakenPlace, takenPlace } from './form-app.ts';
import {
  type FormAppInput,
  type FormCheck,
  type FormPlace,
  formCheckSchema,
  slugPattern,
} from './form-app-shape.ts';
import { isUsable } from './inspect-place.ts';
import { checkClient, writeApp } from './manage-apps.ts';
import type { App } from './schema.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

/** Of the app that is meant: what is checked of it is not held against itself. */
export interface FormAppAt {
  workspaceId: string;
  connector: string;
  slug: string;
}

/** Longer than both descriptions of a service may take. */
const inspectWaitMs = 25_000;

/**
 * What an app's service says of itself and whether each of its addresses may be used, as somebody
 * fills the form in. Nothing is kept.
 */
export async function checkFormApp(
  deps: ConnectionWebDeps,
  actor: Actor,
  at: FormAppAt,
  place: FormPlace,
): Promise<FormCheck> {
  requireByForm(deps, at.connector);
  const taken = await asUser(deps.db, actor, (tx) => readTaken(tx, deps, at));
  const id = await requestCommand(deps.db, {
    workspaceId: at.workspaceId,
    kind: 'connections.inspect',
    payload: JSON.parse(JSON.stringify(place)),
    requestedBy: actor.userId,
    timeoutMs: inspectWaitMs,
  });
  const check = formCheckSchema.parse(await awaitCommand(deps.db, id, inspectWaitMs));
  const addresses = judgeAddresses(check.addresses, taken);
  return { ...check, addresses, is_usable: isUsable(addresses) };
}

/**
 * Sets up an app of a service that only this form describes. Its addresses are those the service gave
 * (or a person typed) and that passed every check just now; they stay until somebody saves it again.
 */
export async function putFormApp(
  deps: ConnectionWebDeps,
  actor: Actor,
  at: FormAppAt,
  input: FormAppInput,
  onWritten: (tx: Tx, app: App) => Promise<void>,
): Promise<App> {
  const secret = checkClient(input);
  if (!slugPattern.test(at.slug)) throw formFault([{ field: 'slug', reason: 'is no short name' }]);
  const { issuer, authorize_url, token_url, revoke_url, api_base_url } = input;
  const place = { issuer, authorize_url, token_url, revoke_url, api_base_url };
  const check = await checkFormApp(deps, actor, at, place);
  const faults = faultsOf(check);
  if (faults.length > 0) throw formFault(faults);
  const of = (name: string) => check.addresses.find((one) => one.name === name)?.url ?? null;
  const apiBaseUrl = (of('api_base_url') ?? '').replace(/\/+$/, '');
  return asUser(deps.db, actor, async (tx) => {
    // The other apps may have changed while the service was asked.
    const again = judgeAddresses(check.addresses, await readTaken(tx, deps, at));
    if (!isUsable(again)) throw formFault(faultsOf({ ...check, addresses: again }));
    const app = await writeApp(tx, deps, {
      workspaceId: at.workspaceId,
      connector: at.connector,
      clientId: input.client_id,
      isPreset: false,
      secret,
      endpoints: {
        authorizeUrl: of('authorize_url'),
        tokenUrl: of('token_url') ?? '',
        revokeUrl: of('revoke_url'),
        apiBaseUrl,
        webBaseUrl: new URL(apiBaseUrl).origin,
        accountPath: input.account_path,
      },
      form: {
        slug: at.slug,
        title: input.title,
        definition: {
          issuer: check.issuer,
          discovery: check.discovery,
          token_auth: input.token_auth,
          scopes: [...new Set(input.scopes)],
          par_url: of('par_url'),
        },
      },
    });
    await onWritten(tx, app);
    return app;
  });
}

function requireByForm(deps: ConnectionWebDeps, connector: string): void {
  const manifest = deps.connectors.get(connector)?.manifest;
  if (!manifest || !authOf(manifest, 'oauth2')?.byForm) {
    throw formFault([{ field: 'connector', reason: 'is none that a form describes' }]);
  }
}

const needed = ['authorize_url', 'token_url'] as const;

function faultsOf(check: Pick<FormCheck, 'addresses'>): FormFault[] {
  const faults = check.addresses.flatMap(({ name, fault }) =>
    fault === null ? [] : [{ field: name, reason: fault }],
  );
  const missing = needed.filter((name) => !check.addresses.some((one) => one.name === name));
  return faults.length > 0
    ? faults
    : missing.map((field) => ({ field, reason: 'is missing: the service does not say it either' }));
}

/** Whose addresses a form must leave alone: of every connector, its sandbox, and the other apps. */
async function readTaken(tx: Tx, deps: ConnectionWebDeps, at: FormAppAt): Promise<TakenPlace[]> {
  if (!(await maySetUp(tx, at.workspaceId))) throw new HubError('identity.forbidden');
  const apps = await selectApps(tx, at.workspaceId);
  const known = deps.connectors
    .list()
    .filter(({ manifest }) => manifest.category !== 'generic')
    .flatMap(({ manifest }) => [
      takenPlace(manifest.provider, true, manifest.endpoints, manifest.hosts),
      takenPlace(
        `the sandbox’s ${manifest.provider}`,
        true,
        deps.presetEndpoints(manifest.name) ?? {},
      ),
    ]);
  const others = apps.filter((app) => app.connector !== at.connector || app.slug !== at.slug);
  return [
    ...known,
    ...others.map((app) => takenPlace(app.title ?? app.connector, app.slug === '', app.endpoints)),
  ];
}
