/** Fields that sealed values of this room belong to; part of what an envelope is bound to. */
export const clientSecretField = 'client_secret';
export const credentialField = 'credential';
export const verifierField = 'pkce_verifier';
export const codeField = 'authorization_code';
export const exchangedField = 'exchanged_token';
