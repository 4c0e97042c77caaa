// What goes wrong, and how jsforce tells it: node errors.mjs <where to sign in> [<base path of the org>]
import assert from 'node:assert/strict';
import { administrator, connect, integration, loginUrl, passed, twin } from './connect.mjs';
import jsforce from 'jsforce';

const code = (expected) => (e) => {
  assert.equal(e.errorCode ?? e.name, expected);
  return true;
};

await assert.rejects(connect('demo', 'wrong'), code('invalid_client'));
await assert.rejects(connect('nobody', 'x'), code('invalid_client_id'));

const admin = await administrator();
const ids = (await admin.sobject('Lead').create(Array.from({ length: 3 }, (_, i) => ({ LastName: `E${i}`, Company: 'Errors', Clay_Row_Id__c: `e-${i}`, Email: 'same@errors.example' })))).map((r) => r.id);

await assert.rejects(admin.query('SELECT Nope FROM Lead'), code('INVALID_FIELD'));
await assert.rejects(admin.query('SELECT FROM'), code('MALFORMED_QUERY'));
await assert.rejects(admin.query('SELECT Id FROM Nothing'), code('INVALID_TYPE'));
await assert.rejects(admin.sobject('Lead').create({ LastName: 'x' }), code('REQUIRED_FIELD_MISSING'));
await assert.rejects(admin.sobject('Lead').update({ Id: ids[0], Email: 'no address' }), code('INVALID_EMAIL_ADDRESS'));
await assert.rejects(admin.sobject('Lead').update({ Id: '00Q000000000099EAA', Title: 'x' }), code('NOT_FOUND'));
await assert.rejects(admin.sobject('Lead').upsert({ Email: 'same@errors.example', Title: 'x' }, 'Email'), code('MULTIPLE_CHOICES'));
await assert.rejects(admin.sobject('Lead').create(Array.from({ length: 201 }, () => ({ LastName: 'x', Company: 'y' }))), code('EXCEEDED_MAX_SIZE_REQUEST'));

// Failures of single rows are returned, not thrown.
const partly = await admin.sobject('Lead').update([{ Id: ids[0], Title: 'x' }, { Id: ids[1], Email: 'no address' }], { allOrNone: false });
assert.deepEqual(partly.map((r) => [r.success, r.errors[0]?.statusCode]), [[true, undefined], [false, 'INVALID_EMAIL_ADDRESS']]);
const none = await admin.sobject('Lead').update([{ Id: ids[0], Title: 'y' }, { Id: ids[1], Email: 'no address' }], { allOrNone: true });
assert.deepEqual(none.map((r) => r.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'INVALID_EMAIL_ADDRESS']);
assert.equal((await admin.sobject('Lead').retrieve(ids[0])).Title, 'x');

await twin('duplicate-rules', [{ object: 'Lead', name: 'Same_Mail', fields: ['Email'], action: 'alert' }]);
await assert.rejects(admin.sobject('Lead').create({ LastName: 'D', Company: 'D', Email: 'same@errors.example' }), (e) => {
  assert.equal(e.errorCode, 'DUPLICATES_DETECTED');
  return true;
});
const saved = await admin.sobject('Lead').create({ LastName: 'D', Company: 'D', Email: 'same@errors.example' }, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } });
assert.equal(saved.success, true);

const caller = await integration();
const refused = await caller.sobject('Lead').update([{ Id: ids[0], Title: 'x' }]);
assert.equal(refused[0].errors[0].statusCode, 'INVALID_FIELD_FOR_INSERT_UPDATE');
await assert.rejects(caller.query('SELECT Id FROM Account'), code('INVALID_TYPE'));
await twin('convert', { leadId: ids[2] });
const converted = await caller.sobject('Lead').update([{ Id: ids[2], Industry: 'Energy' }]);
assert.equal(converted[0].errors[0].statusCode, 'CANNOT_UPDATE_CONVERTED_LEAD');
await twin('faults', { lockRows: 1 });
const locked = await caller.sobject('Lead').update([{ Id: ids[0], Industry: 'Energy' }, { Id: ids[1], Industry: 'Energy' }]);
assert.deepEqual(locked.map((r) => r.errors[0]?.statusCode), ['UNABLE_TO_LOCK_ROW', undefined]);

// A 503 of a read is tried again by jsforce itself; one of a write is not.
await twin('faults', { failReads: 1 });
assert.equal((await caller.query("SELECT Id FROM Lead WHERE Company = 'Errors'")).totalSize, 3);
await twin('faults', { failBeforeCommit: 1 });
await assert.rejects(caller.sobject('Lead').update([{ Id: ids[0], Industry: 'Media' }]), code('SERVER_UNAVAILABLE'));
await twin('faults', { failAfterCommit: 1 });
await assert.rejects(caller.sobject('Lead').update([{ Id: ids[0], Industry: 'Retail' }]), code('SERVER_UNAVAILABLE'));
assert.equal((await admin.sobject('Lead').retrieve(ids[0])).Industry, 'Retail');

// The quota is a 403 that jsforce does not retry.
await twin('faults', { quotaRemaining: 0 });
await assert.rejects(caller.query('SELECT Id FROM Lead'), code('REQUEST_LIMIT_EXCEEDED'));
await twin('faults', undefined, 'DELETE');

// A session that ended: without a refresh function an error, with one a new token and the same call again.
await twin('faults', { expireSessions: true });
await assert.rejects(new jsforce.Connection({ instanceUrl: loginUrl, accessToken: caller.accessToken }).query('SELECT Id FROM Lead'), code('INVALID_SESSION_ID'));
let refreshed = 0;
const fresh = new jsforce.Connection({
  instanceUrl: loginUrl,
  accessToken: caller.accessToken,
  refreshFn: async (_, callback) => {
    refreshed++;
    callback(null, (await integration()).accessToken);
  },
});
assert.equal((await fresh.query("SELECT Id FROM Lead WHERE Company = 'Errors'")).totalSize, 3);
assert.equal(refreshed, 1);
passed('errors');
