#!/usr/bin/env node
// listen.js: the events of reportlink, each at least once, in the order of the feed
//
//     PGDATABASE=radiology node listen.js SUBSCRIBER [ORGANIZATION]
//
// Without an organization: of every one. SIGTERM ends it; after an error it ends
// with a status other than 0, for systemd or the like to start it again. It goes on
// where it was. Functions that are not in "public" are found through PGOPTIONS.
//
// npm install pg, or Debian's node-pg (NODE_PATH=/usr/share/nodejs where node is not
// Debian's). pg gives a bigint as a string, so that JSON.stringify() would put ids in
// quotes: the server makes the JSON. JSON.parse() is exact for ids up to 2 to the 53rd.
const { Client } = require('pg');

const POLL_SECONDS = 10; // how late it may be when a notification is missed, or reportlink.notify is off
const [subscriber, organization = null] = process.argv.slice(2);
const who = [organization, subscriber];

// Yours. The event is JSON; it is done when the promise is fulfilled.
function handle(event) {
  return new Promise((resolve, reject) => {
    process.stdout.write(event + '\n', (error) => (error ? reject(error) : resolve()));
  });
}

let notified = false;
let stopping = false;
let wake = () => {};
const client = new Client();
client.on('notification', () => { notified = true; wake(); });
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => { stopping = true; wake(); });

function fail(error) {
  console.error(error);
  process.exit(1);
}

function wait() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, POLL_SECONDS * 1000);
    wake = () => { clearTimeout(timer); resolve(); };
  });
}

// each statement is a transaction of its own: none is open while it waits, or handles
async function main() {
  await client.connect();
  await client.query('SELECT reportlink_subscribe($1, $2)', who).catch((error) => {
    if (error.code !== 'RL022') throw error; // RL022: it subscribed before
  });
  await client.query('LISTEN reportlink'); // reportlink.notify_channel; first this, then look
  while (!stopping) {
    notified = false;
    const { rows } = await client.query(
      'SELECT event_id, row_to_json(f)::text AS event FROM reportlink_fetch($1, $2) f', who);
    for (const { event } of rows) await handle(event);
    if (rows.length > 0)
      await client.query('SELECT reportlink_ack($1, $2, $3)', [...who, rows[rows.length - 1].event_id]);
    else if (!notified && !stopping) await wait(); // it may have come with the answer
  }
  await client.end();
}

client.on('error', fail); // the connection is lost while it waits
main().catch(fail);
