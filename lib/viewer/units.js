// SPDX-License-Identifier: GPL-2.0-or-later
// Counts that are times or sizes, as people read them: "1.25 s", "3.5 MiB". Others are plain numbers.

const SCALES = new Map([["ns", {step: 1000, names: ["ns", "us", "ms", "s"]}],
	["bytes", {step: 1024, names: ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]}]]);

const isScaled = unit => SCALES.has(unit);

// To three digits, or to the whole number.
const threeDigits = value => {
	const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
	return Math.round(value * 10 ** digits) / 10 ** digits;
};

const scaledText = (unit, value) => {
	const {step, names} = SCALES.get(unit);
	let at = 0;
	while (at + 1 < names.length && threeDigits(value) >= step) {
		value /= step;
		at++;
	}
	return `${groupedText(threeDigits(value))} ${names[at]}`;
};

// Without the word for a plain number.
const amountOnly = (unit, value) => isScaled(unit) ? scaledText(unit, value) : groupedText(value);

const unitText = (unit, value) => {
	const word = unit || "samples";
	return isScaled(unit) ? scaledText(unit, value) : `${groupedText(value)} ${value === 1 ? word.replace(/s$/, "") : word}`;
};
