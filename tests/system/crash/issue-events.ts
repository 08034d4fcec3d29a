import { createHmac, randomUUID } from 'node:crypto';
import { issueJson } from '../../fixtures/github/issue.ts';

export interface IssueEvent {
  deliveryId: string;
  number: number;
  /** The state of the issue this event carries; 1 is the first. */
  state: number;
  body: string;
}

export const repo = 'northwind/api';
const [owner = '', name = ''] = repo.split('/');
export const titleOf = (number: number, state: number): string => `Issue ${number}, state ${state}`;

/** Every issue is opened and then edited, each state a second after the one before. */
export function issueEvents(issues: number, statesOfEach: number): IssueEvent[] {
  return Array.from({ length: issues * statesOfEach }, (_, index) => {
    const number = 1 + (index % issues);
    const state = 1 + Math.floor(index / issues);
    const issue = issueJson({
      number,
      title: titleOf(number, state),
      updated_at: new Date(Date.UTC(2026, 3, 23, 8, 0, state)).toISOString(),
    });
    const body = JSON.stringify({
      action: state === 1 ? 'opened' : 'edited',
      issue,
      repository: { id: 1, name, full_name: repo, owner: { login: owner } },
    });
    return { deliveryId: randomUUID(), number, state, body };
  });
}

export const headersOf = ({ deliveryId, body }: IssueEvent, secret: string) => ({
  'content-type': 'application/json',
  'x-github-delivery': deliveryId,
  'x-github-event': 'issues',
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
});
