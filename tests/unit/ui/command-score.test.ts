import { expect, it } from 'vitest';
import { scoreCommand } from '@/components/ui/command-score';

it('prefers the beginning of the name to its middle', () => {
  expect(scoreCommand(['Connect a service'], 'c')).toBeGreaterThan(scoreCommand(['Records'], 'c'));
});

it('wants every word', () => {
  expect(scoreCommand(['Connect a service'], 'con ser')).toBeGreaterThan(0);
  expect(scoreCommand(['Connect a service'], 'con board')).toBe(0);
});

it('finds other words for the same thing, behind its own name', () => {
  expect(scoreCommand(['Deliveries', 'webhooks'], 'web')).toBeLessThan(
    scoreCommand(['Webhooks'], 'web'),
  );
});

it('keeps everything while nothing is typed', () => {
  expect(scoreCommand(['Board'], ' ')).toBe(1);
});
