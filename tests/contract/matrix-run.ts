import { createApi, type Guards, guards, type Route } from '#lib/api/index';
import { expectedVerdict, type Target, targetsOf, type Verdict } from './matrix-expectation.ts';
import { sampleRequest } from './matrix-samples.ts';
import { type Principal, principals, type World } from './matrix-world.ts';

export interface Cell {
  route: Route;
  principal: Principal;
  target: Target;
  expected: Verdict;
}

export interface Outcome extends Cell {
  actual: Verdict;
  /** The problem without its request id; null for a success. */
  problem: Record<string, unknown> | null;
}

export const cellsOf = (routes: readonly Route[]): Cell[] =>
  routes.flatMap((route) =>
    targetsOf(route.contract).flatMap((target) =>
      principals.map((principal) => ({
        route,
        principal,
        target,
        expected: expectedVerdict(route.contract, principal, target),
      })),
    ),
  );

export const nameOf = ({ route, principal, target }: Cell): string =>
  `${route.contract.id} by ${principal} about ${target}`;

/** Guards that note which of them refused, so that two walls with one status are told apart. */
function watched(using: Guards, note: (name: keyof Guards) => void): Guards {
  const watch = <T extends unknown[], R>(name: keyof Guards, check: (...args: T) => R) => {
    return (...args: T): R => {
      try {
        const result = check(...args);
        if (result instanceof Promise) {
          return result.catch((error: unknown) => {
            note(name);
            throw error;
          }) as R;
        }
        return result;
      } catch (error) {
        note(name);
        throw error;
      }
    };
  };
  return {
    sameOrigin: watch('sameOrigin', using.sameOrigin),
    session: watch('session', using.session),
    pace: watch('pace', using.pace),
    member: watch('member', using.member),
    workspaceOf: watch('workspaceOf', using.workspaceOf),
    role: watch('role', using.role),
    instanceOwner: watch('instanceOwner', using.instanceOwner),
  };
}

/** Asks every cell, one after the other, and tells what came of it. */
export async function runCells(
  world: World,
  cells: readonly Cell[],
  broken: Partial<Guards> = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let wall: keyof Guards | null = null;
  const api = createApi(world.web.hub, {
    guards: watched({ ...guards, ...broken }, (name) => {
      wall ??= name;
    }),
  });
  for (const cell of cells) {
    wall = null;
    const request = await sampleRequest(world, cell.route, cell.principal, cell.target);
    const answer = await api.fetch(request);
    const isProblem = answer.headers.get('content-type') === 'application/problem+json';
    let problem: Outcome['problem'] = null;
    if (isProblem) {
      const { request_id: _, ...rest } = (await answer.json()) as Record<string, unknown>;
      problem = rest;
    } else {
      // An event stream would go on; everything else is short.
      await answer.body?.cancel();
    }
    outcomes.push({ ...cell, actual: { status: answer.status, wall }, problem });
  }
  return outcomes;
}

export const isAsDeclared = ({ expected, actual }: Outcome): boolean =>
  expected.status === actual.status && expected.wall === actual.wall;

export const describeOutcome = (outcome: Outcome): string =>
  `${nameOf(outcome)}: ${JSON.stringify(outcome.expected)} but ${JSON.stringify(outcome.actual)} ${
    outcome.problem ? String(outcome.problem['detail']) : ''
  }`;
