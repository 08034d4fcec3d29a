import { createHmac } from 'node:crypto';
import { genuine, presetOf, type Sent, sentAtMs, stampOf, type Vector } from './vector.ts';

/** A request nobody but the service could have made, changed by somebody who is not it. */
export interface Forgery {
  name: string;
  sent: Sent;
}

/** The proof wherever it stands, replaced. */
function withProof(sent: Sent, change: (proof: string) => string): Sent {
  const swap = (text: string): string => text.split(sent.proof).join(change(sent.proof));
  const headers = Object.fromEntries(
    Object.entries(sent.headers).map(([name, values]) => [name, values?.map(swap)]),
  );
  return { ...sent, headers, body: Buffer.from(swap(Buffer.from(sent.body).toString())) };
}

const withHeader = (sent: Sent, name: string, values: readonly string[] | undefined): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name.toLowerCase()]: values },
});

const schemeOf = (vector: Vector) => presetOf(vector).descriptor.scheme;

/** The header a proof stands in; null where it stands in the body. */
function proofHeader(sent: Sent): string | null {
  const found = Object.entries(sent.headers).find(([, values]) =>
    values?.[0]?.includes(sent.proof),
  );
  return found?.[0] ?? null;
}

const flipped = (proof: string, at: number): string => {
  const code = proof.charCodeAt(at);
  return `${proof.slice(0, at)}${String.fromCharCode(code ^ 1)}${proof.slice(at + 1)}`;
};

/** Last character of base64 whose loose bits are set: other text, same bytes. */
function twinOf(proof: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const end = proof.indexOf('=') - 1;
  if (end < 0) return proof;
  const next = alphabet[alphabet.indexOf(proof[end] ?? '') ^ 1] ?? '';
  return `${proof.slice(0, end)}${next}${proof.slice(end + 1)}`;
}

/** Changes of the proof itself: (b) 50 to 55 and their kin. */
const proofChanges: readonly [string, (proof: string) => string][] = [
  ['truncated by one', (p) => p.slice(0, -1)],
  ['truncated to half', (p) => p.slice(0, p.length / 2)],
  ['its first character alone', (p) => p.slice(0, 1)],
  ['one longer', (p) => `${p}0`],
  ['doubled in length', (p) => `${p}${p}`],
  ['a megabyte long', (p) => p.repeat(Math.ceil(1_048_576 / p.length))],
  ['in upper case', (p) => p.toUpperCase()],
  ['in lower case', (p) => p.toLowerCase()],
  ['in the alphabet of addresses', (p) => p.replaceAll('+', '-').replaceAll('/', '_')],
  ['without its padding', (p) => p.replace(/=+$/, '')],
  ['its twin in base64', twinOf],
  ['hex written as base64', (p) => Buffer.from(p, 'hex').toString('base64')],
  ['base64 written as hex', (p) => Buffer.from(p, 'base64').toString('hex')],
  ['empty', () => ''],
  ['null', () => 'null'],
  ['with a blank before', (p) => ` ${p}`],
  ['with a blank behind', (p) => `${p} `],
  ['with a line end', (p) => `${p}\n`],
  ['with a NUL', (p) => `${p}\u0000`],
  ['beyond ASCII', (p) => `${p.slice(0, -1)}é`],
  ['full-width digits', (p) => p.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d)))],
  ['joined with itself', (p) => `${p}, ${p}`],
  ['all zeros', (p) => p.replace(/[^=]/g, '0')],
  ['a thousand in one header', (p) => `${Array(999).fill('0'.repeat(p.length)).join(',')},${p}`],
  ['a thousand with blanks', (p) => `${Array(999).fill('v1,AAAA').join(' ')} v1,${p}`],
  ['a SHA-1 instead', (p) => createHmac('sha1', 'k').update(p).digest('hex')],
];

const garbageStamps = [
  'abc',
  '',
  '1e9',
  '0x68e78d00',
  '1674087231.5',
  '-1',
  '+1760000000',
  ' 1760000000',
  '1760000000 ',
  '１７６０００００００',
  'NaN',
  'Infinity',
  '9'.repeat(30),
];

/** (b) 61. Each once with the genuine signature and once signed anew: not even the service may. */
async function stampForgeries(vector: Vector, sent: Sent): Promise<Forgery[]> {
  const scheme = schemeOf(vector);
  if (!('timestamp' in scheme) || scheme.timestamp === null) return [];
  const ms = stampOf(vector) === String(sentAtMs);
  const wrongUnit = ms ? String(sentAtMs / 1_000) : String(sentAtMs);
  const tenYears = stampOf(vector, sentAtMs + 315_360_000_000);
  const forged: Forgery[] = [];
  for (const stamp of [...garbageStamps, wrongUnit, tenYears]) {
    const anew = await genuine(vector, { stamp });
    forged.push({ name: `signed at “${stamp}”`, sent: anew });
    const kept = { ...anew, headers: { ...anew.headers } };
    const old = proofHeader(sent);
    if (old === null) continue;
    const value = anew.headers[old]?.[0] ?? '';
    kept.headers[old] = [value.split(anew.proof).join(sent.proof)];
    forged.push({ name: `time changed to “${stamp}”`, sent: { ...kept, proof: sent.proof } });
  }
  return forged;
}

