/** Fields that sealed values of this room belong to; part of what an envelope is bound to. */
export const clientSecretField = 'client_secret';
export const credentialField = 'credential';
export const verifierField = 'pkce_verifier';
/** The parameters of an authorization on their way to the worker; the state is among them. */
export const requestField = 'authorization_request';
export const pastedField = 'pasted_credential';
export const codeField = 'authorization_code';
export const exchangedField = 'exchanged_token';
