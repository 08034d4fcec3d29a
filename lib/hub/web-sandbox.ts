import { z } from 'zod';
import { HubError } from '#lib/core/index';
import type { SandboxState } from './schema.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

const answerMs = 5_000;
/** What the sandbox says of its activity; it says more, which is not passed on. */
const activitySchema = z
  .object({ running: z.boolean(), plan: z.object({ rate: z.number() }).nullable() })
  .transform(({ running, plan }) => ({ running, rate: plan?.rate ?? 0 }));

/** The sandbox's switches that a page may turn. Its control token never leaves this process. */
export function sandboxUseCases({ env }: UseCaseDeps) {
  async function control(method: string, json?: unknown): Promise<SandboxState['activity']> {
    const { SANDBOX_URL: url, SANDBOX_CONTROL_TOKEN: token } = env;
    if (!url || !token) throw new HubError('resource.not_found');
    let answer: Response;
    try {
      answer = await fetch(`${url}/sandbox/control/activity`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(answerMs),
      });
    } catch (cause) {
      throw new HubError('internal.unavailable', 'The sandbox does not answer.', { cause });
    }
    if (!answer.ok) {
      throw new HubError('internal.unavailable', `The sandbox answered ${answer.status}.`);
    }
    return activitySchema.parse(await answer.json());
  }

  return {
    read: async (at: { origin: string }): Promise<SandboxState> => ({
      url: `${at.origin}/sandbox`,
      activity: await control('GET'),
    }),
    start: (input: { rate: number }) => control('POST', input),
    stop: () => control('DELETE'),
  };
}
