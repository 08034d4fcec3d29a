import { problemResponse } from '@/lib/api/index';
import { newId } from '@/lib/core/index';
import { webHub } from '@/lib/hub/web';

export const dynamic = 'force-dynamic';

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

/** Sign-in, the provider's answer, sign-out: next-auth behind identity's checks. */
async function serve(request: Request, context: Context): Promise<Response> {
  const hub = webHub();
  const { nextauth } = await context.params;
  const pace = hub.startPace();
  try {
    return pace.mark(await hub.handleAuth(request, nextauth, pace));
  } catch (error) {
    const requestId = newId();
    return pace.mark(problemResponse(hub.describeFailure(error, requestId, 'auth'), requestId));
  }
}

export { serve as GET, serve as POST };
