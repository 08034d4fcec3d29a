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
  try {
    return await hub.handleAuth(request, nextauth);
  } catch (error) {
    const requestId = newId();
    return problemResponse(hub.describeFailure(error, requestId, 'auth'), requestId);
  }
}

export { serve as GET, serve as POST };
