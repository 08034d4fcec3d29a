import { webHub } from '@/lib/hub/web';

export const dynamic = 'force-dynamic';

/** Whether this process can serve. The gateway answers this address itself, about all processes. */
export async function GET(): Promise<Response> {
  const health = await webHub().health();
  return Response.json(health, {
    status: health.status === 'down' ? 503 : 200,
    headers: { 'cache-control': 'no-store' },
  });
}
