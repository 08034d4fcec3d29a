// @vitest-environment jsdom
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeDiff } from '@/components/records/change-diff';
import { FieldLineage } from '@/components/records/field-lineage';
import { historyWords } from '@/components/records/history-words';
import { MissingAnswer, MissingDialog } from '@/components/records/missing-dialog';
import { guessName } from '@/components/records/missing-name';
import { RecordTimeline } from '@/components/records/record-timeline';
import type { Role } from '@/lib/identity/schema';
import type { Change, Creation, Push } from '@/lib/records/schema';
import { patience } from '../../setup/patience.ts';
import { AnsweringHub, at, id, other, show } from './answering-hub.tsx';

let hub: AnsweringHub;
beforeEach(() => {
  hub = new AnsweringHub();
  hub.start();
});
afterEach(() => hub.stop());

const change = (more: Partial<Change> = {}): Change => ({
  position: 12,
  record_id: id,
  kind: 'task',
  version: 3,
  op: 'update',
  origin: 'connection',
  reason: null,
  actor: null,
  connection_id: id,
  run_id: null,
  inbox_event_id: other,
  mutation_id: null,
  undoes: null,
  fields: ['title'],
  diff: { title: ['Before', 'After'] },
  at,
  ...more,
});
const push: Push = {
  id,
  connection_id: id,
  fields: ['title'],
  created_at: at,
  outcome: 'unknown',
  error: { code: 'provider.timeout', message: 'It did not answer.' },
  finished_at: null,
  echoed_at: null,
};
const connectors = new Map([[id, 'GitHub']]);
const timeline = (
  changes: Change[],
  role: Role = 'editor',
  pushes: Push[] = [],
  creations: Creation[] = [],
) =>
  show(
    <RecordTimeline
      history={{ changes, pushes, creations, conflicts: [] }}
      connectors={connectors}
    />,
    role,
  );

const creation: Creation = {
  id,
  connection_id: other,
  stream_id: other,
  stream: 'acme/app',
  state: 'unknown',
  error: null,
  created_at: at,
  sent_at: at,
  finished_at: null,
};

describe('the timeline of a record', () => {
  it('says who, what and where from, and how far a call got', () => {
    timeline([change()], 'viewer', [push], [creation]);
    expect(screen.getByText(/was made at acme\/app is not known/)).toBeTruthy();
    const list = screen.getByRole('list', { name: 'What happened to this record' });
    expect(within(list).getByText('GitHub')).toBeTruthy();
    expect(within(list).getByText('Before')).toBeTruthy();
    expect(screen.getByRole('link', { name: historyWords.webhook }).getAttribute('href')).toBe(
      `/w/acme/inbox?event=${other}`,
    );
    expect(screen.getByText(/took title is not known/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Undo/ })).toBeNull();
  });

  it('marks what was taken back, and offers no undo of it or of a creation', () => {
    timeline([
      change({ position: 14, undoes: 12, origin: 'user', actor: { id, name: 'Ada' } }),
      change(),
      change({ position: 3, op: 'create', diff: {}, fields: [] }),
    ]);
    expect(screen.getByText(historyWords.undone.whole)).toBeTruthy();
    expect(screen.getAllByRole('button', { name: /Undo/ })).toHaveLength(1);
  });

  it('previews an undo, names what stays and why, and does the rest once', async () => {
    const answer = {
      position: 12,
      record_id: id,
      can: [{ field: 'body', from: 'b', to: 'a' }],
      cannot: [{ field: 'title', code: 'changed_since', reason: 'Changed again.', now: 'Theirs' }],
      asks_service: false,
      is_done: false,
      version: 4,
    };
    hub.answers['POST /changes/12/undo'] = answer;
    timeline([change()]);
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Undo: change 12' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('Theirs', {}, patience)).toBeTruthy();
    expect(hub.asked.at(-1)?.json).toMatchObject({ preview: true });
    hub.answers['POST /changes/12/undo'] = { ...answer, is_done: true, version: 5 };
    await user.click(within(dialog).getByRole('button', { name: historyWords.undoPart }));
    const [first, ...later] = hub.asked.filter(({ method }) => method === 'POST');
    const made = later.find(({ json }) => json['preview'] === false);
    expect(made?.json).toMatchObject({
      partial: true,
      mutation_id: first?.json['mutation_id'] as string,
    });
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), patience);
  });
});

