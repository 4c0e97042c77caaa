// Bulk API 2.0, ingest and query: node bulk.mjs <where to sign in> [<base path of the org>]
import assert from 'node:assert/strict';
import { administrator, integration, passed, twin } from './connect.mjs';

const admin = await administrator();
admin.bulk2.pollInterval = 20;
const wait = { pollInterval: 20, pollTimeout: 60000 };

const rows = Array.from({ length: 5000 }, (_, i) => ({ LastName: `Bulk, "${i}"`, Company: 'Bulk', Clay_Row_Id__c: `b-${i}`, DoNotCall: i % 2 === 0 }));
rows.push({ LastName: 'No company', Company: '', Clay_Row_Id__c: 'b-bad' });
const inserted = await admin.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'insert', input: rows, ...wait });
assert.equal(inserted.successfulResults.length, 5000);
assert.deepEqual(inserted.failedResults.map((r) => [r.sf__Id, r.sf__Error, r.Clay_Row_Id__c]), [['', 'REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --', 'b-bad']]);
assert.equal(inserted.unprocessedRecords.length, 0);
const byKey = new Map(inserted.successfulResults.map((r) => [r.Clay_Row_Id__c, r]));
assert.equal(byKey.get('b-4711').LastName, 'Bulk, "4711"');
assert.match(byKey.get('b-4711').sf__Id, /^00Q/);
assert.equal(byKey.get('b-4711').sf__Created, 'true');

// jsforce writes null as #N/A, which clears; a blank cell leaves the value.
const upserted = await admin.bulk2.loadAndWaitForResults({
  object: 'Lead', operation: 'upsert', externalIdFieldName: 'Clay_Row_Id__c', ...wait,
  // The columns are those of the first record.
  input: [{ Clay_Row_Id__c: 'b-1', Title: 'CTO', LastName: '', DoNotCall: '' }, { Clay_Row_Id__c: 'b-2', Title: null, LastName: 'Cleared', DoNotCall: null }, { Clay_Row_Id__c: 'b-new', Title: 'x', LastName: 'New', DoNotCall: true }],
});
assert.deepEqual(upserted.successfulResults.map((r) => [r.Clay_Row_Id__c, r.sf__Created]).sort(), [['b-1', 'false'], ['b-2', 'false']]);
assert.match(upserted.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:/);
const changed = await admin.sobject('Lead').retrieve([byKey.get('b-1').sf__Id, byKey.get('b-2').sf__Id]);
assert.deepEqual(changed.map((r) => [r.LastName, r.Title, r.DoNotCall]), [['Bulk, "1"', 'CTO', false], ['Cleared', null, false]]);

const caller = await integration();
caller.bulk2.pollInterval = 20;
const updated = await caller.bulk2.loadAndWaitForResults({
  object: 'Lead', operation: 'update', ...wait,
  input: ['b-1', 'b-2', 'b-3'].map((k, i) => ({ Id: byKey.get(k).sf__Id, Industry: 'Energy', Title: i === 2 ? 'not allowed' : '' })),
});
assert.deepEqual(updated.successfulResults.map((r) => r.Id).sort(), ['b-1', 'b-2'].map((k) => byKey.get(k).sf__Id).sort());
assert.match(updated.failedResults[0].sf__Error, /^INVALID_FIELD_FOR_INSERT_UPDATE:.*:Title --$/);

// A job step by step.
const job = admin.bulk2.createJob({ object: 'Lead', operation: 'delete' });
const opened = await job.open();
assert.equal(opened.state, 'Open');
await job.uploadData([{ Id: byKey.get('b-10').sf__Id }, { Id: byKey.get('b-10').sf__Id }]);
await job.close();
await job.poll(20, 60000);
assert.deepEqual([(await job.getSuccessfulResults()).length, (await job.getFailedResults()).length], [1, 1]);
await job.delete();
await assert.rejects(job.check(), (e) => e.errorCode === 'NOT_FOUND');

const aborted = admin.bulk2.createJob({ object: 'Lead', operation: 'insert' });
await aborted.open();
await aborted.abort();
await assert.rejects(aborted.poll(20, 60000), /aborted/);

// Query: several pages, each with its locator.
const read = await admin.bulk2.query("SELECT Id, LastName, Owner.Name, DoNotCall, CreatedDate FROM Lead WHERE Company = 'Bulk'", wait);
const records = await read.toArray();
assert.equal(records.length, 4999);
assert.deepEqual(Object.keys(records[0]), ['Id', 'LastName', 'Owner.Name', 'DoNotCall', 'CreatedDate']);
assert.match(records[0].CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const deleted = await (await admin.bulk2.query('SELECT Id FROM Lead WHERE IsDeleted = true', { scanAll: true, ...wait })).toArray();
assert.equal(deleted.length, 1);
await assert.rejects(admin.bulk2.query('SELECT COUNT() FROM Lead', wait), (e) => e.errorCode === 'MALFORMED_QUERY');

// Errors: a bad column, a bad key, rows that fail, a job that fails half way.
await assert.rejects(admin.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'insert', input: [{ LastName: 'x', Nope: 'y' }], ...wait }), /InvalidBatch : Field name not found : Nope/);
await assert.rejects(admin.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'upsert', externalIdFieldName: 'Website', input: [{ Website: 'x' }], ...wait }), (e) => e.errorCode === 'INVALIDJOB');
await twin('faults', { failBulkRows: 2, stuckBulkJobs: 1, stuckPolls: 2 });
const partly = await admin.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'insert', input: [1, 2, 3].map((i) => ({ LastName: `P${i}`, Company: 'Partly' })), ...wait });
assert.deepEqual([partly.successfulResults.length, partly.failedResults.length], [1, 2]);
await twin('faults', { failBulkJobs: 1 });
await assert.rejects(admin.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'insert', input: Array.from({ length: 500 }, (_, i) => ({ LastName: `H${i}`, Company: 'Half' })), ...wait }), /too many retries/);
assert.equal((await admin.query("SELECT COUNT() FROM Lead WHERE Company = 'Half'")).totalSize, 200);
passed('bulk');
