// SPDX-License-Identifier: GPL-2.0-or-later
// The connection: one socket at a time, no message out of turn, and tries that get rarer as long as nothing good comes.
import assert from "node:assert/strict";
import test from "node:test";
import {gzipSync} from "node:zlib";
import {encodeDelta, encodeSnapshot} from "./encode.mjs";
import {viewer} from "./load.mjs";

const {Live, stateOf} = viewer;

const first = {epoch: 5, at: 1, frames: [["a", -1, 0]], nodes: [[1, 0]], tasks: [[1, 1, "t"]], events: [["cycles", "samples"]], groups: [[0, 0]], facts: [{state: "live", lost: {}}]};
const windowOf = (number, count, lost = 0) => ({number, start: number * 1e6, duration: 1e6, lost, cells: count ? [[1, 0, count]] : []});
const snapshot = (count, more) => encodeSnapshot({...first, windows: [windowOf(0, count)], ...more}).buffer;
const delta = (at, windows, more) => encodeDelta({epoch: 5, at, windows, ...more}).buffer;
const BOMB = Uint8Array.from([0x53, ...gzipSync(Buffer.alloc(300 << 20), {level: 1})]).buffer;
const BAD = Uint8Array.of(0x44, 5, 9, 3, 1, 9, 9).buffer;

// What the page would have: sockets that stand still, and timers that run when told to.
let sockets, timers, now;

class Socket {
	constructor(address, [, token]) {
		if (/[^\w.]/.test(token))
			throw new SyntaxError("bad protocol");
		Object.assign(this, {address: address.replace(/^.*live\?/, ""), sent: []});
		sockets.push(this);
	}

	send(text) {
		this.sent.push(text);
	}

	close() {
		this.closing = true;
	}

	say(data) {
		this.onmessage?.({data});
	}
}

// Until everything that came has been taken or refused.
const calm = async () => {
	for (let work; work !== now.work; ) {
		work = now.work;
		await work;
	}
	await new Promise(done => setImmediate(done));
};

const begin = async token => {
	sockets = [];
	timers = [];
	globalThis.WebSocket = Socket;
	globalThis.location = {protocol: "http:", host: "h"};
	globalThis.setTimeout = (act, ms) => timers.push({act, ms});
	globalThis.clearTimeout = id => delete timers[id - 1];
	const shown = [], live = new Live(token ?? "token", {profile: profile => shown.push(profile.total), link() {}});
	now = live;
	await calm();
	return {live, shown};
};

const newest = () => sockets.at(-1);
const open = async (...messages) => {
	newest().onopen();
	for (const message of messages)
		newest().say(message);
	await calm();
};
const drop = async () => {
	newest().onclose();
	const {act, ms} = timers.at(-1);
	act();
	await calm();
	return ms;
};

test("what comes is taken, and asked for from there on", async () => {
	const {live, shown} = await begin();
	assert.deepEqual(sockets.map(s => s.address), ["epoch=0&at=0"]);
	await open(snapshot(100), delta(2, [windowOf(1, 50)]));
	assert.deepEqual([shown, live.trouble, stateOf(live, live.profile).name], [[100, 150], "", "live"]);
	await drop();
	assert.equal(newest().address, "epoch=5&at=2");
});

test("what follows a message that is refused is not taken, and everything is asked for anew", async () => {
	const {live, shown} = await begin();
	await open(snapshot(100));
	newest().say(BAD);
	newest().say(delta(3, [windowOf(2, 7)]));
	await calm();
	newest().say(delta(4, [windowOf(3, 7)]));
	await calm();
	assert.deepEqual([shown, newest().closing], [[100], true]);
	assert.match(live.trouble, /no such/);
	assert.equal(stateOf(live, live.profile).name, "lost");
	await drop();
	assert.equal(newest().address, "epoch=0&at=0");
	await open(snapshot(100));
	assert.deepEqual([shown, live.trouble, live.profile.total], [[100, 100], "", 100]);
});

test("no delta goes on from nothing, frozen or not", async () => {
	const {live, shown} = await begin();
	await open(snapshot(100));
	live.freeze(true);
	newest().say(BAD);
	newest().say(delta(3, [windowOf(2, 7)]));
	live.freeze(false);
	await calm();
	await drop();
	assert.deepEqual([shown, newest().address], [[100], "epoch=0&at=0"]);
	await open(delta(4, [windowOf(1, 9)]));
	assert.match(live.trouble, /a delta to nothing/);
	await drop();
	assert.deepEqual([shown, newest().address, live.profile.total], [[100], "epoch=0&at=0", 0]);
});

