import { z } from 'zod';
import { HubError } from '#lib/core/index';
import type { SandboxState } from './schema.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

const answerMs = 5_000;
/** What the sandbox says of its activity; it says more, which is not passed on. */
const activitySchema = z
  .object({ running: z.boolean(), plan: z.object({ rate: z.number() }).nullable() })
  .transform(({ running, plan }) => ({ running, rate: plan?.rate ?? 0 }));

/** GitHub's switches lie at the root of the sandbox's control, every other double's below its name. */
const activityPath = (connector: string): string =>
  connector === sandboxRoot ? 'activity' : `${encodeURIComponent(connector)}/activity`;
const sandboxRoot = 'github';

/** The sandbox's switches that a page may turn. Its control token never leaves this process. */
export function sandboxUseCases({ env }: UseCaseDeps) {
  /** Null where the double of the connector has no people. */
  async function control(
    connector: string,
    method: string,
    json?: unknown,
  ): Promise<SandboxState['activity']> {
    const { SANDBOX_URL: url, SANDBOX_CONTROL_TOKEN: token } = env;
    if (!url || !token) throw new HubError('resource.not_found');
    let answer: Response;
    try {
      answer = await fetch(`${url}/sandbox/control/${activityPath(connector)}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(answerMs),
      });
    } catch (cause) {
      throw new HubError('internal.unavailable', 'The sandbox does not answer.', { cause });
    }
    if (answer.status === 404) return null;
    if (!answer.ok) {
      throw new HubError('internal.unavailable', `The sandbox answered ${answer.status}.`);
    }
    return activitySchema.parse(await answer.json());
  }

  return {
    read: async (at: { origin: string; connector: string }): Promise<SandboxState> => ({
      url: `${at.origin}/sandbox`,
      activity: await control(at.connector, 'GET'),
    }),
    start: (input: { connector: string; rate: number }) =>
      control(input.connector, 'POST', { rate: input.rate }),
    stop: (input: { connector: string }) => control(input.connector, 'DELETE'),
  };
}
