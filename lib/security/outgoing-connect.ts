import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

export interface ResolvedAddress {
  address: string;
  family: number;
}

export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

/** How one side of the guard connects: its sockets, and the resolver that picks the address. */
export interface Connector {
  options(protocol: string): Pick<RequestOptions, 'agent' | 'lookup'>;
  close(): void;
}

/** Sockets per host; more calls than that wait. */
const maxSocketsPerHost = 32;
const keepAliveMs = 15_000;

/** Code of the error a refused address raises inside the socket. */
export const addressRefused = 'ADDRESS_REFUSED';

/**
 * The resolver runs as part of connecting, and the socket goes to exactly the addresses it returned:
 * there is no second resolution that could answer differently (DNS rebinding). One private address
 * among several refuses the name as a whole.
 */
export function createConnector(options: {
  onlyPublic: boolean;
  resolve: Resolve | undefined;
}): Connector {
  const resolve = options.resolve ?? resolveBySystem;
  const lookup: LookupFunction = (hostname, wish, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const fault = faultOf(addresses, options.onlyPublic);
        const first = addresses[0];
        if (fault || !first) callback(fault ?? notFound(hostname), '', 4);
        else if (wish.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    );
  };
  const http = new HttpAgent({
    keepAlive: true,
    keepAliveMsecs: keepAliveMs,
    maxSockets: maxSocketsPerHost,
  });
  const https = new HttpsAgent({
    keepAlive: true,
    keepAliveMsecs: keepAliveMs,
    maxSockets: maxSocketsPerHost,
  });
  return {
    options: (protocol) => ({ lookup, agent: protocol === 'https:' ? https : http }),
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

function faultOf(addresses: ResolvedAddress[], onlyPublic: boolean): NodeJS.ErrnoException | null {
  if (!onlyPublic || addresses.every(({ address }) => isPublicAddress(address))) return null;
  return Object.assign(new Error('The name leads to an address that is not public'), {
    code: addressRefused,
  });
}

const notFound = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`No address for ${hostname}`), { code: 'ENOTFOUND' });

const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });
