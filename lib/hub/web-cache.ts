import type { UseCaseDeps } from './web-use-cases.ts';

/** How reads of the cache ended, for the System page. */
export function cacheUseCases({ connections }: UseCaseDeps) {
  return {
    figures: ({ workspaceId }: { workspaceId: string }) => connections.cache.figures(workspaceId),
  };
}
