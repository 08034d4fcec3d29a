'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { Select } from '@/components/ui/select';
import { type CreatedInvitation, createdInvitationSchema } from '@/lib/identity/schema';
import { useWrite } from './use-settings';

const invitable = ['admin', 'editor', 'viewer'] as const;

const titles: Record<CreatedInvitation['mail'], (email: string) => string> = {
  queued: (email) => `The invitation is on its way to ${email}`,
  suppressed: (email) => `No mail goes to ${email}: send this link yourself`,
  off: (email) => `Mail is not set up: send this link to ${email} yourself`,
};

/** The link is shown once, and mailed where mail is set up. */
export function InviteForm() {
  const write = useWrite();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<(typeof invitable)[number]>('editor');
  const [link, setLink] = useState<Pick<CreatedInvitation, 'email' | 'accept_url' | 'mail'> | null>(
    null,
  );
  return (
    <Panel title="Invite somebody">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(
            {
              method: 'POST',
              path: '/invitations',
              json: { email, role },
              schema: createdInvitationSchema,
            },
            {
              onSuccess: (answer) => {
                const created = createdInvitationSchema.parse(answer);
                setLink(created);
                setEmail('');
              },
            },
          );
        }}
      >
        <div className="min-w-56 flex-1">
          <Field label="E-mail" required>
            {(control) => (
              <Input
                {...control}
                type="email"
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="w-36">
          <Field label="Role" required>
            {(control) => (
              <Select
                control={control}
                value={role}
                options={invitable.map((one) => ({ value: one, label: one }))}
                onValueChange={setRole}
              />
            )}
          </Field>
        </div>
        <Button type="submit" variant="primary" busy={write.isPending} disabled={!email}>
          Invite
        </Button>
      </form>
      {link && (
        <div className="mt-4">
          <Notice
            tone="ok"
            title={titles[link.mail](link.email)}
            action={<CopyButton value={link.accept_url} label="Copy the link" />}
            live
          >
            <code className="break-all text-meta">{link.accept_url}</code> It is valid for seven
            days and shown only now.
          </Notice>
        </div>
      )}
    </Panel>
  );
}
