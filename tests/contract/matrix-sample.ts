import type { Target } from './matrix-expectation.ts';
import type { Principal, World } from './matrix-world.ts';

/** What a valid request holds besides its place. */
export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Place {
  world: World;
  principal: Principal;
  target: Target;
  workspaceId: string;
  /** The row the place names, when it names one. */
  id: string;
}

export type Maker = (place: Place) => Sample | Promise<Sample>;
