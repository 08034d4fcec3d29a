/**
 * What a guide to webhooks in Next shows: a route handler that checks the signature and puts the event
 * into BullMQ, built for production. Its promise is weaker than ours: Redis may lose the last second.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

export const dynamic = 'force-dynamic';

let queue: Queue | null = null;
/** Opened by the first request: the build loads this file too. */
function open(): Queue {
  const connection = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null });
  return new Queue('webhooks', { connection });
}

export async function POST(request: Request): Promise<Response> {
  const body = await request.text();
  const secret = process.env['BENCH_SECRET'] ?? '';
  const said = Buffer.from(request.headers.get('x-hub-signature-256') ?? '');
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  if (said.length !== right.length || !timingSafeEqual(said, right)) {
    return new Response(null, { status: 401 });
  }
  queue ??= open();
  const jobId = request.headers.get('x-github-delivery');
  await queue.add(
    request.headers.get('x-github-event') ?? 'unknown',
    { payload: JSON.parse(body) as unknown },
    { attempts: 6, backoff: { type: 'exponential', delay: 1_000 }, ...(jobId ? { jobId } : {}) },
  );
  return new Response(null, { status: 200 });
}
