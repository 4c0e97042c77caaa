// Connections of the published jsforce, unmodified, to one org of the twin, and the twin's own endpoints.
import assert from 'node:assert/strict';
import jsforce from 'jsforce';

export const loginUrl = process.argv[2];
const twinUrl = process.argv[3] ?? loginUrl;

export async function connect(clientId, clientSecret, options = {}) {
  const connection = new jsforce.Connection({ oauth2: { loginUrl, clientId, clientSecret }, callOptions: { client: 'real-client' }, ...options });
  const user = await connection.authorize({ grant_type: 'client_credentials' });
  assert.equal(connection.instanceUrl, loginUrl);
  assert.match(user.id, /^005/);
  return connection;
}

export const administrator = (options) => connect('demo', 'demo-secret', options);
export const integration = (options) => connect('clayaspire-integration', 'integration-secret', options);

export async function twin(path, body, method = 'POST') {
  const response = await fetch(`${twinUrl}/_twin/${path}`, {
    method,
    headers: { Authorization: `Basic ${Buffer.from('demo:demo-secret').toString('base64')}`, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

export function passed(what) {
  console.log(`jsforce: all steps of ${what} passed`);
}
