import { answerCallback } from '../../../../answer-callback';

export const dynamic = 'force-dynamic';

interface Context {
  params: Promise<{ connector: string; workspace: string; app: string }>;
}

/** The redirect URI of one app, for connectors a workspace may have several of. */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answerCallback(request, async () => {
    const { connector, workspace, app } = await context.params;
    return { connector, app: { workspaceId: workspace, slug: app } };
  });
}
