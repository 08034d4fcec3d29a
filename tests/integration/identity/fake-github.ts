import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeGitHub {
  url: string;
  /** Who the next code is for; tests change it. */
  person: {
    id: number;
    login: string;
    name: string | null;
    emails: { email: string; primary: boolean; verified: boolean }[];
  };
  /** Replaces the token answer, for answers no real service would give. */
  tokenAnswer: { status: number; body: unknown } | null;
  calls: string[];
  /** Puts the code's PKCE challenge where the exchange finds it. */
  issueCode(challenge: string): string;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

/** GitHub's token and user endpoints, small enough to lie on demand. */
export async function startFakeGitHub(): Promise<FakeGitHub> {
  const codes = new Map<string, { challenge: string; person: FakeGitHub['person'] }>();
  const tokens = new Map<string, FakeGitHub['person']>();
  let issued = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace('/sandbox/github', '');
    fake.calls.push(`${request.method} ${path}`);
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (path === '/login/oauth/access_token') {
      if (fake.tokenAnswer) return send(fake.tokenAnswer.status, fake.tokenAnswer.body);
      const form = await bodyOf(request);
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const code = form.get('code') ?? '';
      const grant = codes.get(code);
      if (grant?.challenge !== challenge || form.get('client_secret') !== 'fake-secret') {
        return send(200, { error: 'bad_verification_code' });
      }
      codes.delete(code);
      const token = `gho_${code}`;
      tokens.set(token, grant.person);
      return send(200, { access_token: token, token_type: 'bearer', scope: 'user:email' });
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const person = tokens.get(token);
    if (!person) return send(401, { message: 'Bad credentials' });
    const { id, login, name, emails } = person;
    if (path === '/api/user') {
      return send(200, { id, login, name, email: 'public@elsewhere.test', avatar_url: null });
    }
    if (path === '/api/user/emails') return send(200, emails);
    return send(404, {});
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person: { id: 1, login: 'mara', name: 'Mara Lindqvist', emails: [] },
    tokenAnswer: null,
    calls: [],
    issueCode(challenge) {
      issued += 1;
      const code = `code-${issued}`;
      codes.set(code, { challenge, person: fake.person });
      return code;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
