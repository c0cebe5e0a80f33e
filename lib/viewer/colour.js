// SPDX-License-Identifier: GPL-2.0-or-later
// The colours of frames, the same for a name every time: by kind (the default), by module or by name.

// By kind, in OKLCH, where equal lightness looks equally bright: the hue's start, how far it goes, how colourful it is.
const HUES = [
	{hue: 36, range: 50, chroma: 0.125},
	{hue: 240, range: 30, chroma: 0.085},
	{hue: 186, range: 22, chroma: 0.08},
	{hue: 130, range: 20, chroma: 0.115},
	{hue: 80, range: 30, chroma: 0.012},
	{hue: 296, range: 26, chroma: 0.07},
];
const LIGHT = {from: 0.745, range: 0.12, text: "#141414"};
const DARK = {from: 0.40, range: 0.095, text: "#f6f6f4"};

// FNV-1a, stirred once more: names that differ by a letter are to look different.
const hashText = text => {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++)
		hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
	hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
	return (hash ^ hash >>> 16) >>> 0;
};

const gamma = x => x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;

// Linear sRGB; chroma is given up until the colour exists on a screen.
const oklchToRgb = (lightness, chroma, hue) => {
	for (; ; chroma *= 0.93) {
		const a = chroma * Math.cos(hue * Math.PI / 180), b = chroma * Math.sin(hue * Math.PI / 180);
		const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
		const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
		const s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
		const rgb = [
			4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
			-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
			-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
		];
		if (chroma < 1e-3 || rgb.every(x => x >= 0 && x <= 1))
			return rgb.map(x => Math.round(gamma(Math.min(1, Math.max(0, x))) * 255));
	}
};

const mixColour = ({hue, range, chroma}, hash, dark) => {
	const theme = dark ? DARK : LIGHT, turn = (hash & 1023) / 1023, shade = (hash >>> 10 & 1023) / 1023;
	const rgb = oklchToRgb(theme.from + theme.range * shade, dark ? chroma * 0.8 : chroma, hue + range * turn);
	return `#${rgb.map(x => x.toString(16).padStart(2, "0")).join("")}`;
};

const colourOf = (profile, frame, by, dark) => {
	const {frames, modules, names} = profile, kind = frames.kind[frame], name = hashText(names[frames.name[frame]]);
	if (kind === KIND.MARK || kind === KIND.TASK || by === "kind")
		return mixColour(HUES[kind], name, dark);
	if (by === "name")
		return mixColour({hue: 0, range: 360, chroma: 0.095}, name, dark);
	if (by === "mixed")
		return mixColour(HUES[KIND.MARK], name, dark);
	if (frames.module[frame] < 0)
		return mixColour(kind === KIND.KERNEL ? HUES[kind] : HUES[KIND.MARK], name, dark);
	// The module says which hue; the name only how light it is.
	const hue = hashText(modules[frames.module[frame]]) % 360;
	return mixColour({hue, range: 8, chroma: 0.105}, name, dark);
};

// By profile, by way of colouring, by frame.
const colourCache = new WeakMap();

const frameColour = (profile, frame, by, dark) => {
	let ways = colourCache.get(profile);
	if (!ways)
		colourCache.set(profile, ways = new Map());
	const way = dark ? `dark ${by}` : by;
	let colours = ways.get(way);
	if (!colours)
		ways.set(way, colours = []);
	return colours[frame] ??= colourOf(profile, frame, by, dark);
};

// A node of several modules has the colour of none.
const nodeColour = ({profile, frame, mixed}, node, by, dark) =>
	frameColour(profile, frame[node], by === "module" && mixed[node] ? "mixed" : by, dark);

// For text on any of these colours: one per theme, so that the eye need not adapt from frame to frame.
const textColour = (profile, frame, by, dark) => (dark ? DARK : LIGHT).text;
