def measure(reps, seconds): pass
