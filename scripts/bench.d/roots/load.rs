// SPDX-License-Identifier: GPL-2.0-or-later
// A load for scripts/bench: a minute of calls, maps and sorting in Rust.
use std::collections::HashMap;
use std::time::{Duration, Instant};

#[inline(never)]
fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

fn main() {
    let (start, mut sum) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(60) {
        let map: HashMap<String, u64> = (0..5000).map(|i| (format!("key{}", i), i)).collect();
        let mut keys: Vec<_> = map.keys().cloned().collect();
        keys.sort();
        sum += fib(25) + keys.len() as u64;
    }
    println!("{}", sum);
}
