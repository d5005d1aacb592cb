// A real OpenID provider on this machine: oidc-provider with its own pages, where any password is right.
// node provider.mjs PEOPLE.json REDIRECT-URI [SECRET]
// With a secret the client is confidential, and claims come with the user information; without one it is public, and they
// are in the ID token.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

// All that the package wants of Node 22 and that Node 20 lacks.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);

const [peopleFile, redirectUri, secret] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Read anew each time: what a provider says of people changes. */
async function findAccount(_, id) {
  const person = JSON.parse(readFileSync(peopleFile, 'utf8'))[id];
  return person && { accountId: id, claims: async () => ({ sub: id, ...person }) };
}

const server = createServer().listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'chaton',
        redirect_uris: [redirectUri],
        ...(secret ? { client_secret: secret } : { token_endpoint_auth_method: 'none' }),
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: Boolean(secret),
    findAccount,
    cookies: { keys: ['for tests only'] },
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
  });
  server.on('request', provider.callback());
  console.log(`The provider is ready: ${issuer}`);
});
