/**
 * Fetch joins repeated headers by a comma and a space, where no identifier and no signature may have
 * them; a date has one of its own (RFC 9110 §5.6.7).
 */
const joint = /, (?!\d{2} [A-Z][a-z]{2} \d{4} )/;
/** Text for people, kept to be read; nothing is decided by it. */
const prose = 'user-agent';

/**
 * Headers with a value for each time they came, as far as can be told: of what Node itself keeps once
 * (`authorization`, `content-type` and others of RFC 9110), the first alone gets here.
 */
export const toldApart = (headers: Headers): Record<string, string[]> =>
  Object.fromEntries(
    [...headers].map(([name, value]) => [name, name === prose ? [value] : value.split(joint)]),
  );
