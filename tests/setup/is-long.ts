/** Whether the full figures are asked for: `npm run test:long`. */
export const isLong = process.env['PATCHBAY_TEST_LONG'] === '1';
