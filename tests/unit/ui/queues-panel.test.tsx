// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InstanceQueuesView } from '@/components/system/instance-queues';
import { queueWords } from '@/components/system/queue-words';
import { OwedView } from '@/components/system/queues-panel';
import type { InstanceQueue, OwedWork } from '@/lib/queue/schema';

afterEach(cleanup);

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const queue = (of: Partial<InstanceQueue> = {}): InstanceQueue => ({
  name: 'push',
  due: 0,
  oldest_at: null,
  failing: 0,
  paused_at: null,
  waiting: 0,
  running: 0,
  condition: 'idle',
  reasons: [],
  ...of,
});
const show = (...queues: InstanceQueue[]) => {
  const onRule = vi.fn<(queue: string, paused: boolean) => void>();
  const onRedrive = vi.fn<(queue: string) => void>();
  render(
    <InstanceQueuesView queues={queues} isBusy={false} onRule={onRule} onRedrive={onRedrive} />,
  );
  return { onRule, onRedrive };
};

describe('the queues of the instance', () => {
  it('say how each is, what waits and why it fails', () => {
    show(
      queue({
        condition: 'failing',
        due: 1_000,
        oldest_at: ago(90_000),
        waiting: 12,
        running: 4,
        failing: 3,
        reasons: [{ code: 'worker.died', keys: 3, last_at: ago(1_000) }],
      }),
    );
    const row = within(screen.getByRole('listitem'));
    for (const text of ['Edits', 'something fails', '1,000+ due', '12 in line', '4 running']) {
      expect(row.getByText(text)).toBeTruthy();
    }
    expect(row.getByText('3 × workers ended while at it')).toBeTruthy();
  });

  it('rest, go on and try again at a press, each button named after its queue', async () => {
    const { onRule, onRedrive } = show(
      queue({ failing: 1, condition: 'failing' }),
      queue({ name: 'run', paused_at: ago(5_000), condition: 'paused' }),
    );
    const person = userEvent.setup();
    await person.click(screen.getByRole('button', { name: 'Pause Edits' }));
    await person.click(screen.getByRole('button', { name: 'Resume First reads' }));
    await person.click(screen.getByRole('button', { name: 'Try again now what fails in Edits' }));
    expect(onRule.mock.calls).toEqual([
      ['push', true],
      ['run', false],
    ]);
    expect(onRedrive.mock.calls).toEqual([['push']]);
    expect(screen.queryByRole('button', { name: /fails in First reads/ })).toBeNull();
  });
});

describe('what a workspace is owed', () => {
  const owed = (of: Partial<OwedWork> = {}): OwedWork => ({
    queues: [],
    failures: [],
    workers: { listening: 1, polling: 0 },
    ...of,
  });

  it('says that there is nothing, and how work is heard of', () => {
    render(<OwedView owed={owed()} />);
    expect(screen.getByText(queueWords.nothing)).toBeTruthy();
    expect(screen.getByText(/1 worker, listening/)).toBeTruthy();
    cleanup();
    render(<OwedView owed={owed({ workers: { listening: 1, polling: 2 } })} />);
    expect(screen.getByText(/3 workers, 2 of them polling/)).toBeTruthy();
    cleanup();
    render(<OwedView owed={owed({ workers: { listening: 0, polling: 0 } })} />);
    expect(screen.getByText(/No worker has given a sign/)).toBeTruthy();
  });

  it('names what keeps failing with its reason', () => {
    const { name, due, oldest_at, failing, paused_at } = queue({
      due: 2,
      oldest_at: ago(1),
      failing: 1,
    });
    render(
      <OwedView
        owed={owed({
          queues: [{ name, due, oldest_at, failing, paused_at }],
          failures: [
            {
              queue: 'push',
              key: 'link-1',
              code: 'commands.timeout',
              reason: 'The service did not answer.',
              count: 4,
              first_at: ago(60_000),
              last_at: ago(1_000),
              retry_at: ago(-60_000),
            },
          ],
        })}
      />,
    );
    expect(screen.getByText('1 thing fails')).toBeTruthy();
    const failures = within(screen.getByRole('region', { name: queueWords.failures }));
    expect(failures.getByText(/did not answer/)).toBeTruthy();
    expect(failures.getByText(/failed 4 times/)).toBeTruthy();
  });
});
