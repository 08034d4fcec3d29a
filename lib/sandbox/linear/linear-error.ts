/** `extensions.code` and the type beside it, as Linear writes them. */
const types = {
  AUTHENTICATION_ERROR: 'authentication error',
  FORBIDDEN: 'forbidden',
  INPUT_ERROR: 'invalid input',
  RATELIMITED: 'ratelimited',
  GRAPHQL_VALIDATION_FAILED: 'graphql error',
  INTERNAL_SERVER_ERROR: 'internal error',
} as const;

export type LinearCode = keyof typeof types;

/** What the API refuses, with the sentence people see. */
export class LinearError extends Error {
  readonly code: LinearCode;
  readonly status: number;
  readonly shown: string;

  constructor(code: LinearCode, message: string, shown = message, status = statusOf(code)) {
    super(message);
    this.code = code;
    this.shown = shown;
    this.status = status;
  }

  get extensions(): Record<string, unknown> {
    return {
      type: types[this.code],
      code: this.code,
      statusCode: this.status,
      userError: this.code !== 'INTERNAL_SERVER_ERROR',
      userPresentableMessage: this.shown,
    };
  }

  response(headers: HeadersInit = {}): Response {
    const errors = [{ message: this.message, extensions: this.extensions }];
    return Response.json({ errors }, { status: this.status, headers });
  }
}

function statusOf(code: LinearCode): number {
  if (code === 'AUTHENTICATION_ERROR') return 401;
  if (code === 'INTERNAL_SERVER_ERROR') return 500;
  // A refusal inside an operation is 200; only what keeps it from running has a status of its own.
  return code === 'RATELIMITED' || code === 'GRAPHQL_VALIDATION_FAILED' ? 400 : 200;
}

export const entityNotFound = (what: string): LinearError =>
  new LinearError('INPUT_ERROR', `Entity not found: ${what}`, `Could not find referenced ${what}.`);

export const invalidInput = (shown: string): LinearError =>
  new LinearError('INPUT_ERROR', 'Argument Validation Error', shown);

/** The caller chose an id that something has already, in the trash or not. */
export const idTaken = (what: string, id: string): LinearError =>
  new LinearError(
    'INPUT_ERROR',
    `conflict on insert of ${what}`,
    `Entity ${what} with id ${id} already exists.`,
  );
