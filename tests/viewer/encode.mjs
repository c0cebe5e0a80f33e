// SPDX-License-Identifier: GPL-2.0-or-later
// Messages as cmd/serve_message.h has them, made from plain lists.
import {gzipSync} from "node:zlib";

const number = value => {
	const bytes = [];
	for (; value >= 128; value = Math.floor(value / 128))
		bytes.push(value % 128 + 128);
	return [...bytes, value];
};

const text = string => {
	const bytes = new TextEncoder().encode(string);
	return [...number(bytes.length), ...bytes];
};

// lost: a number is of event 0, else it is [event, number] pairs.
const window = ({number: n, start, duration, lost, cells}) => {
	const losses = Array.isArray(lost) ? lost : lost ? [[0, lost]] : [];
	const bytes = [n, start, duration, losses.length, ...losses.flat(), cells.length].flatMap(number);
	let last = 0;
	for (const [node, group, count] of cells) {
		for (const value of [node - last, group, count])
			bytes.push(...number(value));
		last = node;
	}
	return bytes;
};

const SECTIONS = [
	["modules", 1, text],
	["frames", 2, ([name, module, kind]) => [...text(name), ...number(module + 1), ...number(kind)]],
	["nodes", 3, ([back, frame]) => [...number(back), ...number(frame)]],
	["tasks", 4, ([pid, tid, comm]) => [...number(pid), ...number(tid), ...text(comm)]],
	["events", 8, ([name, unit, frequency = 0, period = 0]) => [...text(name), ...text(unit), ...number(frequency), ...number(period)]],
	["groups", 5, ([task, cpu, event = 0]) => [...number(task), ...number(cpu), ...number(event)]],
	["windows", 6, window],
	["facts", 7, facts => text(JSON.stringify(facts))],
];

// {epoch, at, modules: [...], ...}: windows with start and duration in us and cells [node, group, count] by node.
export const encodeBody = message => {
	const bytes = [...number(message.epoch), ...number(message.at)];
	for (const [name, tag, encode] of SECTIONS) {
		if (!message[name]?.length)
			continue;
		bytes.push(...number(tag), ...number(message[name].length));
		for (const record of message[name])
			for (const byte of encode(record))
				bytes.push(byte);
	}
	return Uint8Array.from(bytes);
};

export const encodeDelta = message => Uint8Array.from([0x44, ...encodeBody(message)]);
export const encodeSnapshot = message => Uint8Array.from([0x53, ...gzipSync(encodeBody(message))]);
