// Authorize, identity, describe, query with pages, create, update, upsert, retrieve and destroy many: node records.mjs <where to sign in> [<base path of the org>]
import assert from 'node:assert/strict';
import { administrator, integration, passed } from './connect.mjs';

const admin = await administrator();
assert.equal((await admin.identity()).username, 'admin@crm-sandbox.example');

const described = await admin.sobject('Lead').describe();
assert.ok(described.fields.some((f) => f.name === 'overall_hard_bounced__c' && f.calculated && !f.updateable));
assert.ok(described.recordTypeInfos.some((r) => r.developerName === 'Partner'));
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
page = await admin.queryMore(page.nextRecordsUrl);
assert.deepEqual([page.records.length, page.done], [50, true]);

const found = await admin.sobject('Lead').find({ Company: 'Many', Email: { $like: 'row1%' } }, ['Id', 'Email']).sort('Email').limit(5);
assert.equal(found.length, 5);
assert.equal((await admin.query("SELECT COUNT() FROM Lead WHERE Company = 'Many'")).totalSize, 450);

const ids = created.map((r) => r.id);
const updated = await admin.sobject('Lead').update(ids.slice(0, 3).map((Id, i) => ({ Id, Title: `T${i}` })));
assert.deepEqual(updated.map((r) => r.success), [true, true, true]);

const upserted = await admin.sobject('Lead').upsert([{ Clay_Row_Id__c: 'js-0', Title: 'again' }, { Clay_Row_Id__c: 'js-new', LastName: 'New', Company: 'Many' }], 'Clay_Row_Id__c');
assert.deepEqual(upserted.map((r) => [r.success, r.created]), [[true, false], [true, true]]);
const single = await admin.sobject('Lead').upsert({ Clay_Row_Id__c: 'js-0', Title: 'single' }, 'Clay_Row_Id__c');
assert.equal(single.success, true);
assert.equal((await admin.sobject('Lead').retrieve(ids[0])).Title, 'single');
const several = await admin.sobject('Lead').retrieve([ids[2], ids[1]]);
assert.deepEqual(several.map((r) => r.Id), [ids[2], ids[1]]);
await admin.sobject('Lead').update({ Id: ids[5], City: 'Lund' });
await admin.sobject('Lead').update({ Id: ids[5], Title: null });

const history = await admin.query(`SELECT Field, OldValue, NewValue, CreatedBy.UserType, CreatedBy.Profile.Name FROM LeadHistory WHERE LeadId = '${ids[5]}' AND Field = 'City'`);
assert.deepEqual(history.records.map((r) => [r.OldValue, r.NewValue, r.CreatedBy.UserType, r.CreatedBy.Profile.Name]), [[null, 'Lund', 'Standard', 'System Administrator']]);
const tracked = await admin.query("SELECT QualifiedApiName, IsFieldHistoryTracked FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' AND QualifiedApiName IN ('City', 'Country')");
assert.deepEqual(tracked.records.map((r) => [r.QualifiedApiName, r.IsFieldHistoryTracked]), [['City', true], ['Country', false]]);

const composite = await admin.requestPost(`/services/data/v${admin.version}/composite`, {
  compositeRequest: [
    { method: 'POST', url: `/services/data/v${admin.version}/sobjects/Campaign`, referenceId: 'campaign', body: { Name: 'C' } },
    { method: 'POST', url: `/services/data/v${admin.version}/sobjects/CampaignMember`, referenceId: 'member', body: { CampaignId: '@{campaign.id}', LeadId: ids[10] } },
  ],
});
assert.deepEqual(composite.compositeResponse.map((r) => r.httpStatusCode), [201, 201]);

const before = new Date(Date.now() - 2 * 60000);
const destroyed = await admin.sobject('Lead').destroy(ids.slice(0, 200));
assert.ok(destroyed.every((r) => r.success));
await admin.sobject('Lead').destroy(ids[300]);
const gone = await admin.sobject('Lead').deleted(before, new Date(Date.now() + 2 * 60000));
assert.equal(gone.deletedRecords.length, 201);
const changed = await admin.sobject('Lead').updated(before, new Date(Date.now() + 2 * 60000));
assert.ok(changed.ids.includes(ids[201]));
assert.equal((await admin.query('SELECT Id FROM Lead WHERE IsDeleted = true', { scanAll: true })).totalSize, 201);

const caller = await integration();
assert.ok(!(await caller.sobject('Lead').describe()).fields.some((f) => f.name === 'Description'));
const rights = await caller.query("SELECT Field FROM FieldPermissions WHERE Parent.Name = 'ClayAspire_Integration' AND SobjectType = 'Lead' AND PermissionsEdit = true ORDER BY Field");
assert.deepEqual(rights.records.map((r) => r.Field), ['Lead.company_description__c', 'Lead.external_hard_bounced__c', 'Lead.Industry']);
assert.ok((await admin.limits()).DailyApiRequests.Max > 0);
await caller.logout();
passed('records');
