/** A refusal: Slack answers 200, says ok: false and names it. */
export class SlackError extends Error {
  readonly more: Record<string, unknown>;

  constructor(name: string, more: Record<string, unknown> = {}) {
    super(name);
    this.name = 'SlackError';
    this.more = more;
  }
}
