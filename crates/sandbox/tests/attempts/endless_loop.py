"""Loop without end
Processor time is limited, for all processes together
"""
import ctypes

PR_SET_NAME = 15
# a name that is no text hides nothing
ctypes.CDLL(None).prctl(PR_SET_NAME, b"\xff) Z", 0, 0, 0)
while True:
    pass
