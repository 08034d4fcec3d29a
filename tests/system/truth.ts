import type { RecordRow } from '#lib/records/schema';
import type { TrueIssue } from '#lib/sandbox/index';

/** A record's fields that can be compared with an issue; sets are sorted, spaces at ends do not count. */
interface Comparable {
  external_key: string | null;
  link_state: string | null;
  title: string;
  body: string | null;
  state: string;
  labels: string[];
  assignees: string[];
  author: string | null;
  number: number | null;
  path: string | null;
  comments: number;
  created_at: string | null;
  closed_at: string | null;
}

const text = (value: string | null): string | null =>
  value?.replace(/\r\n?/g, '\n').trimEnd() || null;
const sorted = (value: unknown): string[] => (Array.isArray(value) ? value.map(String).sort() : []);
const time = (value: unknown): string | null =>
  typeof value === 'string' ? new Date(value).toISOString() : null;
const string = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What the hub has to say about an issue, by the issue's own words; written without the connector. */
function expected(issue: TrueIssue, repo: string): Comparable {
  const state = issue.state === 'open' ? 'open' : 'done';
  const isDropped = ['not_planned', 'duplicate'].includes(issue.state_reason ?? '');
  return {
    external_key: String(issue.number),
    link_state: 'synced',
    title: issue.title.trim(),
    body: text(issue.body),
    state: issue.state === 'closed' && isDropped ? 'cancelled' : state,
    labels: sorted(issue.labels),
    assignees: sorted(issue.assignees),
    author: issue.user,
    number: issue.number,
    path: `${repo}/issues/${issue.number}`,
    comments: issue.comments,
    created_at: time(issue.created_at),
    closed_at: time(issue.closed_at),
  };
}

function actual({ data, links }: RecordRow): Comparable {
  const [link] = links;
  const author = data['author'] as { login?: string } | null | undefined;
  const path = string(data['url'])?.split('/').slice(-4).join('/') ?? null;
  return {
    external_key: link?.external_key ?? null,
    link_state: links.length === 1 ? (link?.state ?? null) : `${links.length} links`,
    title: String(data['title']).trim(),
    body: text(string(data['body'])),
    state: String(data['state']),
    labels: sorted(data['labels']),
    assignees: sorted(data['assignees']),
    author: author?.login ?? null,
    number: Number(data['number']),
    path,
    comments: Number(data['comments']),
    created_at: time(data['created_at']),
    closed_at: time(data['closed_at']),
  };
}

/** Sentences about everything in which the hub's copy and the service differ; none when equal. */
export function differences(records: RecordRow[], issues: TrueIssue[], repo: string): string[] {
  const byNumber = new Map(
    records.map((record) => [Number(record.data['number']), actual(record)]),
  );
  const found = [
    ...(byNumber.size === records.length ? [] : ['an issue is there twice']),
    ...(records.length === issues.length
      ? []
      : [`${records.length} records, ${issues.length} issues`]),
  ];
  for (const issue of issues) {
    const here = byNumber.get(issue.number);
    if (!here) {
      found.push(`#${issue.number} is missing`);
      continue;
    }
    const there = expected(issue, repo);
    for (const field of Object.keys(there) as (keyof Comparable)[]) {
      const [ours, theirs] = [JSON.stringify(here[field]), JSON.stringify(there[field])];
      if (ours !== theirs) found.push(`#${issue.number} ${field}: ${ours}, GitHub has ${theirs}`);
    }
  }
  return found;
}
