"""Sleep without end and ignore every signal that can be ignored
The end comes as SIGKILL
"""
import signal
import time

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    time.sleep(60)
