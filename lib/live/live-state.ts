/** The dot in the corner. `since` is when the state began, in ms. */
export type LiveState = 'connecting' | 'live' | 'catching_up' | 'offline';

export type LiveEvent =
  | { type: 'subscribed' }
  | { type: 'caught_up' }
  | { type: 'dropped' }
  | { type: 'gave_up' }
  | { type: 'streaming' };

/**
 * Pure. Only a catch-up that finished makes the state `live`; a drop makes it `catching_up` at
 * once, and `offline` after the fallback failed too. `streaming` is the server-sent-events fallback,
 * which is as truthful and a little slower.
 */
export function nextLiveState(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case 'subscribed':
      return 'catching_up';
    case 'caught_up':
    case 'streaming':
      return 'live';
    case 'dropped':
      return state === 'offline' ? 'offline' : 'catching_up';
    case 'gave_up':
      return 'offline';
  }
}
