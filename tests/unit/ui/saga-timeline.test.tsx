// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { SagaLine } from '@/components/connections/saga-timeline';
import { sagaWords as words } from '@/components/connections/saga-words';
import type { Saga } from '@/lib/sagas/schema';

afterEach(cleanup);

const at = (second: number): string => `2026-11-21T10:00:0${second}.000Z`;
const step = (name: string, of: Partial<Saga['steps'][number]> = {}): Saga['steps'][number] => ({
  name,
  state: 'completed',
  attempts: 1,
  note: null,
  error: null,
  began_at: at(1),
  ended_at: at(3),
  next_attempt_at: null,
  compensation: null,
  ...of,
});
const show = (of: Partial<Saga>) =>
  render(
    <SagaLine
      isOpen
      saga={{
        id: '019aa4f2-1111-7222-8333-444455556666',
        kind: 'start_stream',
        subject: '019aa4f2-1111-7222-8333-444455556667',
        state: 'completed',
        steps: [],
        created_at: at(0),
        finished_at: at(4),
        ...of,
      }}
    />,
  );
const lines = () =>
  screen.getAllByRole('listitem').map((line) => line.textContent?.replace(/\s+/g, ' '));

describe('a saga on its connection’s page', () => {
  it('tells each step, what came of it and how long it took', () => {
    show({ steps: [step('register_webhook', { note: 'Changes arrive as they happen.' })] });
    expect(screen.getByText(words.kinds['start_stream'] ?? '')).toBeDefined();
    const [line] = screen.getAllByRole('listitem');
    expect(within(line as HTMLElement).getByText('Webhook registered')).toBeDefined();
    expect(lines()[0]).toContain('Changes arrive as they happen.');
    expect(lines()[0]).toMatch(/2(\.0)? s/);
  });

  it('says why a step failed, how often it was tried, and what was taken back', () => {
    show({
      state: 'compensated',
      steps: [
        step('register_webhook', {
          compensation: {
            state: 'completed',
            attempts: 1,
            note: 'Removed at the service.',
            error: null,
            began_at: at(4),
            ended_at: at(5),
          },
        }),
        step('first_run', {
          state: 'failed',
          attempts: 3,
          error: { code: 'provider.not_found', message: 'Gone.' },
        }),
      ],
    });
    expect(screen.getByText(words.states.compensated)).toBeDefined();
    expect(lines()).toHaveLength(3);
    expect(lines()[1]).toContain(`${words.takenBack}, done Removed at the service.`);
    expect(lines()[2]).toContain('Gone.');
    expect(lines()[2]).toContain(words.tries(3));
  });

  it('shows what it has no words for by its name', () => {
    show({ kind: 'join_two', steps: [step('ask_again', { state: 'pending', ended_at: null })] });
    expect(screen.getByText('join two')).toBeDefined();
    expect(screen.getByText('ask again')).toBeDefined();
  });
});
