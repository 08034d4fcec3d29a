import type { Metadata, Route } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { Button } from '@/components/ui/button';
import { buttonLook } from '@/components/ui/button-look';
import { Notice } from '@/components/ui/notice';
import { ProviderMark } from '@/components/ui/provider-mark';
import { webHub } from '@/lib/hub/web';
import { type SignInChoice, safeReturnTo } from '@/lib/identity/index';
import { Entrance } from './entrance';
import { MailForm } from './mail-form';
import { problemOf, words } from './words';

export const metadata: Metadata = { title: words.title };
export const dynamic = 'force-dynamic';

interface SignInPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** A plain form per provider: it works without scripts, and its Origin header is what is checked. */
export default async function SignInPage({ searchParams }: SignInPageProps) {
  const query = await searchParams;
  const hub = webHub();
  const returnTo = safeReturnTo(one(query['return_to']));
  const problem = problemOf(one(query['error']));
  if (!problem && (await hub.readSession(await headers()))) redirect(returnTo as Route);
  const isSent = one(query['sent']) === '1';
  const choices = hub.signInChoices.filter(({ id }) => id !== 'email');
  const mail = hub.signInChoices.find(({ id }) => id === 'email');
  return (
    <Entrance title={words.title}>
      <p className="mt-1 text-pretty text-mut">{words.lead}</p>
      {problem && (
        <Notice tone="bad" title={problem.title} className="mt-5">
          {problem.next}
        </Notice>
      )}
      {isSent && (
        <Notice
          tone="ok"
          title={words.mail.sent}
          className="mt-5"
          action={
            mail?.isSandbox && (
              <a href="/sandbox/mail" className={buttonLook('secondary', 'sm')}>
                {words.mail.mailbox}
              </a>
            )
          }
        >
          {words.mail.sentNext}
        </Notice>
      )}
      {choices.length === 0 && !mail && (
        <Notice tone="warn" title={words.noneTitle} className="mt-5">
          {words.none}
        </Notice>
      )}
      <div className={choices.length > 0 ? 'mt-6 grid gap-2.5' : undefined}>
        {choices.map((choice, index) => (
          <ChoiceForm key={choice.id} choice={choice} returnTo={returnTo} isFirst={index === 0} />
        ))}
      </div>
      {mail && (
        <div className={choices.length > 0 ? 'mt-5 border-line border-t pt-5' : 'mt-6'}>
          <MailForm returnTo={returnTo} isFirst={choices.length === 0} />
        </div>
      )}
      {choices.some((choice) => choice.isSandbox) && (
        <div className="mt-5 rounded-lg border border-line bg-raise px-3.5 py-3">
          <h2 className="font-medium">{words.sandboxTitle}</h2>
          <p className="mt-0.5 text-pretty text-mut">{words.sandbox}</p>
        </div>
      )}
      <p className="mt-5 text-pretty text-dim text-meta">{words.foot}</p>
    </Entrance>
  );
}

function ChoiceForm(props: { choice: SignInChoice; returnTo: string; isFirst: boolean }) {
  const { choice, returnTo, isFirst } = props;
  return (
    <form method="post" action={`/api/auth/signin/${choice.id}`}>
      <input type="hidden" name="return_to" value={returnTo} />
      <Button
        type="submit"
        size="lg"
        variant={isFirst ? 'primary' : 'secondary'}
        className="w-full"
        icon={<ProviderMark name={choice.isSandbox ? 'GitHub' : choice.name} size="xs" />}
      >
        {words.with(choice.name)}
      </Button>
    </form>
  );
}
