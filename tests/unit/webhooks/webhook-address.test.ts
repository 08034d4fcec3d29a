import { describe, expect, it } from 'vitest';
import { webhookBase } from '#lib/webhooks/webhook-address';

const at = (apiBaseUrl: string, publicUrl?: string) =>
  webhookBase({ apiBaseUrl, publicUrl, port: 3_000 });

describe('webhookBase', () => {
  it('is the public address when there is one', () => {
    expect(at('https://api.github.com', 'https://hub.example')).toEqual({
      baseUrl: 'https://hub.example',
    });
    expect(at('http://127.0.0.1:4000/api', 'https://hub.example')).toEqual({
      baseUrl: 'https://hub.example',
    });
  });

  it('is loopback for a service on this machine', () => {
    for (const host of ['127.0.0.1:4100', 'localhost:4100', '[::1]:4100']) {
      expect(at(`http://${host}/sandbox/github/api`)).toEqual({ baseUrl: 'http://127.0.0.1:3000' });
    }
  });

  it('is nowhere for a service that cannot reach this machine, and says why', () => {
    for (const url of ['https://api.github.com', 'https://127.0.0.1.evil.example', 'nonsense']) {
      expect(at(url)).toEqual({ unavailable: expect.stringContaining('PUBLIC_URL is not set') });
    }
  });
});
