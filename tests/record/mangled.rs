// SPDX-License-Identifier: GPL-2.0-or-later
// Functions that Rust tells apart: of a module, of a type, generic ones; each called another number of times.
use std::hint::black_box;

mod shop {
	pub struct Till {
		pub sum: u64,
	}

	impl Till {
		#[inline(never)]
		pub fn add(&mut self, price: u64) {
			self.sum += price;
		}
	}

	#[inline(never)]
	pub fn price(of: u64) -> u64 {
		std::hint::black_box(of + 1)
	}

	#[inline(never)]
	pub fn twice<T: std::ops::Add<Output = T> + Copy>(value: T) -> T {
		std::hint::black_box(value + value)
	}
}

fn main() {
	let mut till = shop::Till { sum: 0 };
	for i in 0..10 {
		till.add(black_box(i));
	}
	for i in 0..20 {
		till.sum += shop::price(black_box(i));
	}
	for i in 0..30u32 {
		till.sum += shop::twice(black_box(i)) as u64;
	}
	for i in 0..40u64 {
		till.sum += shop::twice(black_box(i));
	}
	black_box(till.sum);
}
