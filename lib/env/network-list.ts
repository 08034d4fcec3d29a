import { isIP } from 'node:net';

/** `10.0.0.1, fd00::/8`; an empty text is a list of nobody. */
export const isNetworkList = (text: string): boolean =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .every(isNetwork);

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (rest.length > 0 || most < 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}
