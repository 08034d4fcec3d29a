/** What a channel is to be told of. */
export interface Telling {
  name: string;
  /** Of the records. */
  kind: string;
  streamIds: readonly string[];
}

/** A new subscription that tells Slack, of these records where they are named. */
export function tellSlackPath(home: string, of: Telling | null = null): string {
  const query = new URLSearchParams({ new: 'slack' });
  if (of) {
    query.set('kind', of.kind);
    query.set('name', of.name);
    for (const id of of.streamIds) query.append('stream', id);
  }
  return `${home}/deliveries?${query}`;
}
