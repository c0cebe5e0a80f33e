// SPDX-License-Identifier: GPL-2.0-or-later
// Code that comes and goes: classes are loaded, run until their methods are compiled, and dropped; for so many seconds.
//
//	java -XX:ReservedCodeCacheSize=10m Churn SECONDS
import java.io.InputStream;

public class Churn {
	public static class Work {
		static int sum(int n) {
			return n == 0 ? 0 : n + (n % 3 == 0 ? less(n - 1) : sum(n - 1));
		}

		static int less(int n) {
			return n == 0 ? 0 : sum(n - 1) - n;
		}

		public static int run(int times) {
			int all = 0;

			for (int i = 0; i < times; i++)
				all += sum(i & 31);
			return all;
		}
	}

	// Each one defines the class anew.
	static class Loader extends ClassLoader {
		Class<?> define(byte[] bytes) {
			return defineClass(null, bytes, 0, bytes.length);
		}
	}

	public static void main(String[] args) throws Exception {
		long end = System.nanoTime() + (long) (Double.parseDouble(args[0]) * 1e9);
		byte[] bytes;
		int n = 0;

		try (InputStream in = Churn.class.getResourceAsStream("Churn$Work.class")) {
			bytes = in.readAllBytes();
		}
		for (; System.nanoTime() < end; n++) {
			new Loader().define(bytes).getMethod("run", int.class).invoke(null, 20000);
			if (n % 100 == 99)
				System.gc();
		}
		System.out.println(n + " classes");
	}
}
