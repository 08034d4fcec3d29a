import {
  checkFormApp,
  inspectCommand,
  previewCommand,
  putFormApp,
  startAuthorization,
} from '#lib/connections/index';
import type { FormAppInput } from '#lib/connections/schema';
import { genericApi } from '#lib/connectors/generic/api';
import { httpOauth } from '#lib/connectors/generic/index';
import { github } from '#lib/connectors/github/index';
import type { Logger } from '#lib/observability/index';
import { createOutgoing } from '#lib/security/index';
import { clientId, clientSecret, type Issuer, startIssuer, walk } from './oidc-issuer.ts';
import { type Member, makeWorld, origin, type World } from './world.ts';

export const connector = 'http_oauth';

/** The world of connections with the connector of the form, and two real OpenID providers. */
export interface FormAppWorld {
  world: World;
  issuers: Record<'acme' | 'zeta', Issuer>;
  /** What somebody fills in for an issuer. */
  filled(slug: 'acme' | 'zeta', change?: Partial<FormAppInput>): FormAppInput;
  check(place: Parameters<typeof checkFormApp>[3], slug?: string): ReturnType<typeof checkFormApp>;
  put(slug: string, input: FormAppInput, actor?: Member): ReturnType<typeof putFormApp>;
  home(slug: string): string;
  /** Where the browser is sent. */
  begin(appId: string, connectionId?: string): Promise<URL>;
  finish(slug: string, answer: URLSearchParams | string): Promise<string>;
  connect(slug: 'acme' | 'zeta', appId: string, login: string): Promise<string>;
  /** May be called as well from now on. */
  allow(hostPort: string): void;
  close(): Promise<void>;
}

export async function makeFormAppWorld(log?: Logger): Promise<FormAppWorld> {
  const world = await makeWorld([httpOauth.manifest, github.manifest], log);
  const { workspaceId } = world.owner;
  const home = (slug: string) => `${origin}/api/oauth/${connector}/${workspaceId}/${slug}/callback`;
  const issuers = {
    acme: await startIssuer({
      redirectUri: home('acme'),
      moreRedirectUris: [home('acme-two')],
      accessTokenSeconds: 3_600,
    }),
    zeta: await startIssuer({ redirectUri: home('zeta'), accessTokenSeconds: 3_600 }),
  };
  const hosts = [issuers.acme.hostPort, issuers.zeta.hostPort, world.provider.hostPort];
  const outgoings = [createOutgoing({ allow: hosts })];
  world.worker.outgoing = outgoings[0] ?? world.worker.outgoing;
  const registry = world.worker.registry;
  world.worker.registry = {
    get: (name) =>
      name === connector ? { manifest: httpOauth.manifest, api: genericApi } : registry.get(name),
  };
  world.kinds['connections.inspect'] = {
    isForWaiting: true,
    run: (command) => inspectCommand(world.worker).run(command),
  };
  world.kinds['connections.preview'] = previewCommand(world.worker);
  const at = (slug: string) => ({ workspaceId, connector, slug });
  const begin: FormAppWorld['begin'] = async (appId, connectionId) => {
    const started = await world.during(
      startAuthorization(world.web, world.owner, {
        workspaceId,
        connector,
        appId,
        connectionId,
        returnTo: '/',
        origin,
      }),
    );
    return new URL(started.authorize_url);
  };
  const finish: FormAppWorld['finish'] = (slug, answer) =>
    world.finish(answer.toString(), { connector, app: { workspaceId, slug } });
  return {
    world,
    issuers,
    filled: (slug, change = {}) => ({
      title: slug.toUpperCase(),
      issuer: issuers[slug].url,
      api_base_url: issuers[slug].url,
      account_path: '/user',
      token_auth: 'client_secret_basic',
      scopes: ['openid', 'offline_access', 'tasks'],
      client_id: clientId,
      client_secret: clientSecret,
      ...change,
    }),
    check: (place, slug = 'new') =>
      world.during(checkFormApp(world.web, world.owner, at(slug), place)),
    put: (slug, input, actor = world.owner) =>
      world.during(
        putFormApp(world.web, actor, { ...at(slug), workspaceId: actor.workspaceId }, input, () =>
          Promise.resolve(),
        ),
      ),
    home,
    begin,
    finish,
    connect: async (slug, appId, login) => {
      const page = await begin(appId);
      return finish(slug, await walk(page.href, login, home(slug)));
    },
    allow: (hostPort) => {
      hosts.push(hostPort);
      const outgoing = createOutgoing({ allow: hosts });
      outgoings.push(outgoing);
      world.worker.outgoing = outgoing;
    },
    close: async () => {
      for (const outgoing of outgoings) outgoing.close();
      await world.close();
      await Promise.all(Object.values(issuers).map((issuer) => issuer.close()));
    },
  };
}
