"""Prints the features and likelihoods that TensorFlow Lite has for sound: 16-bit samples on standard input, a network's name as argument."""
import sys
from collections import deque

from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

features = MicroWakeWordFeatures()
network = MicroWakeWord.from_builtin(Model(sys.argv[1]))
# Each likelihood by itself, not the mean of some.
network._probabilities = deque(maxlen=1)
network.sliding_window_size = 1
sound = sys.stdin.buffer.read()
steps = 0
for start in range(0, len(sound) - 319, 320):
    for step in features.process_streaming(sound[start : start + 320]):
        print("features", *(round(float(value) * 25.6) for value in step.flatten()))
        steps += 1
        likelihood = network.process_streaming_prob(step)
        if steps % network.stride == 0:
            print("likelihood", float(likelihood))
