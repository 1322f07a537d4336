"""The engine process: it receives calls of core functions, runs them with a thread per lane, and answers. No Qt."""
