package io.diffusion4j.provenance;

/** The tail of the binomial distribution with probability ½. */
final class BinomialTail {
  private BinomialTail() {}

  /** Returns the probability of at least this many heads among {@code coins} tosses. */
  static double atLeast(int heads, int coins) {
    double log = -coins * Math.log(2); // of the probability of 0 heads
    double sum = 0;
    for (int k = 0; k <= coins; k++) {
      if (k >= heads) {
        sum += Math.exp(log);
      }
      log += Math.log(coins - k) - Math.log(k + 1.0);
    }
    return Math.min(1, sum);
  }
}
