package io.diffusion4j.decoder.unet;

/** How the queries, keys and values of all heads lie in one matrix. */
public enum QkvOrder {
  /** Head by head: the queries of the first, its keys, its values, the queries of the second. */
  BY_HEAD {
    @Override
    int groups(int heads) {
      return heads;
    }
  },
  /** All queries, all keys, all values: {@code use_new_attention_order}. */
  BY_KIND {
    @Override
    int groups(int heads) {
      return 1;
    }
  };

  /** In how many groups each kind lies together. */
  abstract int groups(int heads);
}
