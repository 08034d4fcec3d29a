import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HubError } from '#lib/core/index';
import type { OutgoingAnswer, OutgoingRequest, OutgoingStream } from './outgoing.ts';
import { addressRefused, type Connector } from './outgoing-connect.ts';

interface Opened {
  response: IncomingMessage;
  /** Ends the call and says in a HubError what became of it. */
  fail: (error: unknown) => unknown;
}

/** One request and its answer, read whole. Never follows a redirect. */
export async function exchange(
  connector: Connector,
  url: URL,
  request: OutgoingRequest,
): Promise<OutgoingAnswer> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const { response, fail } = await open(connector, url, request, deadline);
  try {
    const body = await readBody(response, request.maxBytes);
    return { status: response.statusCode ?? 0, headers: headersOf(response), body };
  } catch (error) {
    throw fail(error);
  }
}

/**
 * The same, answered as soon as its head is there. A body that is declared too large is refused
 * then; one that turns out so, or that takes longer than `bodyMs`, breaks off.
 */
export async function exchangeStream(
  connector: Connector,
  url: URL,
  request: OutgoingRequest & { bodyMs: number },
): Promise<OutgoingStream> {
  const late = new AbortController();
  let timer = setTimeout(() => late.abort(), request.timeoutMs);
  try {
    const { response, fail } = await open(connector, url, request, late.signal);
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(), request.bodyMs);
    if (Number(response.headers['content-length'] ?? 0) > request.maxBytes) {
      throw fail(tooLarge(request.maxBytes));
    }
    const ending = timer;
    const close = (): void => {
      clearTimeout(ending);
      response.destroy();
    };
    const body = bounded(response, request.maxBytes, { fail, close });
    return { status: response.statusCode ?? 0, headers: headersOf(response), body, close };
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}

async function* bounded(
  response: IncomingMessage,
  maxBytes: number,
  end: { fail: (error: unknown) => unknown; close: () => void },
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  try {
    for await (const chunk of unpacked(response)) {
      const bytes = chunk as Uint8Array;
      size += bytes.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield bytes;
    }
    if (!response.complete) throw cutOff();
  } catch (error) {
    throw end.fail(error);
  } finally {
    end.close();
  }
}

function open(
  connector: Connector,
  url: URL,
  request: OutgoingRequest,
  deadline: AbortSignal,
): Promise<Opened> {
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  const progress = { sent: false };
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  return new Promise<Opened>((resolve, reject) => {
    const fail = (error: unknown): unknown => {
      call.destroy();
      return describe(error, { url, deadline, progress, caller: request.signal });
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const call = send(url, {
      ...connector.options(url.protocol),
      method: request.method,
      headers: {
        'accept-encoding': 'gzip, deflate, br',
        ...request.headers,
        ...(body ? { 'content-length': String(body.length) } : {}),
      },
      signal,
    });
    call.on('socket', (socket) => {
      // A socket that is kept alive is connected already; a new one says so.
      const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      if (!socket.connecting && call.reusedSocket) progress.sent = true;
      else
        socket.once(connected, () => {
          progress.sent = true;
        });
    });
    call.on('error', (error) => reject(fail(error)));
    call.on('response', (response) => resolve({ response, fail }));
    call.end(body);
  });
}

class TooLarge extends Error {}

const tooLarge = (maxBytes: number): TooLarge => new TooLarge(`more than ${maxBytes} bytes`);
const cutOff = (): Error => Object.assign(new Error('cut off'), { code: 'ECONNRESET' });

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(response)) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(bytes);
  }
  if (!response.complete) throw cutOff();
  return Buffer.concat(chunks, size);
}

/** The size is counted after unpacking, so that a small bomb cannot become a large body. */
function unpacked(response: IncomingMessage): Readable {
  const unpack = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[(response.headers['content-encoding'] ?? '').toLowerCase()];
  if (!unpack) return response;
  const target = unpack();
  // The reader of `target` sees the error; the callback is there because pipeline insists on one.
  return pipeline(response, target, () => undefined);
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

interface Circumstances {
  url: URL;
  deadline: AbortSignal;
  progress: { sent: boolean };
  caller: AbortSignal | undefined;
}

/** Names the host and never the path or query, which may hold a secret. */
function describe(error: unknown, { url, deadline, progress, caller }: Circumstances): unknown {
  if (caller?.aborted) return caller.reason;
  const details = { host: url.host, sent: progress.sent };
  if (error instanceof TooLarge) {
    return new HubError(
      'provider.answer_too_large',
      `${url.host} answered with ${error.message}, which is more than is read.`,
      { details },
    );
  }
  if (deadline.aborted) {
    return new HubError('provider.timeout', `${url.host} did not answer in time.`, {
      retry: 'later',
      details,
    });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === addressRefused) {
    return new HubError(
      'provider.host_refused',
      `${url.host} leads to an address that is not public. An operator can allow it by OUTGOING_ALLOW.`,
      { details },
    );
  }
  return new HubError('provider.unreachable', `${url.host} cannot be reached (${code}).`, {
    retry: 'later',
    details: { ...details, reason: code },
  });
}
