import { connection } from 'next/server';
import { webHub } from '@/lib/hub/web';
import { answerWebhookRequest } from './answer-webhook-request';

interface RouteContext {
  params: Promise<{ connector: string; endpoint: string }>;
}

/**
 * Webhooks where no gateway stands in front; beside one, no request gets here.
 *
 * It refuses what the gateway refuses but for two things the runtime hides: a header that Node keeps
 * once counts by its first value, and a request that Next itself cannot read has Next's own answer.
 */
export async function POST(request: Request, context: RouteContext): Promise<Response> {
  await connection();
  const { connector, endpoint } = await context.params;
  const { webhookReceiver, vouchedAddress } = webHub();
  const address = vouchedAddress(request.headers);
  return answerWebhookRequest(webhookReceiver, { request, connector, endpoint, address });
}

/**
 * Some services ask by other methods whether we are there before they post. All else is refused here,
 * with the reason and the limits, and not by Next.
 */
export { POST as DELETE, POST as GET, POST as HEAD, POST as OPTIONS, POST as PATCH, POST as PUT };