test("a socket that is gone does not keep a refusal from a new beginning", async () => {
	const {live, shown} = await begin();
	await open(snapshot(100));
	newest().say(BAD);
	await drop();
	assert.equal(newest().address, "epoch=0&at=0");
	await open(snapshot(200));
	assert.deepEqual([shown, live.profile.total], [[100, 200], 200]);
});

test("tries get rarer while what comes is refused, and start over when it is good", async () => {
	const {live} = await begin(), waits = [];
	for (let i = 0; i < 7; i++) {
		await open(snapshot(1, {nodes: [[9, 0]]}));
		waits.push(await drop());
	}
	assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10000, 10000]);
	assert.equal(stateOf(live, live.profile).name, "lost");
	await open(snapshot(1));
	assert.deepEqual([await drop(), live.trouble], [500, ""]);
});

test("a snapshot of more than the page can take is said, and not asked for again until somebody does", async () => {
	const {live, shown} = await begin();
	await open(snapshot(100));
	newest().say(BOMB);
	// The connection ends and is tried again while the page is still at it; and then, it ends after.
	await drop();
	assert.deepEqual([shown, sockets.length, timers.filter(t => t).length, live.canTry()], [[100], 1, 0, true]);
	const {name, text, banner} = stateOf(live, live.profile);
	assert.deepEqual([name, text], ["lost", "gave up"]);
	assert.match(banner, /more than 256 MiB.*--memory/);
	live.connect();
	await calm();
	await open(snapshot(50));
	assert.deepEqual([shown, sockets.length, stateOf(live, live.profile).name, live.canTry()], [[100, 50], 2, "live", false]);
	newest().say(BOMB);
	await calm();
	assert.equal(newest().closing, true);
	newest().onclose();
	await calm();
	assert.deepEqual([sockets.length, timers.filter(t => t).length, stateOf(live, live.profile).text], [2, 0, "gave up"]);
});

test("a token that no server has is said", async () => {
	const {live} = await begin("a b");
	assert.deepEqual([sockets.length, timers.length], [0, 0]);
	assert.match(stateOf(live, live.profile).banner, /token.*#t=/);
});

test("connecting twice leaves one socket, and those before are closed and not listened to", async () => {
	const {live, shown} = await begin();
	await open(snapshot(100));
	const old = newest();
	live.connect();
	live.connect();
	assert.equal(live.linked, false);
	await calm();
	assert.deepEqual([sockets.length, old.closing], [2, true]);
	live.connect();
	await calm();
	assert.deepEqual(sockets.map(s => Boolean(s.closing)), [true, true, false]);
	for (const socket of sockets.slice(0, 2)) {
		socket.onopen();
		socket.say(delta(2, [windowOf(1, 50)]));
		socket.onclose();
	}
	await calm();
	assert.deepEqual([shown, live.linked, timers.filter(t => t).length], [[100], false, 0]);
	await open(delta(2, [windowOf(1, 50)]));
	assert.deepEqual([shown, live.linked], [[100, 150], true]);
});

test("what was held for a socket that is no more comes again, and counts once", async () => {
	const {live, shown} = await begin();
	await open(snapshot(100));
	live.freeze(true);
	newest().say(delta(2, [windowOf(1, 50)]));
	live.connect();
	await calm();
	await open(delta(2, [windowOf(1, 50)]));
	live.freeze(false);
	await calm();
	assert.deepEqual([newest().address, shown, live.trouble], ["epoch=5&at=1", [100, 150], ""]);
});

test("counts beyond 2^53 are taken", async () => {
	for (const [count, lost] of [[2 ** 53, 0], [2 ** 63, 0], [1, 2 ** 63]]) {
		const {live, shown} = await begin();
		await open(encodeSnapshot({...first, windows: [windowOf(0, count, lost)]}).buffer, delta(2, [windowOf(1, 2 ** 62)]));
		assert.deepEqual([shown, live.trouble, live.profile.lost, live.profile.rounded()], [[count, count + 2 ** 62], "", lost, true]);
	}
	const {live} = await begin();
	await open(snapshot(2 ** 53 - 1));
	assert.equal(live.profile.rounded(), false);
});
