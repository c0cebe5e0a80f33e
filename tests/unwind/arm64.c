// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions whose frames differ, for a machine that needs not be there to run them. */
long other(long n, void *p);

long
variable(long n)
{
	char local[n];
	long sum = 0;

	for (long i = 0; i < n; i++)
		sum += other(i, local) * other(sum, local);
	return sum;
}

long
many(long a, long b, long c, long d)
{
	long x = other(a, 0), y = other(b, 0), z = other(c, 0), w = other(d, 0);

	return other(x + y, 0) * other(z - w, 0) * x * y * z * w;
}

long
large(void)
{
	char local[70000];

	return other(1, local) + other(2, local + 1);
}

double
floating(double a)
{
	double r = a * (double)other(1, 0);

	return r * (double)other(2, 0) * a;
}

long
leaf(long a)
{
	return a + 1;
}
