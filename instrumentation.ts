import type { Instrumentation } from 'next';
import { isNodeRuntime, sentryEnv } from '#lib/env/index';

/**
 * What may leave with an error: its message, stack and the id shown to the user. No headers,
 * cookies, bodies, queries or local variables, because any of them can hold a secret.
 */
const nothingCollected = {
  userInfo: false,
  cookies: false,
  httpHeaders: false,
  httpBodies: [],
  urlQueryParams: false,
  databaseQueryData: false,
  queues: false,
  stackFrameVariables: false,
};

/** Runs once before the first request. Without SENTRY_DSN nothing is loaded and nothing is sent. */
export async function register(): Promise<void> {
  const settings = isNodeRuntime() ? sentryEnv() : null;
  if (!settings) return;
  const Sentry = await import('@sentry/nextjs');
  const { setErrorSink } = await import('#lib/observability/index');
  Sentry.init({ ...settings, tracesSampleRate: 0, dataCollection: nothingCollected });
  setErrorSink((error, id) => {
    Sentry.captureException(error, { tags: { error_id: id } });
  });
}

/** Errors of pages, layouts and routes; `digest` is the id an error page shows. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (!isNodeRuntime()) return;
  const { captureError, logger } = await import('#lib/observability/index');
  // Without the query, which may hold a code, and without an invitation's token.
  const [plain = ''] = request.path.split('?');
  const path = plain.replace(/(\/invitations\/)[^/]+/, '$1…');
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null;
  captureError(
    logger('web').child({ route: context.routePath, path, correlation_id: digest }),
    error,
    'a page failed',
  );
};
