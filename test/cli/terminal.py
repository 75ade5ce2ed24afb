"""Runs a command at a terminal, types a line of TYPED whenever it asks, and prints all that the terminal shows."""

import os
import pty
import sys

PROMPT = os.environ.pop("PROMPT", "(it is not shown): ").encode()

lines = os.environ.pop("TYPED").encode().splitlines(keepends=True)
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

shown = b""
asked = 0
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        more = b""
    if not more:
        break
    shown += more
    sys.stdout.buffer.write(more)
    sys.stdout.buffer.flush()
    while asked < shown.count(PROMPT) and lines:
        asked += 1
        os.write(terminal, lines.pop(0).replace(b"\n", b"\r"))

_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
