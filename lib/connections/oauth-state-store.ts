import type { Queryable, Tx } from '#lib/db/index';

export interface NewState {
  stateHash: Buffer;
  workspaceId: string;
  sessionId: string;
  userId: string;
  connector: string;
  appId: string;
  connectionId: string | null;
  redirectUri: string;
  returnTo: string;
  scopes: string[];
  issuers: string[];
  /** An answer without iss is refused. */
  isIssuerRequired: boolean;
  verifier: Buffer;
}

/** Minutes somebody has for the provider's pages. */
const stateMinutes = 10;

export async function insertState(db: Queryable, state: NewState): Promise<void> {
  await db`
    insert into private.oauth_states (state_hash, workspace_id, session_id, user_id, connector,
      app_id, connection_id, redirect_uri, return_to, scopes, issuers, is_issuer_required, verifier, expires_at)
    values (${state.stateHash}, ${state.workspaceId}, ${state.sessionId}, ${state.userId},
      ${state.connector}, ${state.appId}, ${state.connectionId}, ${state.redirectUri},
      ${state.returnTo}, ${state.scopes}, ${state.issuers}, ${state.isIssuerRequired}, ${state.verifier}, now() + make_interval(mins => ${stateMinutes}))`;
}

/** Everything a state is bound to; all of it must match. */
export interface StateBinding {
  stateHash: Buffer;
  sessionId: string;
  userId: string;
  connector: string;
  redirectUri: string;
}

export interface TakenState {
  workspace_id: string;
  app_id: string;
  connection_id: string | null;
  return_to: string;
  issuers: string[];
  is_issuer_required: boolean;
}

/** Taken in ONE statement: of two who come at the same time, one gets the row. */
export async function takeState(tx: Tx, binding: StateBinding): Promise<TakenState | null> {
  const [row] = await tx<TakenState[]>`
    update private.oauth_states set consumed_at = now()
    where state_hash = ${binding.stateHash} and session_id = ${binding.sessionId}
      and user_id = ${binding.userId} and connector = ${binding.connector}
      and redirect_uri = ${binding.redirectUri} and consumed_at is null and expires_at > now()
    returning workspace_id, app_id, connection_id, return_to, issuers, is_issuer_required`;
  return row ?? null;
}

export interface SeenState {
  session_id: string;
  user_id: string;
  connector: string;
  redirect_uri: string;
  return_to: string;
  is_consumed: boolean;
  is_expired: boolean;
}

/** Why a state could not be taken; read afterwards, changes nothing. */
export async function readState(tx: Tx, stateHash: Buffer): Promise<SeenState | null> {
  const [row] = await tx<SeenState[]>`
    select session_id, user_id, connector, redirect_uri, return_to,
      consumed_at is not null as is_consumed, expires_at <= now() as is_expired
    from private.oauth_states where state_hash = ${stateHash}`;
  return row ?? null;
}

/** What the worker needs for the exchange. */
export interface ExchangeState {
  workspace_id: string;
  user_id: string;
  connector: string;
  app_id: string;
  connection_id: string | null;
  redirect_uri: string;
  scopes: string[];
  verifier: Buffer;
  /** The app was pointed elsewhere, perhaps, after the browser was sent off. */
  is_app_changed: boolean;
}

export async function readExchangeState(
  db: Queryable,
  at: { workspaceId: string; stateHash: Buffer },
): Promise<ExchangeState | null> {
  const [row] = await db<ExchangeState[]>`
    select s.workspace_id, s.user_id, s.connector, s.app_id, s.connection_id, s.redirect_uri, s.scopes,
      s.verifier, a.updated_at > s.created_at as is_app_changed
    from private.oauth_states s
    join public.apps a on a.workspace_id = s.workspace_id and a.id = s.app_id
    where s.workspace_id = ${at.workspaceId} and s.state_hash = ${at.stateHash} and s.consumed_at is not null`;
  return row ?? null;
}

/** Kept a day longer than they are good for, so that a late return is told why it is too late. */
export async function dropOldStates(db: Queryable): Promise<number> {
  const { count } = await db`
    delete from private.oauth_states where expires_at < now() - interval '1 day'`;
  return count;
}
