import { expect, it } from 'vitest';
import { addressKey } from '#lib/resilience/index';

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', 'unknown'],
  ['localhost', 'unknown'],
  ['127.1', 'unknown'],
  ['unknown', 'unknown'],
  [null, 'unknown'],
])('requests of %s count under %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
