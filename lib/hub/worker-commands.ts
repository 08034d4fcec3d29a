import {
  authorizeCommand,
  type CommandKind,
  type ConnectionDeps,
  checkCommand,
  connectCommand,
  exchangeCommand,
  inspectCommand,
  lookupCommand,
  previewCommand,
  proxyCommand,
  scopesCommand,
} from '#lib/connections/index';
import type { Cache } from '#lib/resilience/index';
import { checkAddress, checkAddressCommand } from './check-address.ts';

/** What the web process may ask of a worker, by name. */
export const commandKinds = (
  connections: ConnectionDeps,
  cache: Cache,
): Readonly<Record<string, CommandKind>> => ({
  'connections.authorize': authorizeCommand(connections),
  'connections.exchange': exchangeCommand(connections),
  'connections.inspect': inspectCommand(connections),
  'connections.check': checkCommand(connections),
  'connections.connect': connectCommand(connections),
  'connections.preview': previewCommand(connections),
  'connections.scopes': scopesCommand(connections, cache),
  'connections.lookup': lookupCommand(connections, cache),
  'connections.proxy': proxyCommand(connections),
  [checkAddressCommand]: checkAddress(connections.outgoing),
});
