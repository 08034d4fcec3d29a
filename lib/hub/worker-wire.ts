import { z } from 'zod';
import { proxyCallSchema } from '#lib/connections/index';

/** What web and the worker's listener agree on: `service` or `fault`, on everything that is said. */
export const answerKind = 'x-patchbay-answer';

/** What a token says is to be done. */
export const passedCallSchema = proxyCallSchema.extend({
  workspace_id: z.uuid(),
  connection_id: z.uuid(),
  has_body: z.boolean(),
});
export type PassedCall = z.infer<typeof passedCallSchema>;
