import type { Metadata, Route } from 'next';
import { headers } from 'next/headers';
import { Entrance } from '@/app/sign-in/entrance';
import { buttonLook } from '@/components/ui/button-look';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import { webHub } from '@/lib/hub/web';
import type { FoundInvitation, Session } from '@/lib/identity/index';
import { AcceptInvitation } from './accept-invitation';
import { words } from './words';

export const metadata: Metadata = { title: words.title };
export const dynamic = 'force-dynamic';

interface InvitationPageProps {
  params: Promise<{ token: string }>;
}

/** What the holder of an invitation's link sees: what it is for, and the one next step. */
export default async function InvitationPage({ params }: InvitationPageProps) {
  const { token } = await params;
  const hub = webHub();
  const [invitation, session] = await Promise.all([
    hub.identity.readInvitation(token),
    hub.readSession(await headers()),
  ]);
  if (!invitation) return <Closed title={words.unknown} next={words.unknownNext} />;
  const isMember = session?.workspaces.some(({ id }) => id === invitation.workspace_id);
  if (isMember) return <Joined invitation={invitation} />;
  if (invitation.is_accepted) return <Closed title={words.used} next={words.usedNext} />;
  if (invitation.is_expired) return <Closed title={words.expired} next={words.expiredNext} />;
  return <Open invitation={invitation} session={session} token={token} />;
}

interface OpenProps {
  invitation: FoundInvitation;
  session: Session | null;
  token: string;
}

function Open({ invitation, session, token }: OpenProps) {
  const here = `/invitations/${token}`;
  const isRightPerson = session?.user.email === invitation.email;
  return (
    <Entrance title={words.heading(invitation.workspace_name)}>
      <p className="mt-1 text-pretty text-mut">{words.lead(invitation.email, invitation.role)}</p>
      {session && !isRightPerson && (
        <Notice tone="warn" title={words.wrongPerson(session.user.email)} className="mt-5">
          {words.wrongPersonNext(invitation.email)}
        </Notice>
      )}
      <div className="mt-6">
        {session && isRightPerson && <AcceptInvitation token={token} />}
        {session && !isRightPerson && (
          <form method="post" action="/api/auth/signout">
            <button type="submit" className={buttonLook('primary', 'lg', 'w-full')}>
              {words.signOut}
            </button>
          </form>
        )}
        {!session && (
          <LinkButton
            href={`/sign-in?return_to=${encodeURIComponent(here)}` as Route}
            variant="primary"
            size="lg"
            className="w-full"
          >
            {words.signIn}
          </LinkButton>
        )}
      </div>
    </Entrance>
  );
}

function Joined({ invitation }: { invitation: FoundInvitation }) {
  return (
    <Entrance title={words.joined(invitation.workspace_name)}>
      <LinkButton
        href={`/w/${invitation.workspace_slug}` as Route}
        variant="primary"
        size="lg"
        className="mt-6 w-full"
      >
        {words.open}
      </LinkButton>
    </Entrance>
  );
}

function Closed({ title, next }: { title: string; next: string }) {
  return (
    <Entrance title={title}>
      <p className="mt-1 text-pretty text-mut">{next}</p>
      <LinkButton href={'/sign-in' as Route} className="mt-6" size="lg">
        {words.toSignIn}
      </LinkButton>
    </Entrance>
  );
}
