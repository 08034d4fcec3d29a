import { z } from 'zod';
import { type Opener, sealTo } from '#lib/security/index';
import type { MailContent } from './message.ts';

const contentSchema = z.object({ subject: z.string(), text: z.string(), html: z.string() });

/** Stands for the workspace of mails that belong to none. */
const noWorkspace = '00000000-0000-0000-0000-000000000000';

interface Place {
  id: string;
  workspaceId: string | null;
}

const contextOf = ({ id, workspaceId }: Place) => ({
  workspaceId: workspaceId ?? noWorkspace,
  ownerId: id,
  field: 'mail.content',
});

export function sealContent(sealKey: string, place: Place, content: MailContent): Buffer {
  return sealTo(sealKey, JSON.stringify(content), contextOf(place)).envelope;
}

/** Throws `security.sealed_value_invalid`. */
export function openContent(opener: Opener, place: Place, envelope: Buffer): MailContent {
  const opened = opener.open(envelope, contextOf(place));
  return contentSchema.parse(JSON.parse(opened.toString('utf8')));
}
