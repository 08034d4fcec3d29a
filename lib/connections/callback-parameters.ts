import { err, HubError, ok, type Result } from '#lib/core/index';

/** What a provider says when it sends somebody back. */
export interface CallbackParameters {
  state: string;
  /** Null when the provider answered with an error. */
  code: string | null;
  error: { code: string; description: string | null } | null;
  issuer: string | null;
}

const queryMaxChars = 8_192;
const codeMaxChars = 2_048;
const textMaxChars = 400;
/** 32 random bytes in base64url: what we hand out and nothing else. */
const statePattern = /^[A-Za-z0-9_-]{43}$/;
/** RFC 6749 appendix A: visible ASCII; error codes without quote and backslash. */
const codePattern = /^[\x21-\x7e]+$/;
const errorPattern = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/;
const known = ['state', 'code', 'error', 'error_description', 'error_uri', 'iss'] as const;

const invalid = (why: string): { ok: false; error: HubError } =>
  err(
    new HubError('connections.parameter_invalid', `The answer of the service is malformed. ${why}`),
  );

/** Reads the query of a callback. Pure; nothing is looked up and nothing is consumed. */
export function readCallback(query: string): Result<CallbackParameters> {
  if (query.length > queryMaxChars) return invalid('It is too long.');
  const parameters = new URLSearchParams(query);
  for (const name of known) {
    if (parameters.getAll(name).length > 1) return invalid(`It carries ${name} twice.`);
  }
  const state = parameters.get('state') ?? '';
  if (state === '') {
    return err(
      new HubError(
        'connections.state_missing',
        'The answer of the service carries no state, so it cannot be matched to a sign-in begun here.',
      ),
    );
  }
  if (!statePattern.test(state)) return err(stateUnknown());
  return readOutcome(parameters, state);
}

function readOutcome(parameters: URLSearchParams, state: string): Result<CallbackParameters> {
  const code = parameters.get('code');
  const error = parameters.get('error');
  const issuer = parameters.get('iss');
  if (code !== null && error !== null) return invalid('It carries both a code and an error.');
  if (code === null && error === null) return invalid('It carries neither a code nor an error.');
  if (issuer !== null && issuer.length > textMaxChars) return invalid('Its iss is too long.');
  if (code !== null && (code.length > codeMaxChars || !codePattern.test(code))) {
    return invalid('Its code is not one.');
  }
  if (error !== null && !errorPattern.test(error)) return invalid('Its error is not one.');
  const description = parameters.get('error_description')?.slice(0, textMaxChars) ?? null;
  return ok({
    state,
    code,
    error: error === null ? null : { code: error, description },
    issuer,
  });
}

export const stateUnknown = (): HubError =>
  new HubError(
    'connections.state_unknown',
    'This sign-in was not started here, or long ago. Begin again from Connections.',
  );
