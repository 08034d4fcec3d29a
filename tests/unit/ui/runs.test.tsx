// @vitest-environment jsdom
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunAsks } from '@/components/runs/run-asks';
import { RunPage } from '@/components/runs/run-page';
import { words as runWords } from '@/components/runs/words';
import type { Run, RunEvent } from '@/lib/sync/schema';
import { patience } from '../../setup/patience.ts';
import { AnsweringHub, at, id, other, show } from './answering-hub.tsx';

let hub: AnsweringHub;
beforeEach(() => {
  hub = new AnsweringHub();
  hub.start();
});
afterEach(() => hub.stop());

const run: Run = {
  id,
  connection_id: id,
  stream_id: id,
  kind: 'reconcile',
  status: 'paused',
  done: 900,
  total: 900,
  created: 0,
  updated: 0,
  unchanged: 900,
  calls: 9,
  attempts: 0,
  error: { code: 'sync.mass_change', message: '240 of 900 records are gone.' },
  asks: {
    what: 'delete',
    count: 240,
    of: 900,
    sample: [{ record_id: other, title: 'Fix the login', external_key: '7' }],
  },
  created_at: at,
  started_at: at,
  updated_at: at,
  finished_at: null,
};

describe('a sweep that asks', () => {
  it('says how many of how many, names some, and takes both answers', async () => {
    hub.answers[`PATCH /runs/${id}`] = run;
    show(<RunAsks run={run} name="acme/app" />);
    expect(screen.getByText('acme/app: This sweep would delete 240 of 900 records')).toBeTruthy();
    await userEvent.click(screen.getByText(runWords.asks.some));
    expect(screen.getByRole('link', { name: 'Fix the login' })).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: runWords.asks.allow }));
    expect(hub.asked.at(-1)).toMatchObject({ method: 'PATCH', json: { action: 'resume' } });
    await userEvent.click(screen.getByRole('button', { name: runWords.asks.cancel }));
    expect(hub.asked.some(({ json }) => json['action'] === 'cancel')).toBe(true);
  });

  it('has no buttons for who may not answer', () => {
    show(<RunAsks run={run} name="acme/app" />, 'viewer');
    expect(screen.queryByRole('button', { name: runWords.asks.allow })).toBeNull();
    expect(screen.getByText(runWords.asks.viewer)).toBeTruthy();
  });
});

describe('the page of a run', () => {
  const events: RunEvent[] = [
    { seq: 1, type: 'queued', data: { kind: 'poll', is_held: false }, by: { id, name: 'Ada' }, at },
    {
      seq: 2,
      type: 'postponed',
      data: { attempts: 3, error: { code: 'x', message: 'Too fast.' }, times: 3, after_ms: 60_000 },
      by: null,
      at,
    },
    {
      seq: 3,
      type: 'page',
      data: { pages: 9, done: 900, created: 1, updated: 2, unchanged: 897, total: 900 },
      by: null,
      at,
    },
  ];
  const done: Run = {
    ...run,
    status: 'completed',
    asks: null,
    error: null,
    updated: 2,
    finished_at: at,
  };

  it('tells it by its events, and offers to take back what it did', async () => {
    hub.answers[`GET /runs/${id}`] = done;
    hub.answers[`GET /runs/${id}/events`] = { data: events, calls_saved: 41, is_whole: true };
    hub.answers['GET /streams'] = { data: [] };
    hub.answers['GET /undos'] = { data: [], next_cursor: null };
    hub.answers['POST /undos'] = {
      preview: {
        records: 30,
        looked_at: 30,
        can: 29,
        partly: 0,
        asks_service: 0,
        cannot: 1,
        reasons: { changed_since: 1 },
        sample: [],
        needs_allow: true,
      },
      undo: null,
    };
    show(<RunPage id={id} />);
    const list = await screen.findByRole('list', { name: runWords.timeline }, patience);
    const lines = within(list)
      .getAllByRole('listitem')
      .map((line) => line.textContent);
    expect(lines[0]).toContain('900 looked at, 1 made, 2 changed');
    expect(lines[1]).toContain('3 times in a row');
    expect(lines[2]).toContain('by Ada');
    expect(screen.getByText('41')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: runWords.undo.action }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('29 records go back wholly', {}, patience)).toBeTruthy();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Take back 30' }));
    expect(hub.asked.find(({ json }) => json['allow'] === 30)).toBeTruthy();
  });

  it('says what went wrong, and tries again', async () => {
    show(<RunPage id={id} />, 'viewer');
    expect(await screen.findByText(runWords.failed, {}, patience)).toBeTruthy();
  });
});
