// SPDX-License-Identifier: GPL-2.0-or-later
//! Rust: methods and closures that are inlined; labels mark instructions.
#![allow(unknown_lints, named_asm_labels)]
use std::arch::asm;

struct Till {
    sum: u64,
}

impl Till {
    #[inline(always)]
    fn add(&mut self, n: u64) {
        unsafe { asm!("in_method: nop") };
        self.sum += n;
    }
}

#[inline(never)]
fn sell(n: u64) -> u64 {
    let mut t = Till { sum: n };
    t.add(n);
    t.sum
}

fn main() {
    std::process::exit(sell(std::env::args().count() as u64) as i32 - 2);
}
