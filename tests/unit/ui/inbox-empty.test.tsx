// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NoEvents } from '@/components/inbox/event-list';
import { words } from '@/components/inbox/words';

afterEach(cleanup);

describe('a filter that finds nothing', () => {
  it('says so of what was looked at, and looks further back when asked', async () => {
    const onLookBack = vi.fn<() => void>();
    render(<NoEvents isFiltered change={() => undefined} onLookBack={onLookBack} />);
    expect(screen.getByText(words.none.ofLate)).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: words.none.lookBack }));
    expect(onLookBack).toHaveBeenCalledOnce();
  });

  it('says it of all events when all were looked at', () => {
    render(<NoEvents isFiltered change={() => undefined} onLookBack={undefined} />);
    expect(screen.getByText(words.none.body)).toBeDefined();
    expect(screen.queryByRole('button', { name: words.none.lookBack })).toBeNull();
  });
});
