import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddress, oneLine, readAddress, readMailbox } from '#lib/mail/address';

describe('an address', () => {
  it.each(['ann@x.test', 'Ann.Lee+hub@mail.x.test', "o'neil@x.test", 'root@localhost'])(
    '%s is one',
    (text) => expect(readAddress(text)).toBe(text.toLowerCase()),
  );

  it.each([
    ['a second header', 'ann@x.test\r\nBcc: bob@x.test'],
    ['a bare line feed', 'ann@x.test\nBcc: bob@x.test'],
    ['a bare carriage return', 'ann@x.test\rRCPT TO:<bob@x.test>'],
    ['a line separator', 'ann@x.test\u2028bob@x.test'],
    ['a NUL', 'ann@x.test\0'],
    ['two addresses', 'ann@x.test,bob@y.test'],
    ['two with a semicolon', 'ann@x.test;bob@y.test'],
    ['a group', 'all:ann@x.test,bob@y.test;'],
    ['a name', 'Ann <ann@x.test>'],
    ['a quoted local part', '"ann@evil.test"@x.test'],
    ['a comment', 'ann(bob@y.test)@x.test'],
    ['an address literal', 'ann@[127.0.0.1]'],
    ['a space', 'ann @x.test'],
    ['a source route', '@y.test:ann@x.test'],
    ['an SMTP option', 'ann@x.test> SIZE=1'],
    ['a fullwidth at', 'ann＠x.test'],
    ['a domain that ends in a hyphen', 'ann@x-.test'],
    ['no local part', '@x.test'],
    ['no domain', 'ann@'],
    ['too much', `${'a'.repeat(65)}@x.test`],
    ['far too much', `ann@${'x'.repeat(300)}.test`],
  ])('%s is refused', (_, text) => {
    expect(isAddress(text)).toBe(false);
    expect(() => readAddress(text)).toThrow(
      expect.objectContaining({ code: 'request.invalid', details: { field: 'email' } }),
    );
  });

  it('never carries anything that ends a line or begins another address, whatever it is made of', () => {
    const pieces = fc.constantFrom(
      'a',
      'x.test',
      '@',
      '\r',
      '\n',
      '<',
      '>',
      ',',
      ';',
      ' ',
      '"',
      '.',
      '\0',
      ':',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(!isAddress(text) || /^[^\s<>,;:"()\0]+@[a-z0-9.-]+$/.test(text)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('words of people', () => {
  it('stay on one line and have an end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 1, max: 200 }),
        (text, chars) => {
          const line = oneLine(text, chars);
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
          expect(line.length).toBeLessThanOrEqual(chars);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(oneLine('Ann\r\nBcc: bob@x.test')).toBe('Ann Bcc: bob@x.test');
  });
});

describe('MAIL_FROM', () => {
  it.each([
    ['hub@x.test', { address: 'hub@x.test', name: null }],
    ['Patchbay <hub@x.test>', { address: 'hub@x.test', name: 'Patchbay' }],
    ['"Patchbay, Inc." <Hub@X.test>', { address: 'hub@x.test', name: 'Patchbay, Inc.' }],
    ['Hub <hub@x.test>\r\nBcc: b@x.test', null],
    ['Hub <hub@x.test>, Bob <bob@x.test>', null],
    ['nobody', null],
  ])('%s', (text, mailbox) => expect(readMailbox(text)).toEqual(mailbox));
});
