// SPDX-License-Identifier: GPL-2.0-or-later
// WebSocket clients of a live page; prints JSON when the time is up.
//
//	node clients.mjs URL#t=TOKEN CLIENTS SECONDS [PAUSED]
//
// bytes: received after the first message, a client and second. delays: ms from a window's end to each message with it.
// paused: the last client reads nothing for PAUSED seconds in the midst; how it caught up, in messages and ms.
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const require = createRequire(new URL("../../tests/browser/", import.meta.url));
const WebSocket = require("ws");
const [url, clients, seconds, paused] = process.argv.slice(2);
const { host, hash } = new URL(url);
const sleep = ms => new Promise(done => setTimeout(done, ms));
const delays = [];
let bytes = 0, counting = false;

// windows MESSAGE: when each window in it ended, in ms since 1970. serve_message.h has the format.
function windows(message) {
	const body = message[0] === 0x53 ? gunzipSync(message.subarray(1)) : message.subarray(1), ends = [];
	let at = 0;
	const number = () => {
		let value = 0, factor = 1, byte;
		do {
			byte = body[at++];
			value += (byte & 127) * factor;
			factor *= 128;
		} while (byte & 128);
		return value;
	};
	const text = () => { const length = number(); at += length; };
	const numbers = n => { while (n--) number(); };
	const window = () => {
		numbers(1);
		ends.push((number() + number()) / 1000);
		numbers(1);
		numbers(3 * number());
	};
	const records = [null, text, () => { text(); numbers(2); }, () => numbers(2), () => { numbers(2); text(); }, () => numbers(2), window, text];
	for (numbers(2); at < body.length;) {
		const record = records[number()];
		for (let n = number(); n--;)
			record();
	}
	return ends;
}

function connect() {
	const socket = new WebSocket(`ws://${host}/live`, ["pb-live", hash.slice(1).replace("=", ".")]);
	socket.messages = 0;
	socket.on("message", data => {
		socket.messages++;
		if (!counting)
			return;
		bytes += data.length;
		if (socket.late)
			socket.caughtUp = Date.now();
		else
			for (const end of windows(data))
				delays.push(Date.now() - end);
	});
	return new Promise((done, fail) => { socket.on("open", () => done(socket)); socket.on("error", fail); });
}

const sockets = [];
for (let i = 0; i < clients; i++)
	sockets.push(await connect());
await sleep(2500); // snapshots are over
counting = true;
const begun = Date.now(), last = sockets.at(-1);
let caughtUp = null;
if (paused) {
	await sleep(1000);
	last.pause();
	await sleep(paused * 1000);
	const before = last.messages, resumed = Date.now();
	last.late = true;
	last.resume();
	await sleep(500);
	caughtUp = {messages: last.messages - before, ms: (last.caughtUp ?? Infinity) - resumed, open: last.readyState === 1};
}
await sleep(Math.max(0, begun + seconds * 1000 - Date.now()));
const elapsed = (Date.now() - begun) / 1000;
delays.sort((a, b) => a - b);
const part = p => delays[Math.min(delays.length - 1, Math.floor(delays.length * p))];
console.log(JSON.stringify({bytes: bytes / elapsed / clients, p50: part(0.5), p99: part(0.99), messages: delays.length, caughtUp}));
process.exit(0);
