import { problemResponse } from '@/lib/api/index';
import { HubError, newId } from '@/lib/core/index';
import { webHub } from '@/lib/hub/web';

export const dynamic = 'force-dynamic';

/** Prometheus text of this process, for the bearer of GATEWAY_TOKEN; anybody else finds nothing here. */
export async function GET(request: Request): Promise<Response> {
  const hub = webHub();
  const token = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  if (!hub.isFromGateway(new Headers({ 'x-patchbay-gateway': token }))) {
    return problemResponse(new HubError('resource.not_found'), newId());
  }
  return new Response(await hub.metrics(), {
    headers: { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-store' },
  });
}
