// express-pouchdb on the memory adapter: node server.js PORT
const PouchDB = require('pouchdb-node');
PouchDB.plugin(require('pouchdb-adapter-memory'));
const app = require('express')();
const options = { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' };
app.use(require('express-pouchdb')(PouchDB.defaults({ adapter: 'memory' }), options));
app.listen(Number(process.argv[2]), '127.0.0.1');
