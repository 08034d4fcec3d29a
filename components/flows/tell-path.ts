import type { Flow } from '@/lib/flows/schema';

/** A new subscription that tells Slack of the records of a flow. */
export function tellSlackPath(home: string, flow: Flow): string {
  const query = new URLSearchParams({ new: 'slack', kind: flow.kind, name: flow.name });
  for (const side of flow.sides) query.append('stream', side.stream_id);
  return `${home}/deliveries?${query}`;
}
