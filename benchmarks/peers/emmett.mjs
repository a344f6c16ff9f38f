// Emmett on PostgreSQL, driven as every other peer: a job is a line of JSON, its answer another.
// Each append is of one new event of about 600 bytes to a new stream, on the condition that it is new.
// A job with a length reads streams instead, each appended at once and folded from its first event;
// one with a rate appends on schedule, and tells when its own consumer had each event.

import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore, postgreSQLEventStoreConsumer } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const rank = (sorted, share) =>
  sorted.length ? sorted[Math.ceil(share * sorted.length) - 1] : null;

async function append({ url, writers, seconds, size }) {
  const pool = new pg.Pool({ connectionString: url, max: writers });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  const text = 'x'.repeat(size);
  const took = [];
  const write = () =>
    store.appendToStream(`case-${randomUUID()}`, [{ type: 'CaseNoted', data: { text } }], {
      expectedStreamVersion: STREAM_DOES_NOT_EXIST,
    });
  await Promise.all(Array.from({ length: writers }, write)); // every connection is open
  const began = performance.now();
  const until = began + seconds * 1000;
  const writer = async () => {
    for (let from = performance.now(); from < until; from = performance.now()) {
      await write();
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const elapsed = (performance.now() - began) / 1000;
  await store.close();
  await pool.end();
  took.sort((a, b) => a - b);
  return { done: took.length, seconds: elapsed, p50: rank(took, 0.5), p99: rank(took, 0.99) };
}

async function load({ url, length, cases, size }) {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  const noted = Array.from({ length }, () => ({ type: 'CaseNoted', data: { text: 'x'.repeat(size) } }));
  const streams = Array.from({ length: cases + 1 }, () => `case-${randomUUID()}`);
  for (const stream of streams)
    await store.appendToStream(stream, noted, { expectedStreamVersion: STREAM_DOES_NOT_EXIST });
  const took = [];
  for (const stream of streams) {
    const began = performance.now();
    const { state } = await store.aggregateStream(stream, {
      evolve: (notes) => notes + 1,
      initialState: () => 0,
    });
    took.push(performance.now() - began);
    if (state !== length) throw new Error(`${state} events`);
  }
  await store.close();
  await pool.end();
  return { took: took.slice(1) };
}

async function follow({ url, writers, rate, events, size }) {
  const pool = new pg.Pool({ connectionString: url, max: writers });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  const seen = new Map();
  const done = new Map();
  const consumer = postgreSQLEventStoreConsumer({ connectionString: url });
  consumer.reactor({
    processorId: `lag-${randomUUID()}`,
    startFrom: 'END',
    eachMessage: ({ metadata }) => void seen.set(Number(metadata.globalPosition), performance.now()),
  });
  const following = consumer.start();
  const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));
  const event = { type: 'CaseNoted', data: { text: 'x'.repeat(size) } };
  const append = () =>
    store.appendToStream(`case-${randomUUID()}`, [event], { expectedStreamVersion: STREAM_DOES_NOT_EXIST });
  for (; !seen.size; await pause(200)) await append(); // the consumer finds its end of the log by itself
  const began = performance.now();
  const writer = async (_, first) => {
    for (let number = first; number < events; number += writers) {
      await pause(Math.max(began + (number * 1000) / rate - performance.now(), 0));
      const { lastEventGlobalPosition: at } = await append();
      done.set(Number(at), performance.now());
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const missing = () => [...done.keys()].filter((at) => !seen.has(at)).length;
  for (let tries = 0; missing() && tries < 300; tries++) await pause(100);
  if (missing()) throw new Error(`${missing()} of ${events} events were not handed over`);
  await consumer.close();
  await following.catch(() => {});
  await store.close();
  await pool.end();
  return { took: [...done].map(([at, when]) => Math.max(seen.get(at) - when, 0)) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await (job.length ? load : job.rate ? follow : append)(job))}\n`);
}
process.exit(0);