describe('a difference', () => {
  it('of a list is what came and went, of a text its lines', () => {
    const { container } = show(
      <>
        <ChangeDiff field="labels" before={['bug', 'p1']} after={['bug', 'p2']} />
        <ChangeDiff field="body" before={'one\ntwo\nthree'} after={'one\n2\nthree'} />
      </>,
    );
    expect(container.querySelector('del')?.textContent).toContain('p1');
    expect(container.querySelector('ins')?.textContent).toContain('p2');
    expect(screen.queryByText('bug')).toBeNull();
    expect([...container.querySelectorAll('li')].map((line) => line.textContent)).toEqual([
      ' one',
      '−removed two',
      '+added 2',
      ' three',
    ]);
  });
});

describe('why a value is here', () => {
  it('is told step by step, with the way to the webhook', async () => {
    hub.answers[`GET /records/${id}/lineage`] = {
      record_id: id,
      field: 'title',
      value: 'After',
      steps: [
        { code: 'set', text: 'It came from Acme.', at, refs: { inbox_event_id: other } },
        {
          code: 'service',
          text: 'Acme was last seen with another value.',
          at: null,
          value: 'Older',
          refs: {},
        },
      ],
    };
    show(<FieldLineage recordId={id} field="title" />, 'viewer');
    await userEvent.click(screen.getByRole('button', { name: 'Why is title as it is?' }));
    expect(await screen.findByText('It came from Acme.', {}, patience)).toBeTruthy();
    expect(screen.getByText('Older')).toBeTruthy();
    expect(screen.getByRole('link', { name: historyWords.webhook })).toBeTruthy();
  });

  it('says when it cannot be looked up', async () => {
    show(<FieldLineage recordId={id} field="title" />);
    await userEvent.click(screen.getByRole('button', { name: 'Why is title as it is?' }));
    expect((await screen.findByRole('alert', {}, patience)).textContent).toContain('Nothing at');
  });
});

describe('why something is not here', () => {
  it('is asked by address, number or id', async () => {
    expect(['https://x.test/1', '#12', 'ENG-12', 'I_kwDO'].map(guessName)).toEqual([
      'url',
      'external_key',
      'external_key',
      'external_id',
    ]);
    show(<MissingDialog text="12" onClose={() => undefined} />, 'viewer');
    expect(await screen.findByRole('dialog')).toBeTruthy();
    expect(screen.getByDisplayValue('12')).toBeTruthy();
    // Without a service there is nobody to ask about.
    const find = screen.getByRole('button', { name: historyWords.missing.find });
    expect(find.hasAttribute('disabled')).toBe(true);
  });

  it('is answered with the next step, and what else was found', () => {
    show(
      <MissingAnswer
        missing={{
          answer: {
            code: 'event_failed',
            text: 'A webhook that speaks of it could not be applied.',
            at,
            refs: { inbox_event_id: other, connection_id: id },
          },
          others: [
            {
              code: 'stream_paused',
              text: 'acme/app is paused.',
              at: null,
              refs: { connection_id: id },
            },
          ],
          looked_at: { streams: 1, events: 2_000, faults: 1_000 },
        }}
      />,
    );
    const links = screen.getAllByRole('link').map((link) => link.getAttribute('href'));
    expect(links).toEqual([`/w/acme/inbox?event=${other}`, `/w/acme/connections/${id}`]);
    expect(screen.getByText('acme/app is paused.')).toBeTruthy();
  });
});
