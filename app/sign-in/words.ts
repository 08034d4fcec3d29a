/** All text of the sign-in page. */
export const words = {
  title: 'Sign in',
  lead: 'One live, two-way copy of your services’ records, in your own Postgres.',
  with: (name: string) => `Continue with ${name}`,
  sandboxTitle: 'What is the sandbox?',
  sandbox:
    'A local stand-in for GitHub. It runs on this machine, has its own people and issues, and nothing leaves this machine. Pick anybody: the first to sign in owns this instance.',
  noneTitle: 'No way to sign in is set up',
  none: 'Set AUTH_GITHUB_ID and AUTH_GITHUB_SECRET, or AUTH_OIDC_ISSUER, AUTH_OIDC_ID and AUTH_OIDC_SECRET, or a way to send mail (SMTP_URL or RESEND_API_KEY, and MAIL_FROM), and start again.',
  mail: {
    label: 'Your e-mail address',
    orLabel: 'Or by a link in a mail',
    placeholder: 'you@example.com',
    ask: 'Send me a link',
    sent: 'If this address may sign in, a link is on its way',
    sentNext: 'It is good once and for ten minutes. Look among unwanted mail as well.',
    mailbox: 'Open the mailbox',
  },
  link: {
    title: 'Sign in',
    lead: (email: string) => `This link signs you in as ${email}.`,
    press: 'Sign in',
    over: 'This link is not good any more',
    overNext: 'A link is good once and for ten minutes. Ask for a new one.',
    anew: 'To the sign-in page',
  },
  foot: 'Signing in uses your name and your verified e-mail address. No token is kept.',
} as const;

export interface SignInProblem {
  title: string;
  next: string;
}

/** Each code that next-auth or identity redirects with. */
const problems: Record<string, SignInProblem> = {
  SignUpClosed: {
    title: 'Sign-up needs an invitation',
    next: 'This instance already has an owner. Ask an owner or admin to invite the e-mail address you signed in with, then sign in again.',
  },
  EmailNotVerified: {
    title: 'Your e-mail address is not verified',
    next: 'Verify your primary e-mail address at the provider, then sign in again.',
  },
  OAuthAccountNotLinked: {
    title: 'This e-mail address belongs to another account',
    next: 'Somebody signed in with this address before, by another account. Use the account you used first.',
  },
  AccessDenied: {
    title: 'You did not allow the sign-in',
    next: 'Nothing was shared. Start again when you are ready.',
  },
  OAuthSignin: {
    title: 'The sign-in could not be started',
    next: 'The provider may be unreachable, or its settings here are wrong. Try again in a moment.',
  },
  OAuthCallback: {
    title: 'The provider’s answer could not be used',
    next: 'The sign-in may have taken too long, or been opened twice. Start again from this page.',
  },
  EmailSignin: {
    title: 'No link was sent',
    next: 'This is not an e-mail address mail can be sent to, or mail does not work at the moment. Try again.',
  },
  Verification: {
    title: 'This link is not good any more',
    next: 'A link is good once and for ten minutes. Ask for a new one.',
  },
  Configuration: {
    title: 'Sign-in is not set up correctly',
    next: 'The operator finds the reason in the log of the web process.',
  },
};

const unknownProblem: SignInProblem = {
  title: 'Signing in did not work',
  next: 'Start again from this page. If it happens again, the reason is in the log of the web process.',
};

export const problemOf = (code: string | undefined): SignInProblem | null =>
  code === undefined ? null : (problems[code] ?? unknownProblem);
