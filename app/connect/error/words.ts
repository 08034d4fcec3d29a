/** All text of the page a failed connection ends on. */
export const words = {
  title: 'Not connected',
  back: 'Back to where you began',
  home: 'Go to the Board',
  signIn: 'Sign in',
  code: 'Reason',
} as const;

export interface ConnectProblem {
  title: string;
  detail: string;
  /** Where the one next step leads. */
  to: 'back' | 'sign-in';
}

const problems: Record<string, ConnectProblem> = {
  'connections.state_missing': {
    title: 'The answer cannot be matched to a request',
    detail: 'The service sent you back without the mark we gave it. Begin again from Connections.',
    to: 'back',
  },
  'connections.state_unknown': {
    title: 'This connection was not started here',
    detail: 'Nobody here asked for it, or it was long ago. Begin again from Connections.',
    to: 'back',
  },
  'connections.state_foreign': {
    title: 'This connection was started by another session',
    detail:
      'It can only be finished in the browser and sign-in that began it. Begin again in this one.',
    to: 'back',
  },
  'connections.state_reused': {
    title: 'This connection was finished already',
    detail: 'The answer of the service counts once. Look at Connections: it is probably there.',
    to: 'back',
  },
  'connections.state_expired': {
    title: 'This took longer than ten minutes',
    detail: 'Nothing was connected. Begin again when you are ready to decide.',
    to: 'back',
  },
  'connections.path_mismatch': {
    title: 'The answer came to the wrong address',
    detail:
      'It was meant for another service or host name. Check the redirect address of the app, then begin again.',
    to: 'back',
  },
  'connections.issuer_mismatch': {
    title: 'The answer came from somebody else',
    detail: 'It names another issuer than the service you chose, so it was not used. Begin again.',
    to: 'back',
  },
  'connections.access_denied': {
    title: 'Access was not granted',
    detail:
      'You, or an administrator there, said no. Nothing was shared and nothing was connected.',
    to: 'back',
  },
  'connections.provider_refused': {
    title: 'The service refused the request',
    detail:
      'Its app settings and ours may differ. Check client id, redirect address and scopes in Settings.',
    to: 'back',
  },
  'connections.parameter_invalid': {
    title: 'The answer of the service is malformed',
    detail: 'It repeats or mixes what must stand once and alone, so it was not used. Begin again.',
    to: 'back',
  },
  'connections.exchange_failed': {
    title: 'The service did not complete the sign-in',
    detail: 'It did not hand over a token. Check the client secret in Settings, then begin again.',
    to: 'back',
  },
  'connections.account_mismatch': {
    title: 'This is a different account',
    detail: 'A connection keeps its account. Choose the account it had, or connect this one anew.',
    to: 'back',
  },
  'commands.timeout': {
    title: 'The service is taking its time',
    detail: 'The connection may still appear by itself in a moment. Look at Connections.',
    to: 'back',
  },
  'identity.unauthenticated': {
    title: 'You are signed out',
    detail: 'The connection was begun in a session that has ended. Sign in and begin again.',
    to: 'sign-in',
  },
  'identity.forbidden': {
    title: 'Your role does not allow this any more',
    detail: 'Connecting needs the role admin in this workspace. Ask an owner or admin.',
    to: 'back',
  },
  'request.rate_limited': {
    title: 'Too many attempts',
    detail: 'Wait a minute, then begin again.',
    to: 'back',
  },
};

const unknownProblem: ConnectProblem = {
  title: 'The connection could not be made',
  detail: 'Something broke on our side; the reason is in the log. Begin again from Connections.',
  to: 'back',
};

/** Codes of a service's own faults share one face; the code below it is exact. */
const serviceProblem: ConnectProblem = {
  title: 'The service could not be used',
  detail:
    'It refused, failed or did not answer while the connection was made. Try again in a moment.',
  to: 'back',
};

export function problemOf(code: string): ConnectProblem {
  if (Object.hasOwn(problems, code)) return problems[code] ?? unknownProblem;
  return code.startsWith('provider.') ? serviceProblem : unknownProblem;
}
