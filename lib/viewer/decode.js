// SPDX-License-Identifier: GPL-2.0-or-later
// The server's messages, cmd/serve_message.h: every number is checked before any of the message counts.

const MOST_INFLATED = 256 << 20;
const TAG = {MODULE: 1, FRAME: 2, NODE: 3, TASK: 4, GROUP: 5, WINDOW: 6, FACTS: 7, EVENT: 8};

class MessageError extends Error {}

// A message of more than the page can hold: to ask for it again is of no use.
class SizeError extends MessageError {}

class Reader {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	fail(what) {
		throw new MessageError(`offset ${this.at}: ${what}`);
	}

	left() {
		return this.bytes.length - this.at;
	}

	number() {
		const value = this.amount();
		if (value > Number.MAX_SAFE_INTEGER)
			this.fail("number too large");
		return value;
	}

	// Of 64 bits; beyond 2^53 it is rounded.
	amount() {
		let value = 0;
		for (let scale = 1; ; scale *= 128) {
			if (this.at >= this.bytes.length)
				this.fail("message cut short");
			const byte = this.bytes[this.at++];
			value += (byte & 127) * scale;
			if (value > 2 ** 64 || scale > 2 ** 63)
				this.fail("number too large");
			if (byte < 128)
				return value;
		}
	}

	below(limit, what) {
		const value = this.number();
		if (value >= limit)
			this.fail(`no such ${what}`);
		return value;
	}

	// A number of things that take so many bytes each, at least.
	count(size) {
		const n = this.number();
		if (n * size > this.left())
			this.fail("message cut short");
		return n;
	}

	text() {
		const n = this.count(1), from = this.at;
		this.at += n;
		try {
			return decoder.decode(this.bytes.subarray(from, this.at));
		} catch {
			return this.fail("text that is not UTF-8");
		}
	}
}

const decoder = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});

const FACTS = {
	string: ["host", "release", "event", "unit", "command", "state", "error"],
	number: ["frequency", "period", "cpus", "delivered", "pruned", "merged", "left_out"],
	boolean: ["control", "crowded", "cut"],
};

// Those that the page knows, if they are of their type.
const readFacts = reader => {
	const text = reader.text(), facts = {}, isCount = value => Number.isFinite(value) && value >= 0;
	let json;
	try {
		json = JSON.parse(text);
	} catch {
		reader.fail("facts that are not JSON");
	}
	if (typeof json !== "object" || json === null)
		reader.fail("facts that are not an object");
	for (const [type, names] of Object.entries(FACTS))
		for (const name of names)
			if (Object.hasOwn(json, name) && (type === "number" ? isCount(json[name]) : typeof json[name] === type))
				facts[name] = json[name];
	const lost = Object.hasOwn(json, "lost") && typeof json.lost === "object" && json.lost !== null ? json.lost : {};
	facts.lost = Object.fromEntries(Object.entries(lost).filter(([, count]) => isCount(count)));
	return facts;
};

const readWindow = (reader, sizes) => {
	const number = reader.number(), start = reader.amount() / 1000, duration = reader.amount() / 1000;
	const losses = [];
	for (let left = reader.count(2); left > 0; left--)
		losses.push([reader.below(sizes.events, "event"), reader.amount()]);
	const n = reader.count(3), nodes = new Uint32Array(n), groups = new Uint32Array(n), counts = new Float64Array(n);
	let node = 0, used = 0;
	for (let i = 0; i < n; i++) {
		node += reader.number();
		if (node >= sizes.nodes)
			reader.fail("no such node");
		nodes[used] = node;
		groups[used] = reader.below(sizes.groups, "group");
		counts[used] = reader.amount();
		if (counts[used] > 0)
			used++;
	}
	return [number, start, duration, losses.reduce((sum, [, lost]) => sum + lost, 0), nodes.subarray(0, used), groups.subarray(0, used),
		counts.subarray(0, used), losses];
};

