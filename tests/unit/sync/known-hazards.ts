const here = 'tests/integration/sync';
const push = `${here}/push.test.ts`;
const model = `${here}/model/model.test.ts`;
const planted = `${here}/model/bugs.test.ts`;
const kills = `${here}/push-kills.test.ts`;
const sweeps = `${here}/sweep.test.ts`;
const odd = `${here}/bad-input.test.ts`;
const two = `${here}/two-services.test.ts`;
const creations = `${here}/creations.test.ts`;
const owed = `${here}/creations-owed.test.ts`;
const waiting = `${here}/creations-waiting.test.ts`;
const trees = `${here}/creation-trees.test.ts`;
const joins = `${here}/joins.test.ts`;
const mapping = `${here}/mapping.test.ts`;
const moved = `${here}/moved-objects.test.ts`;
const left = `${here}/left-objects.test.ts`;
const github = 'tests/unit/connectors/github';
const lens = 'tests/unit/sync/lens.test.ts';
const later = 'tests/unit/sync/compare-times.test.ts';
const clocks = 'tests/unit/resilience/service-clock.test.ts';
const values = 'tests/unit/sync/merge-values.test.ts';

/** What can go wrong, and the tests that would say so: [file, name of the test as it stands there]. */
export type Hazard = readonly [string, ...(readonly [string, string])[]];

