import { startAuthorization } from '#lib/connections/index';
import { newId } from '#lib/core/index';
import { createOutgoing, sealTo } from '#lib/security/index';
import {
  clientId,
  clientSecret,
  type Issuer,
  issuerManifest,
  startIssuer,
  walk,
} from './oidc-issuer.ts';
import { makeWorld, origin, type World } from './world.ts';

export const issuerHome = `${origin}/api/oauth/oidc/callback`;

export interface IssuerWorld {
  world: World;
  issuer: Issuer;
  /** Where the browser is sent. */
  begin(abilities?: ('read' | 'write' | 'webhooks')[], connectionId?: string): Promise<URL>;
  /** A whole sign-in of this account, through the issuer's own pages. */
  connect(login: string, abilities?: ('read' | 'write' | 'webhooks')[]): Promise<string>;
  close(): Promise<void>;
}

/** The world of connections, with a connector for a real OpenID provider and an app at it. */
export async function makeIssuerWorld(options: {
  accessTokenSeconds: number;
  requiresPush?: boolean;
  par?: boolean;
}): Promise<IssuerWorld> {
  const issuer = await startIssuer({ ...options, redirectUri: issuerHome });
  const world = await makeWorld([issuerManifest(issuer, options.par)]);
  world.worker.outgoing = createOutgoing({ allow: [issuer.hostPort, world.provider.hostPort] });
  const appId = newId();
  const { workspaceId } = world.owner;
  await world.admin`
    insert into public.apps (id, workspace_id, connector, client_id) values (${appId}, ${workspaceId}, 'oidc', ${clientId})`;
  const sealed = sealTo(world.web.sealKey, clientSecret, {
    workspaceId,
    ownerId: appId,
    field: 'client_secret',
  });
  await world.admin`
    insert into private.app_secrets (app_id, workspace_id, envelope, key_id)
    values (${appId}, ${workspaceId}, ${sealed.envelope}, ${sealed.keyId})`;
  const begin: IssuerWorld['begin'] = async (abilities, connectionId) => {
    const started = await world.during(
      startAuthorization(world.web, world.owner, {
        workspaceId,
        connector: 'oidc',
        connectionId,
        abilities,
        returnTo: '/',
        origin,
      }),
    );
    return new URL(started.authorize_url);
  };
  return {
    world,
    issuer,
    begin,
    connect: async (login, abilities) => {
      const page = await begin(abilities);
      const answer = await walk(page.href, login, issuerHome);
      return world.finish(answer.toString(), { connector: 'oidc' });
    },
    close: async () => {
      await world.close();
      await issuer.close();
    },
  };
}
