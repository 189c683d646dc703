"""Loop without end
Processor time is limited, for all processes together
"""
while True:
    pass
