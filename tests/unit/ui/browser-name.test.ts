import { describe, expect, it } from 'vitest';
import { nameBrowser } from '@/components/settings/browser-name';

const mozilla = 'Mozilla/5.0';

describe('a session by its browser', () => {
  it.each([
    [`${mozilla} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
    [
      `${mozilla} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0`,
      'Edge on Windows',
    ],
    [
      `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15`,
      'Safari on macOS',
    ],
    [
      `${mozilla} (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36`,
      'Chrome on Android',
    ],
    ['curl/8.9.1', 'curl/8.9.1'],
    [null, 'Unknown browser'],
  ])('%s is %s', (userAgent, name) => {
    expect(nameBrowser(userAgent)).toBe(name);
  });
});
