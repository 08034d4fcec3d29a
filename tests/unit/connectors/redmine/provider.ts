import type { ConnectorContext, HttpAnswer, HttpRequest } from '#lib/connectors/protocol/index';
import { redmineApi } from '#lib/connectors/redmine/api';

/** A call's answer: JSON (200), or a status with a body. */
type Reply = object | { status: number; text: string };
const isFailure = (reply: Reply): reply is { status: number; text: string } =>
  'status' in reply && 'text' in reply;

export const statuses = [
  { id: 1, name: 'New', is_closed: false },
  { id: 2, name: 'In Progress', is_closed: false },
  { id: 4, name: 'Feedback', is_closed: false },
  { id: 5, name: 'Closed', is_closed: true },
  { id: 6, name: 'Rejected', is_closed: true },
];

export const lists: Record<string, Reply> = {
  '/issue_statuses.json': { issue_statuses: statuses },
  '/trackers.json': { trackers: [{ id: 1, name: 'Bug', default_status: { id: 1, name: 'New' } }] },
  '/users/current.json': { user: { id: 5, login: 'ada', firstname: 'Ada', lastname: 'Lovelace' } },
};

/** An issue as Redmine 5.0 shows it. */
export const issueOf = (id: number, more: object = {}) => ({
  id,
  project: { id: 3, name: 'Pumps' },
  tracker: { id: 1, name: 'Bug' },
  status: { id: 1, name: 'New', is_closed: false },
  priority: { id: 2, name: 'Normal' },
  author: { id: 1, name: 'Redmine Admin' },
  subject: `Pump ${id}`,
  description: 'It leaks',
  start_date: '2026-11-01',
  due_date: null,
  done_ratio: 0,
  is_private: false,
  created_on: '2026-11-01T08:00:00Z',
  updated_on: '2026-11-02T08:00:00Z',
  closed_on: null,
  ...more,
});

export const scope = { project_id: 3 };
export const refOf = (id: number) => ({ externalId: String(id), externalKey: String(id), scope });

/** `ctx.http` that answers as told; what was asked stands in `calls`. */
export function redmineSaying(reply: (request: HttpRequest) => Reply | undefined) {
  const calls: HttpRequest[] = [];
  const send = (request: HttpRequest): Promise<HttpAnswer> => {
    calls.push(request);
    const said = reply(request) ?? lists[request.path] ?? { status: 404, text: ' ' };
    if (!isFailure(said)) return Promise.resolve(answerOf(200, said));
    const { status, text } = said;
    const headers = new Headers();
    if (status < 400) return Promise.resolve(answerOf(status, null));
    return Promise.reject(redmineApi.toError({ status, headers, text }));
  };
  const ctx: ConnectorContext = {
    http: { send },
    signal: new AbortController().signal,
    place: { apiBaseUrl: 'https://pm.example.com/redmine' },
  };
  return { ctx, calls };
}

const answerOf = (status: number, json: unknown): HttpAnswer => ({
  status,
  headers: new Headers(),
  json,
  etag: 'W/"1"',
  clockOffsetMs: null,
});
