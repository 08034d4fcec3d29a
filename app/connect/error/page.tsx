import type { Metadata, Route } from 'next';
import { Entrance } from '@/app/sign-in/entrance';
import { LinkButton } from '@/components/ui/link-button';
import { safeReturnTo } from '@/lib/identity/index';
import { problemOf, words } from './words';

export const metadata: Metadata = { title: words.title };
export const dynamic = 'force-dynamic';

interface ConnectErrorPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const codePattern = /^[a-z]+\.[a-z_]+$/;
const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value : '');

/** Why a connection was not made, and the one next step. Nothing of the address is shown but a code. */
export default async function ConnectErrorPage({ searchParams }: ConnectErrorPageProps) {
  const query = await searchParams;
  const given = text(query['code']);
  const code = codePattern.test(given) && given.length <= 60 ? given : 'internal.unexpected';
  const problem = problemOf(code);
  const returnTo = safeReturnTo(text(query['return_to']));
  const target = problem.to === 'sign-in' ? '/sign-in' : returnTo;
  const label =
    problem.to === 'sign-in' ? words.signIn : returnTo === '/' ? words.home : words.back;
  return (
    <Entrance title={problem.title}>
      <p className="mt-1 text-pretty text-mut">{problem.detail}</p>
      <p className="mt-4 text-dim text-meta">
        {words.code} <code className="font-mono">{code}</code>
      </p>
      <LinkButton href={target as Route} variant="primary" size="lg" className="mt-6 w-full">
        {label}
      </LinkButton>
    </Entrance>
  );
}
