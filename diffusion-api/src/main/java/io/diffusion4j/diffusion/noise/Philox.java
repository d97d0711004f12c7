package io.diffusion4j.diffusion.noise;

/**
 * Philox 4×32-10, a pseudo-random function from a 128-bit counter to 128 bits (Salmon et al. 2011,
 * §3.3).
 */
final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private Philox() {}

  /**
   * Replaces a counter by its random bits.
   *
   * @param block four words, in and out
   * @param key the low word is the first key word
   */
  static void encrypt(int[] block, long key) {
    int key0 = (int) key;
    int key1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(block[0]);
      long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(block[2]);
      block[0] = (int) (product1 >>> 32) ^ block[1] ^ key0;
      block[1] = (int) product1;
      block[2] = (int) (product0 >>> 32) ^ block[3] ^ key1;
      block[3] = (int) product0;
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
  }
}
