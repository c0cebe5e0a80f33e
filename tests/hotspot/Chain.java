// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of a known shape: main, DEPTH + 1 times down, work; for so many seconds.
//
//	java -XX:CompileCommand=quiet -XX:CompileCommand=dontinline,Chain::* Chain SECONDS
public class Chain {
	static final int DEPTH = 20;
	static final int[] from = new int[256], to = new int[256];
	static int sink;

	static int work(int n) {
		int sum = n;

		for (int i = 0; i < 200; i++)
			sum = sum * 31 + (sum >>> 7);
		System.arraycopy(from, 0, to, sum & 1, 200);
		return sum + to[3];
	}

	static int down(int depth) {
		return depth == 0 ? work(sink) : down(depth - 1) + depth;
	}

	public static void main(String[] args) {
		long end = System.nanoTime() + (long) (Double.parseDouble(args[0]) * 1e9);

		while (System.nanoTime() < end)
			for (int i = 0; i < 1000; i++)
				sink += down(DEPTH);
	}
}
