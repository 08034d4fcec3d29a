import { answerCallback } from '../../answer-callback';

export const dynamic = 'force-dynamic';

interface Context {
  params: Promise<{ connector: string }>;
}

/** The redirect URI of a connector. */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answerCallback(request, async () => {
    const { connector } = await context.params;
    return { connector };
  });
}
