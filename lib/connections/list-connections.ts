import { type AuthMode, authOf, type ScopesByAbility } from '#lib/connectors/protocol/index';
import { HubError, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { selectApps } from './app-store.ts';
import { selectConnections, selectLog } from './connection-store.ts';
import { redirectUriOf } from './endpoints.ts';
import type { AuthModeCard, Connection, ConnectionLogRow, ConnectorCard } from './schema.ts';
import type { ConnectionWebDeps } from './web-deps.ts';

export const listConnections = (tx: Tx, at: { workspaceId: string }): Promise<Connection[]> =>
  selectConnections(tx, at);

export async function getConnection(tx: Tx, at: { connectionId: string }): Promise<Connection> {
  const [connection] = await selectConnections(tx, at);
  if (!connection) throw new HubError('resource.not_found');
  return connection;
}

export interface LogPage {
  data: ConnectionLogRow[];
  /** Id of the last row when there may be more; ids sort by time. */
  next: string | null;
}

export async function listConnectionLog(
  tx: Tx,
  at: { connectionId: string; before?: string | null; limit?: number },
): Promise<LogPage> {
  const limit = Math.min(at.limit ?? limits.pageRowsDefault, limits.pageRows);
  const rows = await selectLog(tx, {
    connectionId: at.connectionId,
    before: at.before ?? null,
    limit: limit + 1,
  });
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** Every connector, with what this workspace needs to connect it. */
export async function catalogue(
  tx: Tx,
  deps: Pick<ConnectionWebDeps, 'connectors' | 'presetEndpoints'>,
  at: { workspaceId: string; origin: string; publicUrl: string | null },
): Promise<ConnectorCard[]> {
  const cards: ConnectorCard[] = [];
  const apps = await selectApps(tx, at.workspaceId);
  for (const connector of deps.connectors.list()) {
    const { manifest } = connector;
    const own = apps.filter((app) => app.connector === manifest.name);
    const app = own.find(({ slug }) => slug === '');
    const isByForm = authOf(manifest, 'oauth2')?.byForm === true;
    cards.push({
      name: manifest.name,
      provider: manifest.provider,
      summary: manifest.summary,
      category: manifest.category,
      resources: manifest.resources.map((resource) => ({
        name: resource.name,
        kind: resource.kind,
        title: resource.title,
        scope_title: resource.scopeTitle,
        writable: [...resource.writable],
        creates: resource.creates !== undefined,
      })),
      auth: manifest.auth.map(modeCard),
      defines_streams: connector.define !== undefined,
      conformance: deps.connectors.conformance(manifest.name),
      has_sandbox: deps.presetEndpoints(manifest.name) !== null,
      gaps: [...manifest.gaps],
      console_url: authOf(manifest, 'oauth2')?.consoleUrl ?? null,
      redirect_uri: redirectUriOf(
        at.origin,
        manifest.name,
        isByForm ? { workspaceId: at.workspaceId, slug: '{app}' } : undefined,
      ),
      // Each stream registers an address below this one by itself.
      webhook_url: at.publicUrl === null ? null : `${at.publicUrl}/api/webhooks/${manifest.name}`,
      app: app ? { id: app.id, is_preset: app.is_preset } : null,
      form_apps: isByForm
        ? own.map(({ id, slug, title }) => ({ id, slug, title: title ?? slug }))
        : null,
    });
  }
  return cards;
}

/** Names of fields that are shown as they are typed. */
const shownFields = new Set(['username', 'header', 'account_path']);

function modeCard(mode: AuthMode): AuthModeCard {
  if (mode.kind === 'webhook') {
    const permissions = { read: [], write: [], webhooks: [] };
    return { kind: mode.kind, console_url: null, permissions, fields: [], base_url: null };
  }
  if (mode.kind === 'oauth2') {
    const { kind, consoleUrl, scopes } = mode;
    const permissions = copyOf(scopes);
    return { kind, console_url: consoleUrl, permissions, fields: [], base_url: null };
  }
  const { kind, consoleUrl, permissions, baseUrl, fields } = mode;
  return {
    kind,
    console_url: consoleUrl,
    permissions: copyOf(permissions),
    fields: Object.entries(fields).map(([name, { patternWords, ...field }]) => ({
      ...field,
      name,
      pattern_words: patternWords,
      is_secret: !shownFields.has(name),
    })),
    base_url: baseUrl && {
      label: baseUrl.label,
      placeholder: baseUrl.placeholder,
      help: baseUrl.help,
      is_required: baseUrl.isRequired,
    },
  };
}

const copyOf = ({ read, write, webhooks }: ScopesByAbility) => ({
  read: [...read],
  write: [...write],
  webhooks: [...webhooks],
});