const bodyChanges: readonly [string, (body: string) => string][] = [
  ['re-serialised', (b) => JSON.stringify(JSON.parse(b), null, 1)],
  ['with a line end more', (b) => `${b}\n`],
  ['with a byte less', (b) => b.slice(0, -1)],
  ['emptied', () => ''],
  ['another one', () => '{"id":"forged"}'],
  ['with a byte order mark', (b) => `\uFEFF${b}`],
];

function bodyForgeries(vector: Vector, sent: Sent): Forgery[] {
  if (presetOf(vector).proves !== 'body') return [];
  const body = Buffer.from(sent.body).toString();
  const changed = bodyChanges.flatMap(([name, change]) => {
    try {
      return [{ name: `body ${name}`, sent: { ...sent, body: Buffer.from(change(body)) } }];
    } catch {
      // A form is no JSON to be written anew.
      return [];
    }
  });
  const at = Math.floor(sent.body.length / 2);
  const flippedBody = Buffer.from(sent.body);
  flippedBody[at] = (flippedBody[at] ?? 0) ^ 1;
  return [...changed, { name: 'body with a bit flipped', sent: { ...sent, body: flippedBody } }];
}

function placeForgeries(vector: Vector, sent: Sent): Forgery[] {
  const scheme = schemeOf(vector);
  const forged: Forgery[] = [];
  const isUrlBound = 'signed' in scheme && scheme.signed.includes('{url}');
  if (isUrlBound || ('audience' in scheme && scheme.audience !== null)) {
    forged.push(
      { name: 'for another address', sent: { ...sent, url: `${sent.url}0` } },
      { name: 'for nobody’s address', sent: { ...sent, url: null } },
    );
  }
  if (isUrlBound) {
    forged.push({ name: 'with a query', sent: { ...sent, search: '?x=1' } });
  }
  if ('signed' in scheme && scheme.signed.includes('{method}')) {
    forged.push({ name: 'by another method', sent: { ...sent, method: 'PUT' } });
  }
  return forged;
}

/** (b) 62: the border between an id and what follows it moved. */
function idForgeries(vector: Vector, sent: Sent): Forgery[] {
  const scheme = schemeOf(vector);
  if (!('signed' in scheme)) return [];
  const header = /\{header:([\w-]+)\}/.exec(scheme.signed)?.[1];
  if (header === undefined) return [];
  const id = sent.headers[header]?.[0] ?? '';
  return [
    { name: 'with another id', sent: withHeader(sent, header, ['msg_other']) },
    { name: 'with a dot in its id', sent: withHeader(sent, header, [`${id}.1`]) },
    { name: 'without its id', sent: withHeader(sent, header, undefined) },
    { name: 'with its id twice', sent: withHeader(sent, header, [id, id]) },
  ];
}

function headerForgeries(sent: Sent): Forgery[] {
  const header = proofHeader(sent);
  if (header === null) return [];
  const [value = ''] = sent.headers[header] ?? [];
  return [
    { name: 'header missing', sent: withHeader(sent, header, undefined) },
    { name: 'header empty', sent: withHeader(sent, header, ['']) },
    { name: 'header twice', sent: withHeader(sent, header, [value, value]) },
    { name: 'header twice, once wrong', sent: withHeader(sent, header, ['x', value]) },
    { name: 'header of no values', sent: withHeader(sent, header, []) },
    { name: 'another version', sent: withHeader(sent, header, [`v9,${value}`]) },
    {
      name: 'unknown version only',
      sent: withHeader(sent, header, [
        value.replace(/v\d/g, 'v7').replace(sent.proof, `v7=${sent.proof}`),
      ]),
    },
    { name: 'a prefix of somebody else', sent: withHeader(sent, header, [`md5=${sent.proof}`]) },
  ];
}

/** Everything somebody might try who does not have the secret. */
export async function forgeriesOf(vector: Vector): Promise<Forgery[]> {
  const sent = await genuine(vector);
  const others = await genuine(vector, { key: vector.otherKeys.sign });
  const flips = Array.from({ length: sent.proof.length }, (_, at) => ({
    name: `a bit flipped at ${at}`,
    sent: withProof(sent, (proof) => flipped(proof, at)),
  }));
  const changed = proofChanges.map(([name, change]) => ({
    name: `proof ${name}`,
    sent: withProof(sent, change),
  }));
  const all = [
    { name: 'with another secret', sent: others },
    ...flips,
    ...changed,
    ...headerForgeries(sent),
    ...(await stampForgeries(vector, sent)),
    ...bodyForgeries(vector, sent),
    ...placeForgeries(vector, sent),
    ...idForgeries(vector, sent),
  ];
  return all.filter((forgery) => !isSame(forgery.sent, sent));
}

const isSame = (a: Sent, b: Sent): boolean =>
  a.method === b.method &&
  a.url === b.url &&
  a.search === b.search &&
  JSON.stringify(a.headers) === JSON.stringify(b.headers) &&
  Buffer.from(a.body).equals(Buffer.from(b.body));
