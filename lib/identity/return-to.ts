const localPath = /^\/(?![/\\])[^\s\\]*$/;
const pathChars = 400;

/** A path of this hub, or `/`: never another origin. */
export const safeReturnTo = (path: string | null | undefined): string =>
  path && path.length <= pathChars && localPath.test(path) ? path : '/';
