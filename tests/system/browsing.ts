/** Cookies by host, as a browser keeps them; ports share, paths and dates do not matter here. */
class CookieJar {
  readonly #hosts = new Map<string, Map<string, string>>();

  read(url: URL): string {
    const cookies = this.#hosts.get(url.hostname) ?? new Map<string, string>();
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keep(url: URL, answer: Response): void {
    const cookies = this.#hosts.get(url.hostname) ?? new Map<string, string>();
    this.#hosts.set(url.hostname, cookies);
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      const isGone = attributes.some((one) => one.trim().toLowerCase() === 'max-age=0');
      if (isGone) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

const redirectsLimit = 10;
const requestTimeoutMs = 30_000;

export interface Page {
  url: URL;
  status: number;
  text: string;
}

/** Goes where a browser would go: cookies, redirects, forms. No scripts run. */
export class Browser {
  readonly #jar = new CookieJar();

  /** `until`: for an answer that goes on as long as somebody listens. */
  async send(url: URL, init: RequestInit = {}, until?: AbortSignal): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = this.#jar.read(url);
    if (cookies !== '') headers.set('cookie', cookies);
    const answer = await fetch(url, {
      ...init,
      headers,
      redirect: 'manual',
      signal: until ?? AbortSignal.timeout(requestTimeoutMs),
    });
    this.#jar.keep(url, answer);
    return answer;
  }

  /** Follows redirects, pages that redirect by themselves included, to the page one would see. */
  async open(url: URL, init: RequestInit = {}): Promise<Page> {
    let here = url;
    let request = init;
    for (let hop = 0; hop <= redirectsLimit; hop += 1) {
      const answer = await this.send(here, request);
      const text = await answer.text();
      const target =
        answer.headers.get('location') ??
        /http-equiv="refresh" content="0;\s*url=([^"]+)"/i.exec(text)?.[1];
      if (target === undefined) return { url: here, status: answer.status, text };
      here = new URL(unescapeHtml(target), here);
      request = {};
    }
    throw new Error(`More than ${redirectsLimit} redirects, the last one to ${here.href}`);
  }

  /** Sends a form of the page one is on. */
  submit(page: Page, action: string, fields: [string, string][]): Promise<Page> {
    return this.open(new URL(unescapeHtml(action), page.url), {
      method: 'POST',
      headers: {
        origin: page.url.origin,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(fields).toString(),
    });
  }
}

export const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The fields a form would send without a choice of one's own: hidden ones and ticked boxes. */
export function formFields(html: string): [string, string][] {
  return [...html.matchAll(/<input\b[^>]*>/g)].flatMap(([tag]): [string, string][] => {
    const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
    const type = attribute('type');
    const name = attribute('name');
    const isSent = type === 'hidden' || (type === 'checkbox' && /\bchecked\b/.test(tag));
    return isSent && name !== undefined
      ? [[unescapeHtml(name), unescapeHtml(attribute('value') ?? '')]]
      : [];
  });
}
