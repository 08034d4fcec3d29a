import { HubError, limits } from '#lib/core/index';
import type { Route } from './contract.ts';
import { readBounded } from './read-body.ts';

/** What a request asks of the service behind the route, untouched: escapes are not resolved. */
export function passedOf(contract: Route['contract'], request: Request) {
  const { pathname, search } = new URL(request.url);
  const ours = `/api/v1${contract.path}`.split('/').length - 1;
  const target = `/${pathname.split('/').slice(ours).join('/')}${search}`;
  return {
    target,
    readBody: async (): Promise<Uint8Array | null> => {
      if (request.headers.get('content-encoding')) {
        throw new HubError('request.unsupported_encoding');
      }
      const bytes = await readBounded(request, limits.proxyBodyBytes);
      return bytes.length === 0 ? null : bytes;
    },
  };
}
