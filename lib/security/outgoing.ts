import { isIP } from 'node:net';
import { HubError } from '#lib/core/index';
import { createConnector, type Resolve } from './outgoing-connect.ts';
import { exchange, exchangeStream } from './outgoing-exchange.ts';
import { isPublicAddress } from './public-address.ts';

export interface OutgoingRequest {
  method: string;
  url: string | URL;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** From the first byte sent to the last one read. */
  timeoutMs: number;
  /** Of the answer's body, unpacked. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface OutgoingAnswer {
  status: number;
  headers: Headers;
  body: Buffer;
}

export interface OutgoingStream {
  status: number;
  headers: Headers;
  /** Unpacked. To be read to its end or returned; it throws the same HubErrors. */
  body: AsyncGenerator<Uint8Array, void, undefined>;
  /** For an answer whose body nobody reads. */
  close(): void;
}

/**
 * Faults are HubErrors: `provider.host_refused`, `provider.unreachable`, `provider.timeout`,
 * `provider.answer_too_large`. details.sent says whether the request may have reached the other
 * side: false means that it certainly had no effect.
 */
export interface Outgoing {
  /** Any HTTP status is an answer, a redirect too: it is returned and not followed. */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>;
  /** Answers with the head; `timeoutMs` is up to there, `bodyMs` from there on. */
  stream(request: OutgoingRequest & { bodyMs: number }): Promise<OutgoingStream>;
  /** Checks an address without calling it. Throws `provider.host_refused`. */
  check(url: string | URL): URL;
  close(): void;
}

export interface OutgoingOptions {
  /** `host:port` pairs the operator allows although they are not public or not TLS. */
  allow: readonly string[];
  /** The resolver; replaced in tests only. */
  resolve?: Resolve;
}

const urlMaxChars = 8_192;

/** The guard of everything the hub calls. One per process; it holds the keep-alive sockets. */
export function createOutgoing(options: OutgoingOptions): Outgoing {
  const allowed = new Set(options.allow.map((pair) => pair.toLowerCase()));
  const isAllowed = (url: URL): boolean => allowed.has(hostAndPort(url));
  const guarded = createConnector({ onlyPublic: true, resolve: options.resolve });
  const open = createConnector({ onlyPublic: false, resolve: options.resolve });
  const check = (url: string | URL): URL => checkUrl(url, isAllowed);
  return {
    check,
    send: async (request) => {
      const url = check(request.url);
      return exchange(isAllowed(url) ? open : guarded, url, request);
    },
    stream: async (request) => {
      const url = check(request.url);
      return exchangeStream(isAllowed(url) ? open : guarded, url, request);
    },
    close: () => {
      guarded.close();
      open.close();
    },
  };
}

function hostAndPort(url: URL): string {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${url.hostname.toLowerCase()}:${port}`;
}

/** What can be decided from the text alone; the address itself is checked when connecting. */
function checkUrl(text: string | URL, isAllowed: (url: URL) => boolean): URL {
  if (String(text).length > urlMaxChars) throw refused('The address is too long');
  const url = parse(text);
  if (url.username || url.password) throw refused('The address carries a name or password');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused('Only https addresses are called');
  }
  if (isAllowed(url)) return url;
  if (url.protocol !== 'https:') throw refused('Only https addresses are called');
  // The parser has turned every spelling of an IPv4 address (hex, octal, one number) into four parts.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw refused('The address is not on the public internet');
  } else if (!isPublicName(host)) {
    throw refused('The name is not one of the public internet');
  }
  return url;
}

function parse(text: string | URL): URL {
  try {
    return new URL(text);
  } catch {
    throw refused('The address cannot be read');
  }
}

/** Names that never leave a machine or a network (RFC 6761, RFC 8375, and what clouds add). */
const privateSuffixes = ['localhost', 'local', 'internal', 'home.arpa', 'lan', 'intranet', 'corp'];

function isPublicName(host: string): boolean {
  const name = host.replace(/\.$/, '').toLowerCase();
  if (!name.includes('.') || name.length > 253) return false;
  return !privateSuffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

const refused = (why: string): HubError =>
  new HubError('provider.host_refused', `This address may not be called. ${why}.`, {
    details: { sent: false },
  });
