'use client';

import { useState } from 'react';
import { useMay, useSession } from '@/components/shell/use-session';
import { Avatar } from '@/components/ui/avatar';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { Select } from '@/components/ui/select';
import { type Member, type Role, roles } from '@/lib/identity/schema';
import { InviteForm } from './invite-form';
import { Listed } from './listed';
import { useInvitations, useMembers, useWrite } from './use-settings';

export function MemberSettings() {
  const members = useMembers();
  const isAdmin = useMay('admin');
  return (
    <div className="grid gap-4">
      <Panel title="Members" padding="flush">
        <Listed query={members} name="The members" empty="Nobody.">
          {(rows) => (
            <ul className="divide-y divide-line">
              {rows.map((member) => (
                <MemberRow key={member.user.id} member={member} />
              ))}
            </ul>
          )}
        </Listed>
      </Panel>
      {isAdmin && <InviteForm />}
      {isAdmin && <Invitations />}
    </div>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { info, workspace } = useSession();
  const isAdmin = useMay('admin');
  const isOwner = workspace.role === 'owner';
  const write = useWrite();
  const isSelf = member.user.id === info.user.id;
  const name = member.user.name ?? member.user.email;
  const mayChange = isAdmin && (isOwner || member.role !== 'owner');
  const [isAsking, setAsking] = useState(false);
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3">
      <Avatar name={name} />
      <span className="min-w-0 flex-1 basis-40">
        <span className="block truncate font-medium">
          {name}
          {isSelf && <span className="text-mut"> (you)</span>}
        </span>
        <span className="block truncate text-meta text-mut">{member.user.email}</span>
      </span>
      {mayChange ? (
        <span className="w-32">
          <Select
            label={`Role of ${name}`}
            value={member.role}
            options={roles
              .filter((role) => isOwner || role !== 'owner')
              .map((role) => ({ value: role, label: role }))}
            onValueChange={(role: Role) =>
              write.mutate({ method: 'PATCH', path: `/members/${member.user.id}`, json: { role } })
            }
          />
        </span>
      ) : (
        <Badge>{member.role}</Badge>
      )}
      {(mayChange || isSelf) && (
        <>
          <Button variant="ghost" size="sm" onClick={() => setAsking(true)}>
            {isSelf ? 'Leave' : 'Remove'}
          </Button>
          <ConfirmDialog
            danger
            open={isAsking}
            onOpenChange={setAsking}
            title={isSelf ? `Leave ${workspace.name}?` : `Remove ${name}?`}
            action={isSelf ? 'Leave' : 'Remove'}
            onConfirm={async () => {
              await write.mutateAsync({ method: 'DELETE', path: `/members/${member.user.id}` });
            }}
          >
            Access ends at once. What was done stays in the history.
          </ConfirmDialog>
        </>
      )}
    </li>
  );
}

function Invitations() {
  const invitations = useInvitations();
  const write = useWrite();
  if (invitations.data?.data.length === 0) return null;
  return (
    <Panel title="Open invitations" padding="flush">
      <Listed query={invitations} name="The invitations" empty="None.">
        {(rows) => (
          <ul className="divide-y divide-line">
            {rows.map((invitation) => (
              <li key={invitation.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
                <span className="min-w-0 flex-1 truncate">{invitation.email}</span>
                <Badge>{invitation.role}</Badge>
                <span className="text-meta text-mut">
                  {invitation.accepted_at ? (
                    <>
                      accepted <RelativeTime value={invitation.accepted_at} />
                    </>
                  ) : (
                    <>
                      valid, ends <RelativeTime value={invitation.expires_at} />
                    </>
                  )}
                </span>
                {!invitation.accepted_at && (
                  <Button
                    variant="ghost"
                    size="sm"
                    onClick={() =>
                      write.mutate({ method: 'DELETE', path: `/invitations/${invitation.id}` })
                    }
                  >
                    Withdraw
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Listed>
    </Panel>
  );
}
