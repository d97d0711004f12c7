package io.diffusion4j.onednn.run;

/**
 * Weights as 8-bit integers: symmetric, with a scale for each output, whose largest absolute weight
 * becomes 127.
 *
 * @param values the values of each output, one output after the other
 * @param scales the factor of the integers of each output
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, passed on and forgotten
record QuantisedWeights(byte[] values, float[] scales) {
  /** Quantises weights, given the number of weights of each output. */
  static QuantisedWeights of(float[] weights, int outputs) {
    int each = weights.length / outputs;
    byte[] values = new byte[weights.length];
    float[] scales = new float[outputs];
    for (int output = 0; output < outputs; output++) {
      int from = output * each;
      float largest = 0;
      for (int i = from; i < from + each; i++) {
        largest = Math.max(largest, Math.abs(weights[i]));
      }
      scales[output] = SampleScale.of(largest);
      float inverse = 1 / scales[output];
      for (int i = from; i < from + each; i++) {
        values[i] = (byte) Math.rint(weights[i] * inverse);
      }
    }
    return new QuantisedWeights(values, scales);
  }
}
