// Replicates documents to and from a server, timing only the replication:
// node replicate.js URL DOCUMENTS.json BATCH REPEATS, prints one JSON line.
const fs = require('fs');
const PouchDB = require('pouchdb-node');
PouchDB.plugin(require('pouchdb-adapter-memory'));
const [, , url, file, batch, repeats] = process.argv;
const docs = JSON.parse(fs.readFileSync(file));
const options = { batch_size: Number(batch) };
const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;

async function once(name) {
  const local = new PouchDB('from-' + name, { adapter: 'memory' });
  await local.bulkDocs(docs);
  const remote = new PouchDB(`${url}/${name}`);
  await remote.info();
  let began = process.hrtime.bigint();
  const up = await local.replicate.to(remote, options);
  const push = seconds(began);
  const back = new PouchDB('to-' + name, { adapter: 'memory' });
  began = process.hrtime.bigint();
  const down = await back.replicate.from(remote, options);
  const pull = seconds(began);
  if (up.docs_written !== docs.length || down.docs_written !== docs.length) throw new Error('documents are missing');
  await local.destroy();
  await back.destroy();
  await remote.destroy();
  return { push, pull };
}

(async () => {
  const runs = [];
  for (let run = 0; run < Number(repeats); run += 1) runs.push(await once(`b${batch}-${process.pid}-${run}`));
  console.log(JSON.stringify(runs));
  process.exit(0);
})().catch((wrong) => {
  console.error(wrong);
  process.exit(1);
});