/** What two-way sync can get wrong, by number. */
export const hazards: Record<number, Hazard> = {
  1: [
    'an unseen change there is overwritten',
    [
      `${here}/push-unseen.test.ts`,
      'does not overwrite a change of the same field whose event never came',
    ],
    [kills, 'loses no change made between the reading and the call'],
  ],
  2: [
    'a whole object is sent and takes other fields back',
    [push, 'sends only what differs, takes the form of the service, and is seen to come back'],
    ['tests/unit/sync/merge-model.test.ts', 'catches the planted fault %s'],
  ],
  3: ['an echo is sent on', [model, 'keeps its promises with %i services (%i schedules)']],
  4: [
    'two forms of one value correct each other for ever',
    [
      'tests/unit/flows/lens-of-accepted.test.ts',
      'comes to rest: a value that is handed on from side to side never goes round',
    ],
    [two, 'keeps its own form beside theirs, and comes to rest'],
    [push, 'does not come back as a conflict when its echo overtakes the answer'],
  ],
  5: [
    'two automations turn in a circle through the hub',
    [two, 'is parked when both have something that insists on its own value'],
    [
      `${here}/write-backs.test.ts`,
      'is left alone when something there keeps setting its own value',
    ],
  ],
  6: [
    'an older event comes later',
    [
      `${here}/observe.test.ts`,
      'of an older state are left out, and a state of the same second is read again',
    ],
  ],
  7: [
    'an event comes twice',
    [`${here}/observe.test.ts`, 'come to the same record in any order, any number of times'],
  ],
  8: [
    'an event overtakes the answer to our own call',
    [push, 'does not come back as a conflict when its echo overtakes the answer'],
    [
      `${here}/observe.test.ts`,
      'of the same new objects from many sides at once make one record each, and no circle',
    ],
    [creations, 'is known when its webhook is faster than its answer'],
    [creations, 'is known when a poll is faster than its answer'],
    [creations, 'is made once when its webhook shows it in another form, and no answer comes'],
    [`${here}/creations-at-once.test.ts`, 'makes one object each (keys: %s)'],
    [`${here}/creation-kills.test.ts`, '%s: one object, one record, one link'],
    [`${here}/model/creations.test.ts`, 'catches %s'],
  ],
  9: [
    'an event never comes',
    [sweeps, 'finds what no event and no poll told of: new, changed, gone'],
    [planted, 'catches %s by its pinned schedule'],
  ],
  10: [
    'an event is forged',
    ['tests/unit/webhooks/verify-signature.test.ts', 'refuses everything else'],
  ],
  11: [
    'a deletion meets an edit',
    [
      values,
      'against an edit is decided by the policy, from either side, and takes nothing silently',
    ],
    [sweeps, 'logs an edit that was never sent when its object is found gone'],
    [owed, 'is cancelled when the record ends before the call'],
    [creations, 'is taken for nothing else when it was deleted there before anybody knew'],
    [two, 'lives on at one when it ends at the other, and ends with the last'],
    [
      'tests/integration/records/undo.test.ts',
      'has a deleted record asked for, and says when no service has it',
    ],
  ],
  12: [
    'a late event brings back what is gone',
    [sweeps, 'is not undone by an event from before the end that comes after it'],
  ],
  13: ['a service hides deletions', [sweeps, 'that is stopped at any page deletes nothing']],
  14: [
    'a filter or a lost right looks like a mass deletion',
    [sweeps, 'asks before it deletes more than twenty and a tenth, and takes no for an answer'],
    [sweeps, 'asks before it overwrites more than twenty and a tenth'],
  ],
  15: [
    'what may not be seen is taken for deleted',
    [sweeps, 'keeps what may not be seen any more'],
    [push, 'keeps the data of an object that may not be read any more'],
  ],
  16: [
    'pages drift while they are turned',
    [
      `${here}/runs.test.ts`,
      'sees what changes while it runs, because polling starts where it began',
    ],
    [odd, 'a page twice is one page'],
  ],
  17: [
    'many changes share one moment',
    [odd, 'five thousand objects of one moment are all found, across pages'],
  ],
  18: [
    'the place is kept, and what was read up to it is not',
    [
      `${here}/polls.test.ts`,
      'brings what changed, with its cursor in the same transaction, and a run only then',
    ],
    [planted, 'catches %s by its pinned schedule'],
  ],
  19: [
    'the place is dropped',
    [
      `${here}/gone-place.test.ts`,
      'a service that forgets every place is not read from its beginning for ever',
    ],
    [odd, 'a place that is dropped again and again is not read from the beginning for ever'],
  ],
  20: [
    'a backfill meets live changes',
    [
      `${here}/observe.test.ts`,
      'of the same new objects from many sides at once make one record each, and no circle',
    ],
    [model, 'keeps its promises with %i services (%i schedules)'],
  ],
  21: [
    'clocks differ',
    [later, 'is the later one whatever the service’s clock says, or declared not to be known'],
    [clocks, 'is never told wrong, and no further off than half a call and half a second'],
    [
      `${here}/clocks.test.ts`,
      'of a service whose clock is fast does not win because of it, and nobody is asked',
    ],
    [push, 'is not sent in a circle when the clock of the service goes back'],
  ],
  22: [
    'the call took effect and the worker died',
    [`${here}/creation-kills.test.ts`, '%s: one object, one record, one link'],
    [kills, '%s: one effect, and nothing is left open'],
    [`${here}/push-crash.test.ts`, '%s: the edit takes effect once'],
  ],
  23: [
    'the edit is kept and its job is lost',
    [two, 'and a job that is lost is made again from its row'],
  ],
  24: [
    'numbers and commits come in different orders',
    [planted, 'catches %s by its pinned schedule'],
    ['supabase/tests/03_positions.test.sql', 'the first workspace counts from one'],
  ],
  25: [
    'two workers have the same link',
    [
      `${here}/push-crash.test.ts`,
      'leaves a job that can be run twice at once: only one of them has the link',
    ],
    [planted, 'catches %s by its pinned schedule'],
  ],
  26: [
    'one key for two different writes',
    [kills, 'hears a new key with each new edit'],
    [kills, 'is told again at once, and has one effect, however often the answer is lost'],
  ],
  27: [
    'an edit during the call',
    [push, 'goes out again when it was edited while the call was under way'],
  ],
  28: ['an edit and its reverse', [two, 'before it was sent makes no call; after it, a second']],
  29: [
    'a child without its parent',
    [trees, 'are made after their parents, and named by what those are called there'],
    [trees, 'would be seen to be made too early'],
    [waiting, 'does not wait for a parent that is its own child'],
    [odd, 'a child whose parent is gone keeps its record, and goes out by itself'],
  ],
  30: [
    'an object gets another id, or becomes part of another',
    [
      `${here}/other-ids.test.ts`,
      'goes on under its new id, and what still speaks of the old one is understood',
    ],
    [`${here}/other-ids.test.ts`, 'ends as itself where it became part of another'],
    [moved, 'is followed to its new id'],
    [moved, 'that says which id it had goes on as what it was'],
    [moved, 'that has one already there becomes one with it'],
    [`${github}/api.test.ts`, 'that was transferred is read where it is, under its new id'],
    [`${github}/webhook.test.ts`, 'tell of an issue opened by a transfer which one it was'],
    [planted, 'catches %s by its pinned schedule'],
    [joins, 'are told to both services, and the old id answers the one it became'],
    [joins, 'are joined once by many at the same time'],
  ],
  31: [
    'an object is moved out of what is read',
    [sweeps, 'keeps what has moved out of the scope, and says so when it stays away'],
    [left, 'keeps its record, which says so'],
    [left, 'told of to nobody but the place nobody follows is marked all the same'],
    [left, 'goes on where it was when it is moved back'],
    [moved, 'goes over to it, and neither of them ever takes it for gone'],
    [
      `${here}/moved-in-flow.test.ts`,
      'to where nobody looks ends nothing at the other side, and is made nowhere again',
    ],
    [
      `${github}/api.test.ts`,
      'that was moved to where nobody lets us see it is not taken for deleted',
    ],
    [
      'tests/unit/connectors/linear/webhook.test.ts',
      'says in which team the issue is, also after it was moved there',
    ],
    [planted, 'catches %s by its pinned schedule'],
  ],
  32: [
    'a service asks to wait in the middle',
    [
      `${here}/runs.test.ts`,
      'waits as long as the service asks, tries again after faults, and fails with the reason',
    ],
    [
      'tests/integration/resilience/shared-budget.test.ts',
      'keep an edit in hand while the others read all they get',
    ],
  ],
  33: [
    'access is lost, or comes back as somebody else',
    [push, 'waits for a connection that needs to be authorised again'],
    [
      'tests/integration/connections/authorize.test.ts',
      'of another account makes another connection, unless it was to reconnect',
    ],
  ],
  34: [
    'fields and values nobody has seen before',
    [
      `${here}/strange-values.test.ts`,
      'keeps what it had, says so, and is not overwritten blindly',
    ],
    [`${github}/map.test.ts`, 'keeps a state it has never seen as it is, and guesses nothing'],
    [
      'tests/unit/connectors/linear/map.test.ts',
      'keeps the name of a state of an unknown type and does not guess what it means',
    ],
    [odd, '%s: the field is named, the object kept, the others proceed'],
    [odd, 'is not overwritten: an edit of a field nobody here has seen is taken back'],
    ['tests/unit/sync/guards.test.ts', 'keep fields nobody knows, and name those that cannot be'],
    [lens, 'names a value never seen, and takes nothing of it'],
  ],
  35: [
    'a value the service cannot hold as it is',
    [values, 'goes one way: it is neither sent again nor changed here, unless it is edited'],
    [lens, 'is one-way until somebody changes the value here: what was said is never owed again'],
    [lens, 'nothing that does not travel is lost there by a write'],
    [mapping, 'sends one value for two, and takes the other for no change'],
    [mapping, 'leaves a value alone for which there is no word here, and says so'],
    [model, 'keeps its promises with %i services and a mapping that changes (%i schedules)'],
    [`${github}/map.test.ts`, 'comes back as it went: eq(fromIssue(toPatch(x)), x)'],
  ],
  36: ['one record stops the others', [odd, 'one record that is refused for ever holds nobody up']],
};
