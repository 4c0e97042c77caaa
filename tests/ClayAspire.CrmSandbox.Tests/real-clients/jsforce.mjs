// Runs the published jsforce, unmodified, against one org of the twin: node jsforce.mjs <base address>
import assert from 'node:assert/strict';
import jsforce from 'jsforce';

const loginUrl = process.argv[2];

async function connect(clientId, clientSecret) {
  const connection = new jsforce.Connection({ oauth2: { loginUrl, clientId, clientSecret }, callOptions: { client: 'real-client' } });
  const user = await connection.authorize({ grant_type: 'client_credentials' });
  assert.equal(connection.instanceUrl, loginUrl);
  assert.match(user.id, /^005/);
  return connection;
}

const admin = await connect('demo', 'demo-secret');
assert.equal((await admin.identity()).username, 'admin@crm-sandbox.example');

const described = await admin.sobject('Lead').describe();
assert.ok(described.fields.some((f) => f.name === 'overall_hard_bounced__c' && f.calculated && !f.updateable));
assert.ok((await admin.describeGlobal()).sobjects.some((o) => o.name === 'CampaignMember'));

const rows = Array.from({ length: 450 }, (_, i) => ({ LastName: `Row ${i}`, Company: 'Many', Email: `row${i}@many.example`, Clay_Row_Id__c: `js-${i}` }));
const created = await admin.sobject('Lead').create(rows, { allowRecursive: true });
assert.equal(created.length, 450);
assert.ok(created.every((r) => r.success && r.id.length === 18));
assert.match(String(admin.limitInfo.apiUsage?.used), /^\d+$/);

const paged = await admin.query("SELECT Id, Name, Owner.Name FROM Lead WHERE Company = 'Many'", { autoFetch: true, maxFetch: 1000, headers: { 'Sforce-Query-Options': 'batchSize=200' } });
assert.equal(paged.totalSize, 450);
assert.equal(paged.records.length, 450);
let page = await admin.query("SELECT Id FROM Lead WHERE Company = 'Many'", { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
assert.equal(page.records.length, 200);
assert.equal(page.done, false);
page = await admin.queryMore(page.nextRecordsUrl);
assert.equal(page.records.length, 200);

const found = await admin.sobject('Lead').find({ Company: 'Many', Email: { $like: 'row1%' } }, ['Id', 'Email']).sort('Email').limit(5);
assert.equal(found.length, 5);
assert.equal((await admin.query("SELECT COUNT() FROM Lead WHERE Company = 'Many'")).totalSize, 450);

const ids = created.map((r) => r.id);
const updated = await admin.sobject('Lead').update(ids.slice(0, 3).map((Id, i) => ({ Id, Title: `T${i}` })));
assert.deepEqual(updated.map((r) => r.success), [true, true, true]);
const partly = await admin.sobject('Lead').update([{ Id: ids[0], Title: 'x' }, { Id: ids[1], Email: 'no address' }], { allOrNone: false });
assert.equal(partly[0].success, true);
assert.equal(partly[1].errors[0].statusCode, 'INVALID_EMAIL_ADDRESS');

const upserted = await admin.sobject('Lead').upsert([{ Clay_Row_Id__c: 'js-0', Title: 'again' }, { Clay_Row_Id__c: 'js-new', LastName: 'New', Company: 'Many' }], 'Clay_Row_Id__c');
assert.deepEqual(upserted.map((r) => [r.success, r.created]), [[true, false], [true, true]]);
const single = await admin.sobject('Lead').upsert({ Clay_Row_Id__c: 'js-0', Title: 'single' }, 'Clay_Row_Id__c');
assert.equal(single.success, true);
assert.equal((await admin.sobject('Lead').retrieve(ids[0])).Title, 'single');
const several = await admin.sobject('Lead').retrieve([ids[2], ids[1]]);
assert.deepEqual(several.map((r) => r.Id), [ids[2], ids[1]]);
await admin.sobject('Lead').update({ Id: ids[5], City: 'Lund' });

const history = await admin.query(`SELECT Field, OldValue, NewValue, CreatedBy.UserType, CreatedBy.Profile.Name FROM LeadHistory WHERE LeadId = '${ids[5]}' AND Field = 'City'`);
assert.deepEqual(history.records.map((r) => [r.OldValue, r.NewValue, r.CreatedBy.UserType, r.CreatedBy.Profile.Name]), [[null, 'Lund', 'Standard', 'System Administrator']]);
const tracked = await admin.query("SELECT QualifiedApiName, IsFieldHistoryTracked FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' AND QualifiedApiName IN ('City', 'Country')");
assert.deepEqual(tracked.records.map((r) => [r.QualifiedApiName, r.IsFieldHistoryTracked]), [['City', true], ['Country', false]]);

const destroyed = await admin.sobject('Lead').destroy(ids.slice(0, 200));
assert.ok(destroyed.every((r) => r.success));
await admin.sobject('Lead').destroy(ids[300]);
await assert.rejects(admin.sobject('Lead').retrieve(ids[0]), (e) => e.errorCode === 'ENTITY_IS_DELETED');
await assert.rejects(admin.query('SELECT Nope FROM Lead'), (e) => e.errorCode === 'INVALID_FIELD');
await assert.rejects(admin.query('SELECT FROM'), (e) => e.errorCode === 'MALFORMED_QUERY');

const integration = await connect('clayaspire-integration', 'integration-secret');
assert.ok(!(await integration.sobject('Lead').describe()).fields.some((f) => f.name === 'Description'));
const refused = await integration.sobject('Lead').update([{ Id: ids[400], Title: 'x' }]);
assert.equal(refused[0].errors[0].statusCode, 'INVALID_FIELD_FOR_INSERT_UPDATE');
await assert.rejects(connect('demo', 'wrong'), (e) => e.name === 'invalid_client');
assert.ok((await admin.limits()).DailyApiRequests.Max > 0);
await integration.logout();

console.log('jsforce: all steps passed');
