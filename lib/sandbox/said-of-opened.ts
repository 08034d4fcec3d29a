import { z } from 'zod';

const openedSchema = z.looseObject({
  issue: z.looseObject({
    labels: z.array(z.looseObject({ name: z.string(), color: z.string() })),
    assignees: z.array(z.looseObject({ login: z.string() })),
  }),
  repository: z.unknown(),
  sender: z.unknown(),
});

/**
 * GitHub tells of an issue that is made with labels and people by one event more for each of them,
 * beside “opened”; emulate leaves these out.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
 */
export function saidOfOpened(payload: unknown): { action: string }[] {
  const read = openedSchema.safeParse(payload);
  if (!read.success) return [];
  const { issue, repository, sender } = read.data;
  const labelled = issue.labels.map(({ name, color }) => ({ label: { name, color } }));
  const assigned = issue.assignees.map((assignee) => ({ assignee }));
  return [
    ...labelled.map((label) => ({ action: 'labeled', issue, ...label, repository, sender })),
    ...assigned.map((person) => ({ action: 'assigned', issue, ...person, repository, sender })),
  ];
}
