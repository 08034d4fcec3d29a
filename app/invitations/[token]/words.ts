/** All text of the invitation's page. */
export const words = {
  title: 'Invitation',
  heading: (workspace: string) => `Join ${workspace}`,
  lead: (email: string, role: string) =>
    `This invitation was made for ${email}, with the role ${role}.`,
  wrongPerson: (email: string) => `You are signed in as ${email}`,
  wrongPersonNext: (email: string) => `Sign out, open this link again and sign in as ${email}.`,
  signOut: 'Sign out',
  signIn: 'Sign in to accept',
  accept: 'Accept and open',
  acceptFailed: 'The invitation could not be accepted',
  joined: (workspace: string) => `You are a member of ${workspace}`,
  open: 'Open the workspace',
  unknown: 'This invitation is not known here',
  unknownNext: 'The link may be cut short, or the invitation was revoked. Ask for a new one.',
  used: 'This invitation was used',
  usedNext: 'It has been accepted already. Sign in with the account that accepted it.',
  expired: 'This invitation has ended',
  expiredNext: 'Invitations are good for seven days. Ask for a new one.',
  toSignIn: 'To the sign-in page',
} as const;
