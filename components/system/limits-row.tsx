import { cn } from '@/components/ui/class-names';
import { ProviderMark } from '@/components/ui/provider-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import { StatusDot } from '@/components/ui/status-dot';
import { toneText } from '@/components/ui/tone';
import type { ConnectionLimits } from '@/lib/resilience/schema';
import { gaugeOf, limitWords } from './limit-words';

const looks = {
  closed: { tone: 'ok', shape: 'solid' },
  half_open: { tone: 'warn', shape: 'half' },
  open: { tone: 'bad', shape: 'square' },
} as const;

type Budget = NonNullable<ConnectionLimits['budget']>;

/** One connection: whether it answers, what is left of its budget, and who waits. */
export function LimitsRow({ limits, provider }: { limits: ConnectionLimits; provider: string }) {
  const { budget, breaker, name } = limits;
  const look = looks[breaker.state];
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex items-center gap-3">
        <ProviderMark name={provider} size="sm" />
        <span className="min-w-0 flex-1 truncate font-medium">
          {name} <span className="font-normal text-mut">{provider}</span>
        </span>
        <StatusDot {...look} />
        <span className={toneText[look.tone]}>{limitWords.breaker[breaker.state]}</span>
      </div>
      {breaker.state !== 'closed' && <Trouble breaker={breaker} />}
      {budget ? (
        <BudgetLines budget={budget} name={name} />
      ) : (
        <p className="text-meta text-mut">{limitWords.unused}</p>
      )}
    </li>
  );
}

function Trouble({ breaker }: { breaker: ConnectionLimits['breaker'] }) {
  const { since, retry_at: retryAt, cause } = breaker;
  return (
    <p className="text-meta text-mut">
      {since && (
        <>
          {limitWords.since} <RelativeTime value={since} />
        </>
      )}
      {retryAt && (
        <>
          , {limitWords.retried} <RelativeTime value={retryAt} />
        </>
      )}
      {cause && (
        <span className="block break-words">
          {cause.message} <code className="text-dim text-micro">{cause.code}</code>
        </span>
      )}
    </p>
  );
}

function BudgetLines({ budget, name }: { budget: Budget; name: string }) {
  const { share, words, isLow } = gaugeOf(budget);
  const facts = [
    budget.quota ? limitWords.pace(budget) : null,
    limitWords.underWay(budget),
    limitWords.waiting(budget.waiting),
    limitWords.calls(budget),
  ].filter((fact) => fact !== null);
  return (
    <>
      <meter
        className="sr-only"
        aria-label={name}
        min={0}
        max={100}
        value={Math.round(share * 100)}
      >
        {words}
      </meter>
      <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-line">
        <div
          className={cn(
            'h-full origin-left rounded-full transition-transform duration-300 ease-out',
            isLow ? 'bg-warn-line' : 'bg-accent',
          )}
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
      <p className="flex flex-wrap gap-x-3 text-meta text-mut tabular-nums">
        <span className={isLow ? toneText.warn : 'text-ink'}>
          {words}
          {budget.quota && (
            <>
              , {limitWords.whole} <RelativeTime value={budget.quota.reset_at} />
            </>
          )}
        </span>
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {budget.paused_until && (
        <p className={cn('text-meta', toneText.warn)}>
          {limitWords.paused} <RelativeTime value={budget.paused_until} />
        </p>
      )}
    </>
  );
}
