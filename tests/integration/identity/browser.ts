import type { WebHub } from '#lib/hub/web';

/** Keeps cookies as a browser does, for the sign-in routes. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #hub: WebHub;
  readonly #headers: Record<string, string>;
  readonly origin: string;

  constructor(hub: WebHub, options: { origin?: string; headers?: Record<string, string> } = {}) {
    this.#hub = hub;
    this.origin = options.origin ?? 'http://localhost:3000';
    this.#headers = { host: new URL(this.origin).host, ...options.headers };
  }

  headers(extra: Record<string, string> = {}): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Headers({ ...this.#headers, ...(cookie ? { cookie } : {}), ...extra });
  }

  async get(path: string): Promise<Response> {
    const url = new URL(path, this.origin);
    return this.#keep(
      await this.#hub.handleAuth(
        new Request(url, { headers: this.headers() }),
        url.pathname.split('/').slice(3),
        this.#hub.startPace(),
      ),
    );
  }

  async post(path: string, form: Record<string, string> = {}, headers = {}): Promise<Response> {
    const url = new URL(path, this.origin);
    const request = new Request(url, {
      method: 'POST',
      headers: this.headers({
        origin: this.origin,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      }),
      body: new URLSearchParams(form),
    });
    const parts = url.pathname.split('/').slice(3);
    return this.#keep(await this.#hub.handleAuth(request, parts, this.#hub.startPace()));
  }

  async session() {
    return this.#hub.readSession(this.headers());
  }

  #keep(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      const isGone = attributes.some((one) => one.trim().toLowerCase() === 'max-age=0');
      if (isGone) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
}
