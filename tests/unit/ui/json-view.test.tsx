// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { redactedText, redactJson } from '@/components/ui/json-redact';
import { JsonView } from '@/components/ui/json-view';

afterEach(cleanup);

const payload = {
  headers: { Authorization: 'Bearer abc', 'X-Signature': 'sha256=1' },
  client_secret: 's3cret',
  tokens_used: 12,
  note: 'xoxb-1234567890-abcdef',
  list: [{ api_key: 'k' }, { title: 'token of thanks' }],
};

describe('hiding what looks secret', () => {
  it('goes by names and by texts that name themselves', () => {
    const { value, hidden } = redactJson(payload);
    expect(hidden).toBe(5);
    expect(value).toEqual({
      headers: { Authorization: redactedText, 'X-Signature': redactedText },
      client_secret: redactedText,
      tokens_used: 12,
      note: redactedText,
      list: [{ api_key: redactedText }, { title: 'token of thanks' }],
    });
  });

  it('leaves what it was given as it is, and names of the prototype too', () => {
    const parsed: unknown = JSON.parse('{"__proto__":{"token":"a"},"then":"b"}');
    expect(JSON.stringify(redactJson(parsed).value)).toContain(redactedText);
    expect(JSON.stringify(parsed)).toBe('{"__proto__":{"token":"a"},"then":"b"}');
    expect(redactJson({ token: '' }).hidden).toBe(0);
  });
});

describe('the viewer', () => {
  it('shows and copies without secrets until one asks for them', () => {
    render(<JsonView value={payload} label="Payload" copyText='{"raw":1}' />);
    expect(screen.queryByText('"s3cret"')).toBeNull();
    expect(screen.getByTitle(/^Copy Payload/).title).not.toContain('s3cret');
    fireEvent.click(screen.getByRole('button', { name: 'Show 5 hidden values' }));
    expect(screen.getByText('"s3cret"')).toBeTruthy();
    expect(screen.getByTitle(/^Copy Payload/).title).toBe('Copy Payload: {"raw":1}');
  });

  it('finds nothing in what is hidden', () => {
    render(<JsonView value={payload} label="Payload" />);
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 's3cret' } });
    expect(screen.getByText('0 found')).toBeTruthy();
  });

  it('has no such button where nothing is hidden', () => {
    render(<JsonView value={{ a: 1 }} label="Payload" />);
    expect(screen.queryByRole('button', { name: /hidden/ })).toBeNull();
  });
});
