// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useEffect, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { SearchInput } from '@/components/ui/search-input';

afterEach(cleanup);

/** A page that keeps the words where they come back late, as the URL does. */
const late = {
  deliver: (): void => undefined,
  replace: (_value: string): void => undefined,
};

function LatePage() {
  const [value, setValue] = useState('');
  const [sent, setSent] = useState<string[]>([]);
  useEffect(() => {
    late.deliver = () => {
      const [first, ...rest] = sent;
      if (first === undefined) return;
      setValue(first);
      setSent(rest);
    };
    late.replace = setValue;
  }, [sent]);
  return (
    <SearchInput
      label="Search"
      shortcut={null}
      value={value}
      onValueChange={(next) => setSent((before) => [...before, next])}
    />
  );
}

const field = () => screen.getByRole<HTMLInputElement>('searchbox');

describe('a search whose value comes back late', () => {
  it('keeps every letter typed', async () => {
    render(<LatePage />);
    await userEvent.type(field(), 'webhook');
    expect(field().value).toBe('webhook');
    for (let answers = 0; answers < 3; answers += 1) act(() => late.deliver());
    expect(field().value).toBe('webhook');
    await userEvent.type(field(), 's');
    for (let answers = 0; answers < 9; answers += 1) act(() => late.deliver());
    expect(field().value).toBe('webhooks');
  });

  it('follows a value that was not typed here', async () => {
    render(<LatePage />);
    await userEvent.type(field(), 'retry');
    for (let answers = 0; answers < 5; answers += 1) act(() => late.deliver());
    act(() => late.replace(''));
    expect(field().value).toBe('');
    act(() => late.replace('label'));
    expect(field().value).toBe('label');
  });
});
