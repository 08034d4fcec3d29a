'use client';

import { useMay, useSession } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Tabs } from '@/components/ui/tabs';
import { AppSettings } from './app-settings';
import { AuditLog } from './audit-log';
import { KeySettings } from './key-settings';
import { LimitSettings } from './limit-settings';
import { MailSettings } from './mail-settings';
import { MemberSettings } from './member-settings';
import { SessionSettings } from './session-settings';
import { words } from './words';

const tabs = ['apps', 'members', 'sessions', 'mail', 'limits', 'keys', 'audit'] as const;
type Tab = (typeof tabs)[number];

export function SettingsPage() {
  const [params, show] = useUrlQuery();
  const isAdmin = useMay('admin');
  const { info } = useSession();
  const asked = params.get('tab');
  const tab: Tab = tabs.find((one) => one === asked) ?? (isAdmin ? 'apps' : 'sessions');
  return (
    <Page>
      <PageHeader title={words.title} />
      <Tabs
        label={words.title}
        value={tab}
        onValueChange={(next) => show({ tab: next, connector: undefined })}
        items={[
          ...(isAdmin
            ? [{ value: 'apps' as const, label: words.tabs.apps, content: <AppSettings /> }]
            : []),
          { value: 'members' as const, label: words.tabs.members, content: <MemberSettings /> },
          { value: 'sessions' as const, label: words.tabs.sessions, content: <SessionSettings /> },
          ...(isAdmin
            ? [{ value: 'mail' as const, label: words.tabs.mail, content: <MailSettings /> }]
            : []),
          { value: 'limits' as const, label: words.tabs.limits, content: <LimitSettings /> },
          ...(info.is_instance_owner
            ? [{ value: 'keys' as const, label: words.tabs.keys, content: <KeySettings /> }]
            : []),
          ...(isAdmin
            ? [{ value: 'audit' as const, label: words.tabs.audit, content: <AuditLog /> }]
            : []),
        ]}
      />
    </Page>
  );
}
