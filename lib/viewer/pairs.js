// SPDX-License-Identifier: GPL-2.0-or-later
// Growing typed arrays, and a table from pairs of numbers to numbers: (3, 17) to 4711.

// The array itself while it holds n elements, else a copy with room for more.
const grown = (array, n) => {
	if (n <= array.length)
		return array;
	const larger = new array.constructor(Math.max(n, array.length * 2, 16));
	larger.set(array);
	return larger;
};

// Open addressing. Keys are below 2^32, values below 2^32 - 1.
class Pairs {
	constructor() {
		this.n = 0;
		this.reserve(32);
	}

	reserve(size) {
		this.mask = size - 1;
		this.first = new Uint32Array(size);
		this.second = new Uint32Array(size);
		// 0 where nothing is, else the value plus 1.
		this.values = new Uint32Array(size);
	}

	slot(a, b) {
		let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
		hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
		let at = (hash ^ hash >>> 13) & this.mask;
		while (this.values[at] !== 0 && (this.first[at] !== a || this.second[at] !== b))
			at = at + 1 & this.mask;
		return at;
	}

	// -1 when it is not there.
	get(a, b) {
		return this.values[this.slot(a, b)] - 1;
	}

	set(a, b, value) {
		const at = this.slot(a, b);
		this.n += this.values[at] === 0;
		this.first[at] = a;
		this.second[at] = b;
		this.values[at] = value + 1;
		if (this.n * 2 > this.mask)
			this.rehash();
	}

	rehash() {
		const {first, second, values} = this;
		this.reserve(values.length * 2);
		for (let i = 0; i < values.length; i++) {
			if (values[i] === 0)
				continue;
			const at = this.slot(first[i], second[i]);
			this.first[at] = first[i];
			this.second[at] = second[i];
			this.values[at] = values[i];
		}
	}
}
