# SPDX-License-Identifier: GPL-2.0-or-later
# A load for scripts/bench: a minute of calls, hashes, patterns and sorting in Perl.
use strict;

sub fib { my $n = shift; $n < 2 ? $n : fib($n - 1) + fib($n - 2) }

my $end = time + 60;
while (time < $end) {
	my %squares = map { $_ => $_ * $_ } 1 .. 5000;
	my $text = join ",", sort keys %squares;
	$text =~ s/1+2/x/g;
	fib(14);
}
