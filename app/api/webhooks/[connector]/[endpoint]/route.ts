import { connection } from 'next/server';
import { webHub } from '@/lib/hub/web';
import { answerWebhookRequest } from './answer-webhook-request';

interface RouteContext {
  params: Promise<{ connector: string; endpoint: string }>;
}

/** Webhooks where no gateway stands in front; beside one, no request gets here. */
export async function POST(request: Request, context: RouteContext): Promise<Response> {
  await connection();
  const { connector, endpoint } = await context.params;
  const { webhookReceiver, vouchedAddress } = webHub();
  const address = vouchedAddress(request.headers);
  return answerWebhookRequest(webhookReceiver, { request, connector, endpoint, address });
}

/** Some services ask by these whether we are there before they post; all other such calls are refused. */
export { POST as GET, POST as HEAD };
