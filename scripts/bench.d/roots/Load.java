// SPDX-License-Identifier: GPL-2.0-or-later
// A load for scripts/bench: a minute of calls, maps and sorting in the JVM.
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

public class Load {
	static int fib(int n) {
		return n < 2 ? n : fib(n - 1) + fib(n - 2);
	}

	public static void main(String[] args) {
		long end = System.currentTimeMillis() + 60000, sum = 0;

		while (System.currentTimeMillis() < end) {
			Map<String, Integer> map = new HashMap<>();
			for (int i = 0; i < 5000; i++)
				map.put("key" + i, i);
			var keys = new ArrayList<>(map.keySet());
			Collections.sort(keys);
			sum += fib(24) + keys.size();
		}
		System.out.println(sum);
	}
}
