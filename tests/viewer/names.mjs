// SPDX-License-Identifier: GPL-2.0-or-later
// One recording with awkward names: `names.mjs text` prints it for pb-dump --reverse, `names.mjs folded` the page's export.
import {HOSTILE, everything, randomFrom, viewer} from "./load.mjs";

const random = randomFrom(4);
const LETTERS = [" ", "\t", "#", ";", ".", "1", "20", "a", "_", "\\", "\"", "\n", "\x85", "\u00a0", "é", "\u2028", "\ufeff", "\ud800", "\udc00", "\uffff", "𝒳", "\ue000"];
const names = [...HOSTILE, ..."0123456789".split("").map(digit => `b\t${digit}.`)];
for (let i = 0; i < 1500; i++)
	names.push(Array.from({length: Math.floor(random() * 5)}, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(""));

// As UTF-8, and a lone surrogate as UTF-8 would have it if it could.
const bytesOf = name => [...name].flatMap(c => {
	const code = c.codePointAt(0);
	return code >= 0xd800 && code < 0xe000 ? [0xe0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63] : [...new TextEncoder().encode(c)];
});
const quoted = name => `"${bytesOf(name).map(byte => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;

// A function without a name has none in a stream; a thread may.
const functions = [...new Set(names)].filter(name => name !== ""), comms = ["", ...functions.slice(0, 60)];
const stacks = functions.map((_, i) => i % 3 === 0 ? -1 : Math.floor(random() * i));

const text = () => [
	"segment host=\"fixture\"", "event name=\"cycles\" unit=\"samples\" frequency=99", "module path=\"/usr/bin/app\"",
	...functions.map((_, i) => `frame module=0 offset=${4096 + i}`),
	...stacks.map((parent, i) => `stack frame=${i}${parent < 0 ? "" : ` parent=${parent}`}`),
	...comms.map((comm, i) => `task pid=${i} tid=${i} comm=${quoted(comm)}`),
	...functions.map(name => `function name=${quoted(name)}`),
	...functions.map((_, i) => `name frame=${i} function=${i}`),
	"window end=1000", ...functions.map((_, i) => `sample task=${i % comms.length} stack=${i} count=${i + 1}`),
	`tally class=0 count=${functions.length * (functions.length + 1) / 2}`, `tally class=1 count=${functions.length * (functions.length + 1) / 2}`, "end",
].join("\n");

const folded = () => {
	const profile = new viewer.Profile(), ids = Uint32Array.from(functions, (_, i) => i);
	stacks.forEach((parent, i) => profile.addNode(parent + 1, profile.addFrame(functions[i], -1, 0)));
	comms.forEach((comm, i) => profile.addGroup(profile.addTask(i, i, comm), 0));
	profile.addWindow(0, 0, 1, 0, ids.map(i => i + 1), ids.map(i => i % comms.length), Float64Array.from(ids, i => i + 1));
	return viewer.exportFolded(new viewer.TreeBuilder(profile).build({...everything, group: "name"}));
};

process.stdout.write(process.argv[2] === "text" ? `${text()}\n` : folded());