const readRecord = (reader, tag, sizes) => {
	switch (tag) {
	case TAG.MODULE:
		sizes.modules++;
		return [reader.text()];
	case TAG.FRAME:
		sizes.frames++;
		return [reader.text(), reader.below(sizes.modules + 1, "module") - 1, reader.below(KIND.TASK, "kind")];
	case TAG.NODE: {
		const back = reader.number(), id = sizes.nodes++;
		if (back < 1 || back > id)
			reader.fail("no such parent");
		return [id - back, reader.below(sizes.frames, "frame")];
	}
	case TAG.TASK:
		sizes.tasks++;
		return [reader.number(), reader.number(), reader.text()];
	case TAG.GROUP:
		sizes.groups++;
		return [reader.below(sizes.tasks, "task"), reader.number(), reader.below(sizes.events, "event")];
	case TAG.EVENT:
		sizes.events++;
		return [reader.text(), reader.text(), reader.number(), reader.number()];
	case TAG.WINDOW:
		return readWindow(reader, sizes);
	case TAG.FACTS:
		return [readFacts(reader)];
	default:
		return reader.fail(`no section has the number ${tag}`);
	}
};

// Ids in messages count from 0 for each kind; those of frames and modules are turned into the profile's own.
const applyRecord = (profile, tag, record) => {
	const {modules, frames} = profile.sent;
	switch (tag) {
	case TAG.MODULE:
		return modules.push(profile.addModule(...record));
	case TAG.FRAME:
		return frames.push(profile.addFrame(record[0], record[1] < 0 ? -1 : modules[record[1]], record[2]));
	case TAG.NODE:
		return profile.addNode(record[0], frames[record[1]]);
	case TAG.TASK:
		return profile.addTask(...record);
	case TAG.GROUP:
		return profile.addGroup(...record);
	case TAG.EVENT:
		return profile.addEvent(...record);
	case TAG.WINDOW:
		return profile.addWindow(...record);
	default:
		[profile.facts] = record;
		profile.unit = record[0].unit ?? profile.unit;
		return profile.version++;
	}
};

// All of the message, or nothing of it when it throws.
const applyMessage = (profile, bytes) => {
	const reader = new Reader(bytes), epoch = reader.number(), at = reader.number(), sections = [];
	const {sent} = profile, sizes = {
		modules: sent.modules.length, frames: sent.frames.length, nodes: profile.nodes.n,
		tasks: profile.tasks.length, events: profile.events.length, groups: profile.groups.length,
	};
	if (profile.version > 0 && epoch !== profile.epoch)
		reader.fail("a message of another recording");
	if (at < profile.at)
		reader.fail("a message from before");
	while (reader.left() > 0) {
		const tag = reader.number(), n = reader.count(1), records = [];
		for (let i = 0; i < n; i++)
			records.push(readRecord(reader, tag, sizes));
		sections.push({tag, records});
	}
	for (const {tag, records} of sections)
		for (const record of records)
			applyRecord(profile, tag, record);
	profile.epoch = epoch;
	profile.at = at;
	profile.version++;
	return profile;
};

const inflate = async bytes => {
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")), parts = [];
	let size = 0;
	for (const reader = stream.getReader(); ;) {
		const {done, value} = await reader.read();
		if (done)
			break;
		size += value.length;
		if (size > MOST_INFLATED) {
			await reader.cancel();
			throw new SizeError("a message of more than 256 MiB");
		}
		parts.push(value);
	}
	const whole = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
};

// The profile to use from now on: a snapshot starts a new one.
const takeMessage = async (profile, buffer) => {
	const bytes = new Uint8Array(buffer);
	switch (bytes[0]) {
	case 0x44:
		if (profile.epoch === 0)
			throw new MessageError("a delta to nothing");
		return applyMessage(profile, bytes.subarray(1));
	case 0x53:
		return applyMessage(new Profile(), await inflate(bytes.subarray(1)));
	default:
		throw new MessageError("neither a snapshot nor a delta");
	}
};
