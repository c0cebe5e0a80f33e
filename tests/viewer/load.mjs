// SPDX-License-Identifier: GPL-2.0-or-later
// The viewer's data side, loaded as the page does: its parts joined into one strict function.
import {readFileSync} from "node:fs";

const PARTS = ["choice", "colour", "decode", "dom", "events", "export", "export_svg", "live", "pairs", "profile", "saved", "search", "shape", "state",
	"strip", "tree", "units"];
const NAMES = `KIND, Pairs, grown, Profile, profileFromData, splitName, applyMessage, takeMessage, TreeBuilder, nameOf, pathOf,
	findPath, stepsOf, walk, functionsOf, functionText, search, frameColour, nodeColour, textColour, exportFolded, foldName, exportD3, exportSvg, windowWeights, stripSpan,
	stripBars, wholeWindows, Live, stateOf, chooseEvents, eventChoices, EventWindows, sumOfChosen, scaledText, unitText`;

const source = PARTS.map(part => readFileSync(new URL(`../../lib/viewer/${part}.js`, import.meta.url), "utf8")).join("\n");

export const viewer = new Function(`"use strict";\n${source}\nreturn {${NAMES}};`)();

export const everything = {time: {mode: "all"}, group: "none", hide: [], focus: [], shape: "stacks", of: ""};

// The same numbers every time: a test that fails fails again.
export const randomFrom = seed => () => {
	seed = seed + 0x6d2b79f5 | 0;
	let x = Math.imul(seed ^ seed >>> 15, 1 | seed);
	x = x + Math.imul(x ^ x >>> 7, 61 | x) ^ x;
	return ((x ^ x >>> 14) >>> 0) / 2 ** 32;
};

export const HOSTILE = ["constructor", "__proto__", "hasOwnProperty", "toString", "a b", "", " ", "#", "# x", "worker 12", "pool 1.5", "a;b c",
	"<!--<script>", "</script><b>", "]]>", "&amp;", "\u2028\u202e", "\ud800", "𝒳\u0000\n", "[truncated]", "'\"", "\ufeffbom", "\x7f\x85"];
